#pragma once
// Small questions about text that every parser asks.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

[[nodiscard]] std::string to_lower_ascii(std::string_view text);
[[nodiscard]] bool equals_ignoring_ascii_case(std::string_view a, std::string_view b);
/// Without leading and trailing spaces and tabs.
[[nodiscard]] std::string_view trim(std::string_view text);
/// The parts between single separators; an empty text has one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// The non-empty parts between spaces, as in `scope` and `acr_values` (RFC6749-3.3).
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] bool contains(const std::vector<std::string>& list, std::string_view item);
/// Only %x21-7E, at least one character.
[[nodiscard]] bool is_visible_ascii(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text);
/// How many characters valid UTF-8 has.
[[nodiscard]] std::size_t count_characters(std::string_view text);
/// A decimal number without sign, spaces or leading zeros that fits.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace signet
