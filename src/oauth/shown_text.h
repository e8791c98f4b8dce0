#pragma once
// Text that a person reads before approving something: what is seen must be what is there.

#include <cstddef>
#include <string_view>

namespace signet::oauth {

/// 1 to `max_characters` characters of UTF-8 that can be seen: no control characters, none that turn the direction of
/// writing, join or hide others or are invisible, no space but U+0020, and that neither first nor last.
[[nodiscard]] bool is_shown_text(std::string_view text, std::size_t max_characters);

}  // namespace signet::oauth
