#pragma once
// A page as lines for a terminal. The server's words cannot move the cursor, colour or hide anything.

#include <optional>
#include <string>
#include <string_view>

#include "client/in_app/representation.h"

namespace signet::client::in_app {

/// `text` on one line, without control characters and without those that change the direction of writing.
[[nodiscard]] std::string make_printable(std::string_view text);

/// Messages, problem and links; what can be done is for the caller to ask. Ends with a line break.
[[nodiscard]] std::string render_page_text(const Representation& page, const std::optional<Problem>& problem);

}  // namespace signet::client::in_app
