#include "http/cookie.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace signet::http {
namespace {

/// cookie-octet of RFC6265-4.1.1; names are held to the same set without "=".
bool is_cookie_text(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; });
}

}  // namespace

std::optional<std::string> find_cookie(const Fields& fields, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& field : fields.list()) {
    if (!equals_ignoring_ascii_case(field.name, "cookie")) continue;
    for (const auto part : split(field.value, ';')) {
      const auto pair = trim(part);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;
      found.emplace(pair.substr(equals + 1));
    }
  }
  return found;
}

std::string render_set_cookie(const Cookie& cookie) {
  // Values are made by us from token characters; anything else here is a bug that must not become a response header.
  if (cookie.name.empty() || cookie.name.contains('=') || !is_cookie_text(cookie.name) ||
      !is_cookie_text(cookie.value)) {
    throw std::logic_error("a cookie holds characters that a cookie cannot carry");
  }
  std::string out = cookie.name + "=" + cookie.value + "; Path=/";
  if (cookie.max_age) out += "; Max-Age=" + std::to_string(cookie.max_age->count());
  if (cookie.secure) out += "; Secure";
  out += "; HttpOnly; SameSite=";
  out += cookie.same_site;
  return out;
}

}  // namespace signet::http
