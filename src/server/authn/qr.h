#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace signet::server::authn {

/// A QR code of `text` as a `data:` URI of an SVG image for the `src` of an `<img>`: dark on white with the quiet zone
/// that readers need, in one path of whole modules. The URI holds nothing that HTML would escape, and is about 5 kB
/// long for an otpauth URI. Fails: TooLarge (more than 300 bytes), Malformed (empty, or with a NUL)
[[nodiscard]] Result<std::string> render_qr_data_uri(std::string_view text);

}  // namespace signet::server::authn
