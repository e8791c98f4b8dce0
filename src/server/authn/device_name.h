#pragma once

#include <string>
#include <string_view>

namespace signet::server::authn {

/// What people call the browser and the device of a User-Agent: "Firefox on Linux", "Safari on iPhone", "Unknown
/// browser". It is put together from our own tables, never from the text, of which the first 512 bytes are looked at.
/// Only for people who look at a list of their sessions: anybody can send any User-Agent.
[[nodiscard]] std::string device_name(std::string_view user_agent);

}  // namespace signet::server::authn
