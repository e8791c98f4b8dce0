#pragma once

#include <string>
#include <string_view>

namespace signet::server::admin {

inline constexpr std::size_t kMostUsernameBytes = 128;

/// A user name as it is stored and looked up: without outer spaces, ASCII letters in lower case, so that nobody fails
/// to log in because a phone wrote the first letter large.
[[nodiscard]] std::string normalize_username(std::string_view username);

}  // namespace signet::server::admin
