#pragma once
// Cookies. Spec: RFC6265bis-5.4 (prefixes)

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace signet::http {

/// The value of a cookie of this name; nothing when it is absent or stands twice (a planted second cookie is not a
/// choice).
[[nodiscard]] std::optional<std::string> find_cookie(const Fields& fields, std::string_view name);

struct Cookie {
  std::string name;                                  ///< with its "__Host-" prefix
  std::string value;                                 ///< token characters only
  std::optional<std::chrono::seconds> max_age = {};  ///< session cookie when absent; 0 removes it
  std::string_view same_site = "Lax";
  bool secure = true;
};

/// Always HttpOnly and Path=/, never Domain.
[[nodiscard]] std::string render_set_cookie(const Cookie& cookie);

}  // namespace signet::http
