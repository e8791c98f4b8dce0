#include "http/message.h"

#include <algorithm>

#include "base/text.h"

namespace signet::http {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};
/// In the order of the status, by which they are looked up.
constexpr Reason kReasons[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};
static_assert(std::ranges::is_sorted(kReasons, {}, &Reason::status));

constexpr int kFullWeight = 1000;

/// "0.5" is 500; 0 for what is no number between 0 and 1.
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

/// The weight of one Accept element in thousandths, from its parameters. Spec: RFC9110-12.4.2
int weight_of(std::string_view parameters) {
  for (const auto parameter : split(parameters, ';')) {
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_ascii_case(trim(parameter.substr(0, equals)), "q"))
      continue;
    return parse_weight(trim(parameter.substr(equals + 1)));
  }
  return kFullWeight;
}

/// The best weight that an Accept value gives `type` by its name; 0 when it does not name it.
int weight_in(std::string_view accept, std::string_view type) {
  int best = 0;
  for (const auto element : split(accept, ',')) {
    const auto semicolon = element.find(';');
    if (!equals_ignoring_ascii_case(trim(element.substr(0, semicolon)), type)) continue;
    const auto parameters = semicolon == std::string_view::npos ? std::string_view{} : element.substr(semicolon + 1);
    best = std::max(best, weight_of(parameters));
  }
  return best;
}

}  // namespace

void Fields::set(std::string_view name, std::string_view value) {
  std::erase_if(list_, [&](const Field& field) { return equals_ignoring_ascii_case(field.name, name); });
  add(name, value);
}

std::string_view Fields::get(std::string_view name) const {
  const Field* only = nullptr;
  for (const auto& field : list_) {
    if (!equals_ignoring_ascii_case(field.name, name)) continue;
    if (only != nullptr) return {};
    only = &field;
  }
  return only == nullptr ? std::string_view{} : std::string_view(only->value);
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(list_, [&](const Field& field) { return equals_ignoring_ascii_case(field.name, name); }));
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : list_) {
    if (equals_ignoring_ascii_case(field.name, name)) values.emplace_back(field.value);
  }
  return values;
}

std::string_view Request::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::string_view reason_phrase(int status) {
  const auto* const found = std::ranges::lower_bound(kReasons, status, {}, &Reason::status);
  return found != std::end(kReasons) && found->status == status ? found->phrase : "Unknown";
}

std::string media_type(std::string_view content_type) {
  return to_lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
}

bool accepts_explicitly(std::string_view accept, std::string_view type) {
  return weight_in(accept, type) > 0;
}

// RFC9110-12.5.1
bool is_preferred(std::string_view accept, std::string_view type, std::string_view other) {
  const int weight = weight_in(accept, type);
  const int other_weight = weight_in(accept, other);
  if (weight != other_weight) return weight > other_weight;
  if (weight == 0) return false;
  const auto names = [](std::string_view name) {
    return [name](std::string_view element) {
      return equals_ignoring_ascii_case(trim(element.substr(0, element.find(';'))), name);
    };
  };
  const auto elements = split(accept, ',');
  return std::ranges::find_if(elements, names(type)) < std::ranges::find_if(elements, names(other));
}

Response make_json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.fields.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace signet::http
