#pragma once
// QR codes on pages: a step names the text, and the picture is drawn when the page is rendered and at no other time.

#include <string>
#include <string_view>

#include "base/result.h"
#include "workflow/representation.h"

namespace signet::server::authn {

/// A QR code of `text` as a `data:` URI of an SVG image for the `src` of an `<img>`: dark on white with the quiet zone
/// that readers need, in one path of whole modules. The URI holds nothing that HTML would escape, and is about 5 kB
/// long for an otpauth URI. Fails: TooLarge (more than 300 bytes), Malformed (empty, or with a NUL)
[[nodiscard]] Result<std::string> render_qr_data_uri(std::string_view text);

/// A picture of `text` that is still to be drawn.
[[nodiscard]] workflow::Link make_qr_link(std::string rel, std::string title, std::string text);
/// Draws the pictures of a page. One whose text is too long is left out: the page says the text in another way, too.
void draw_qr_codes(workflow::Representation& page);

}  // namespace signet::server::authn
