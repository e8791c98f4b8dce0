#include "server/authn/locale.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostRanges = 32;
constexpr std::size_t kLongestTag = 35;
constexpr int kWhole = 1000;

bool is_subtag(std::string_view text) {
  return !text.empty() && text.size() <= 8 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "0.75" in thousandths; nothing when it is no weight. Spec: RFC9110-12.4.2
std::optional<int> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  const std::string_view decimals = text.substr(std::min<std::size_t>(2, text.size()));
  if (!is_digits(decimals)) return std::nullopt;
  int weight = text[0] == '1' ? kWhole : 0;
  int place = kWhole;
  for (const char digit : decimals) weight += (digit - '0') * (place /= 10);
  return weight <= kWhole ? std::optional(weight) : std::nullopt;
}

struct Range {
  std::string tag;
  int weight = kWhole;
  std::size_t place = 0;  ///< in the field
};

/// "de-CH;q=0.8"; nothing when it is neither a tag nor "*".
std::optional<Range> parse_range(std::string_view part) {
  const auto semicolon = part.find(';');
  Range range{.tag = std::string(trim(part.substr(0, semicolon)))};
  if (range.tag != "*" && !is_language_tag(range.tag)) return std::nullopt;
  if (semicolon == std::string_view::npos) return range;
  const std::string_view parameter = trim(part.substr(semicolon + 1));
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return std::nullopt;
  const auto weight = parse_weight(parameter.substr(2));
  if (!weight) return std::nullopt;
  range.weight = *weight;
  return range;
}

const Language* find_tag(std::span<const Language* const> offered, std::string_view tag) {
  const auto found = std::ranges::find_if(
      offered, [tag](const Language* language) { return equals_ignoring_ascii_case(language->tag(), tag); });
  return found == offered.end() ? nullptr : *found;
}

/// Without its last subtag, and without a single letter that would then be the last. Spec: RFC4647-3.4
std::string_view shorten(std::string_view tag) {
  const auto cut = [](std::string_view text) {
    const auto dash = text.rfind('-');
    return dash == std::string_view::npos ? std::string_view() : text.substr(0, dash);
  };
  tag = cut(tag);
  return tag.size() >= 2 && tag[tag.size() - 2] == '-' ? cut(tag) : tag;
}

}  // namespace

bool is_language_tag(std::string_view text) {
  if (text.size() < 2 || text.size() > kLongestTag) return false;
  const auto parts = split(text, '-');
  return parts.front().size() >= 2 && parts.front().find_first_of("0123456789") == std::string_view::npos &&
         std::ranges::all_of(parts, is_subtag);
}

const Language* find_language(std::span<const Language* const> offered, std::string_view range) {
  for (std::string_view tag = range; !tag.empty(); tag = shorten(tag)) {
    if (const Language* language = find_tag(offered, tag)) return language;
  }
  const std::string prefix = std::string(range) + "-";
  const auto found = std::ranges::find_if(offered, [&](const Language* language) {
    return equals_ignoring_ascii_case(std::string_view(language->tag()).substr(0, prefix.size()), prefix);
  });
  return found == offered.end() ? nullptr : *found;
}

std::vector<std::string> parse_accept_language(std::string_view field) {
  std::vector<Range> ranges;
  for (std::size_t count = 0; !field.empty() && count < kMostRanges; ++count) {
    const auto comma = std::min(field.find(','), field.size());
    if (auto range = parse_range(trim(field.substr(0, comma))); range && range->weight > 0) {
      range->place = count;
      ranges.push_back(*std::move(range));
    }
    field.remove_prefix(std::min(comma + 1, field.size()));
  }
  // Those of equal weight stay in their order.
  std::ranges::sort(ranges, [](const Range& one, const Range& other) {
    return one.weight != other.weight ? one.weight > other.weight : one.place < other.place;
  });
  std::vector<std::string> tags;
  for (Range& range : ranges) tags.push_back(std::move(range.tag));
  return tags;
}

const Language& choose_language(std::span<const Language* const> offered, const std::vector<std::string>& ui_locales,
                                std::string_view accept_language, std::string_view fallback) {
  for (std::size_t i = 0; i < std::min(ui_locales.size(), kMostRanges); ++i) {
    if (const Language* language = find_language(offered, ui_locales[i])) return *language;
  }
  for (const std::string& range : parse_accept_language(accept_language)) {
    if (range == "*") break;
    if (const Language* language = find_language(offered, range)) return *language;
  }
  const Language* language = find_language(offered, fallback);
  return language == nullptr ? *offered.front() : *language;
}

}  // namespace signet::server::authn
