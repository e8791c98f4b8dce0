#include "http/accept.h"

#include <algorithm>

#include "base/text.h"

namespace signet::http {
namespace {

constexpr int kFullWeight = 1000;

/// "0.5" is 500; 0 for what is no number between 0 and 1 with at most three decimals.
int parse_weight(std::string_view text) {
  const auto digits = text.substr(std::min<std::size_t>(text.size(), 2));
  const bool is_number = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                         (text.size() == 1 || text[1] == '.') &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) return 0;
  int weight = text[0] - '0';
  for (std::size_t i = 0; i < 3; ++i) weight = weight * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return weight > kFullWeight ? 0 : weight;
}

/// One element of the list: "text/html;q=0.5".
struct Element {
  std::string_view type;
  int weight = kFullWeight;
};

Element parse_element(std::string_view text) {
  const auto parts = split(text, ';');
  Element element{.type = trim(parts.front())};
  for (const auto part : parts) {
    const auto equals = part.find('=');
    const bool is_weight =
        equals != std::string_view::npos && equals_ignoring_ascii_case(trim(part.substr(0, equals)), "q");
    if (is_weight) return {.type = element.type, .weight = parse_weight(trim(part.substr(equals + 1)))};
  }
  return element;
}

}  // namespace

int weight_of(std::string_view accept, std::string_view type) {
  int best = 0;
  for (const auto text : split(accept, ',')) {
    const Element element = parse_element(text);
    if (equals_ignoring_ascii_case(element.type, type)) best = std::max(best, element.weight);
  }
  return best;
}

bool is_preferred(std::string_view accept, std::string_view type, std::string_view other) {
  const int weight = weight_of(accept, type);
  const int other_weight = weight_of(accept, other);
  if (weight != other_weight) return weight > other_weight;
  if (weight == 0) return false;
  const auto elements = split(accept, ',');
  const auto place_of = [&](std::string_view name) {
    return std::ranges::find_if(elements, [name](std::string_view element) {
      return equals_ignoring_ascii_case(parse_element(element).type, name);
    });
  };
  return place_of(type) < place_of(other);
}

}  // namespace signet::http
