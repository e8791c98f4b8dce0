#pragma once
// What stands in a configuration before its meaning is known: paths of keys, values with their form, and where each was
// found.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "server/settings.h"

namespace signet::server {

using KeyPath = std::vector<std::string>;

/// A value whose form the settings table does not know: a date, a float, a mixed array.
struct ForeignValue {
  std::string description;
};

using RawValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>, ForeignValue>;

struct RawSetting {
  KeyPath path;
  RawValue value;
  std::string place;
  bool from_environment = false;  ///< the value is the variable's text, whatever the type of the setting
};

struct RawConfig {
  std::vector<RawSetting> settings;
  std::map<KeyPath, std::string> tables;  ///< every table of the file with the place of its header
  std::vector<ConfigProblem> problems;
};

/// "listeners.https.port"
[[nodiscard]] std::string dotted(const KeyPath& path);
/// Does a key of the settings table ("listeners.*.port") cover this path?
[[nodiscard]] bool matches(std::string_view key, const KeyPath& path);

/// The settings of a TOML text, `file` being the name that places carry. Syntax errors end up in `problems`.
[[nodiscard]] RawConfig parse_toml(std::string_view text, const std::string& file);

/// The settings that SIGNET_* variables carry. `names` are the tables of the file, so that SIGNET_LISTENERS_HTTPS_PORT
/// finds [listeners.https]. Unknown variables below a known table, and those that
/// nearly have the name of a setting, are problems: a misspelt override must not be silent.
[[nodiscard]] RawConfig parse_environment(std::span<const std::string> environment, const RawConfig& file);

/// SIGNET_LISTENERS_<NAME>_PORT for "listeners.*.port".
[[nodiscard]] std::string environment_name(std::string_view key);

}  // namespace signet::server
