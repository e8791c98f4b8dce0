#pragma once
// The settings table: every key with its type, default and meaning, in one place. The file reader, the environment
// override, `signet check-config` and docs/configuration.md all come from it.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/config.h"

namespace signet::server {

enum class SettingType { Text, Integer, Boolean, Duration, TextList, Path, SecretFile };

struct Setting {
  std::string_view key;  ///< dotted, "*" stands for a name: "listeners.*.port"
  SettingType type;
  std::string_view default_text;  ///< as shown in the reference; empty: required or computed
  std::string_view meaning;
};

[[nodiscard]] std::span<const Setting> settings();

/// A mistake in a configuration, ready to be read by a person.
struct ConfigProblem {
  std::string place;  ///< "signet.toml:12" or "SIGNET_LISTENERS_HTTPS_PORT"
  std::string key;
  std::string text;  ///< what is wrong and what to do
};

/// Either a whole configuration or all problems found, never half of one.
struct LoadedConfig {
  std::optional<Config> config;
  std::vector<ConfigProblem> problems;
};
/// Reads the file, applies SIGNET_* overrides from `environment` (NAME=value) and checks everything.
[[nodiscard]] LoadedConfig load_config(const std::string& file, std::span<const std::string> environment);
/// The same for a text that is at hand; `file` is its name in places and the folder that relative paths start at.
[[nodiscard]] LoadedConfig read_config(std::string_view text, const std::string& file,
                                       std::span<const std::string> environment);

/// "90s", "10m", "12h", "30d", "250ms"; nothing when it is none of these or longer than ten years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The reference page, generated from the table.
[[nodiscard]] std::string render_configuration_reference();

}  // namespace signet::server
