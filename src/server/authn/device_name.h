#pragma once

#include <string>
#include <string_view>

namespace signet::server::authn {

/// What a User-Agent says about itself: names out of our own tables, never its text. Empty when it is not known.
struct DeviceName {
  std::string_view browser;
  std::string_view system;
  bool operator==(const DeviceName&) const = default;
};

/// Looks at the first 512 bytes. Only for people who look at a list of their sessions: anybody can send any User-Agent.
[[nodiscard]] DeviceName find_device_name(std::string_view user_agent);

/// "Firefox on Linux", "Safari on iPhone", "Firefox", "Unknown browser on Windows", "Unknown browser".
[[nodiscard]] std::string render_device_name(const DeviceName& name);

}  // namespace signet::server::authn
