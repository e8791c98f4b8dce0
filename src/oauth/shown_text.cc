#include "oauth/shown_text.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/text.h"

namespace signet::oauth {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Characters that change what is read without being read, in ascending order.
constexpr Range kUnseen[] = {
    {0x0000, 0x001f},    // control
    {0x007f, 0x00a0},    // control, no-break space
    {0x00ad, 0x00ad},    // soft hyphen
    {0x034f, 0x034f},    // grapheme joiner
    {0x061c, 0x061c},    // direction
    {0x115f, 0x1160},    // Hangul fillers
    {0x1680, 0x1680},    // space
    {0x17b4, 0x17b5},    // Khmer vowels without a form
    {0x180b, 0x180f},    // Mongolian selectors
    {0x2000, 0x200f},    // spaces, joiners, direction
    {0x2028, 0x202f},    // line ends, direction, space
    {0x205f, 0x206f},    // space, invisible operators, direction
    {0x2800, 0x2800},    // Braille pattern without a dot
    {0x3000, 0x3000},    // ideographic space
    {0x3164, 0x3164},    // Hangul filler
    {0xe000, 0xf8ff},    // private use: anything
    {0xfe00, 0xfe0f},    // variation selectors
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // Hangul filler
    {0xfff0, 0xffff},    // annotations, replacement, no characters
    {0x1bca0, 0x1bca3},  // shorthand controls
    {0x1d173, 0x1d17a},  // musical controls
    {0xe0000, 0x10ffff}  // tags, selectors, private use
};

bool is_seen(char32_t character) {
  const auto* const range = std::ranges::lower_bound(kUnseen, character, {}, &Range::last);
  return range == std::end(kUnseen) || character < range->first;
}

/// Takes one character off the front of valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  const auto length = std::max(1, std::countl_one(first));
  char32_t character = length == 1 ? first : first & (0x7fU >> length);
  for (int i = 1; i < length; ++i) character = character << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3fU);
  text.remove_prefix(static_cast<std::size_t>(length));
  return character;
}

}  // namespace

bool is_shown_text(std::string_view text, std::size_t max_characters) {
  if (text.empty() || text.starts_with(' ') || text.ends_with(' ') || !is_valid_utf8(text)) return false;
  std::size_t characters = 0;
  while (!text.empty()) {
    if (!is_seen(take_character(text))) return false;
    if (++characters > max_characters) return false;
  }
  return true;
}

}  // namespace signet::oauth
