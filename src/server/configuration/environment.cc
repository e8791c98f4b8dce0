#include <algorithm>

#include "base/text.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

constexpr std::string_view kPrefix = "SIGNET_";

std::string to_variable_part(std::string_view text) {
  std::string part(text);
  for (char& c : part) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-' || c == '.') c = '_';
  }
  return part;
}

/// The name of the file's table that this part of a variable means, or the part in lower case for a table of its own.
std::string table_name(std::string_view section, std::string_view part, const RawConfig& file) {
  for (const auto& [path, place] : file.tables) {
    if (path.size() == 2 && path[0] == section && to_variable_part(path[1]) == part) return path[1];
  }
  return to_lower_ascii(part);
}

struct Match {
  KeyPath path;
  bool known_name = false;
  std::size_t key_size = 0;
};

/// The path that `variable` (without its prefix) means for this key, if it fits.
std::optional<Match> match(std::string_view key, std::string_view variable, const RawConfig& file) {
  const auto parts = split(key, '.');
  if (parts.size() == 2) {
    if (variable != to_variable_part(key)) return std::nullopt;
    return Match{.path = {std::string(parts[0]), std::string(parts[1])}, .known_name = true, .key_size = key.size()};
  }
  const std::string front = to_variable_part(parts[0]) + "_";
  const std::string back = "_" + to_variable_part(parts[2]);
  if (variable.size() <= front.size() + back.size() || !variable.starts_with(front) || !variable.ends_with(back)) {
    return std::nullopt;
  }
  const auto part = variable.substr(front.size(), variable.size() - front.size() - back.size());
  const std::string name = table_name(parts[0], part, file);
  return Match{.path = {std::string(parts[0]), name, std::string(parts[2])},
               .known_name = file.tables.contains({std::string(parts[0]), name}),
               .key_size = back.size()};
}

/// SIGNET_ISSUERS_MAIN_MTLS_URL is mtls_url of "main" and url of "main-mtls": a table that exists wins, then the longer
/// key.
std::optional<KeyPath> find_path(std::string_view variable, const RawConfig& file) {
  std::optional<Match> best;
  for (const auto& row : setting_rows()) {
    auto found = match(row.setting.key, variable, file);
    if (!found) continue;
    if (!best || std::pair(found->known_name, found->key_size) > std::pair(best->known_name, best->key_size)) {
      best = std::move(found);
    }
  }
  if (!best) return std::nullopt;
  return best->path;
}

/// Only variables below one of our tables are ours: container platforms set others of the same prefix by themselves.
bool names_a_table(std::string_view variable) {
  return std::ranges::any_of(setting_rows(), [&](const SettingRow& row) {
    const auto table = row.setting.key.substr(0, row.setting.key.find('.'));
    return variable.starts_with(to_variable_part(table) + "_");
  });
}

}  // namespace

RawConfig parse_environment(std::span<const std::string> environment, const RawConfig& file) {
  RawConfig out;
  for (const auto& entry : environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || !entry.starts_with(kPrefix)) continue;
    const auto name = std::string_view(entry).substr(0, equals);
    const auto variable = name.substr(kPrefix.size());
    if (const auto path = find_path(variable, file)) {
      out.settings.push_back(
          {.path = *path, .value = entry.substr(equals + 1), .place = std::string(name), .from_environment = true});
    } else if (names_a_table(variable)) {
      out.problems.push_back({.place = std::string(name),
                              .key = std::string(name),
                              .text = "no setting has this name; `signet config-reference` lists them all"});
    }
  }
  return out;
}

std::string environment_name(std::string_view key) {
  std::string name(kPrefix);
  for (const auto part : split(key, '.')) {
    if (name.size() > kPrefix.size()) name += '_';
    name += part == "*" ? "<NAME>" : to_variable_part(part);
  }
  return name;
}

}  // namespace signet::server
