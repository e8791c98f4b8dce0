#pragma once
// What a change has changed, for its audit record: the names of members and never their values.

#include <string>
#include <vector>

#include "base/json.h"

namespace signet::server::admin {

/// Names of the members that one of both lacks or that differ, in the order of `after`; those that are gone come last.
[[nodiscard]] inline std::vector<std::string> changed_members(const json::object& before, const json::object& after) {
  std::vector<std::string> names;
  for (const auto& [name, value] : after) {
    const auto* const old = before.if_contains(name);
    if (old == nullptr || *old != value) names.emplace_back(name);
  }
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) names.emplace_back(name);
  }
  return names;
}

}  // namespace signet::server::admin
