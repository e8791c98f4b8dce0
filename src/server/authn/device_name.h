#pragma once

#include <string>
#include <string_view>

#include "workflow/effect.h"

namespace signet::server::authn {

/// What a User-Agent says about itself: names out of our own tables, never its text. Empty when it is not known.
struct DeviceName {
  std::string_view browser;
  std::string_view system;
  bool operator==(const DeviceName&) const = default;
};

/// Looks at the first 512 bytes. Only for people who look at a list of their sessions: anybody can send any User-Agent.
[[nodiscard]] DeviceName find_device_name(std::string_view user_agent);

enum class Agent { Browser, App };

/// As it is kept, in no language of a user: "Firefox on Linux", "Safari on iPhone", "Firefox", "Unknown browser on
/// Windows", "Unknown app".
[[nodiscard]] std::string render_device_name(const DeviceName& name, Agent agent = Agent::Browser);

/// What was kept, as a page or a message in the language of these facts says it. Empty stays empty.
[[nodiscard]] std::string describe_agent(const workflow::Facts& facts, std::string_view kept);

}  // namespace signet::server::authn
