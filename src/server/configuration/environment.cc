#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

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

/// Variables below one of our tables are ours; others of the same prefix are set by launchers and container platforms.
bool names_a_table(std::string_view variable) {
  return std::ranges::any_of(setting_rows(), [&](const SettingRow& row) {
    const auto table = row.setting.key.substr(0, row.setting.key.find('.'));
    return variable.starts_with(to_variable_part(table) + "_");
  });
}

/// How many letters must be put in, taken out or exchanged to make one text of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

constexpr std::size_t kMostMistakes = 2;

/// The names that variables for this key may have: one for each table of the file.
std::vector<std::string> variables_of(std::string_view key, const RawConfig& file) {
  const auto parts = split(key, '.');
  if (parts.size() == 2) return {to_variable_part(key)};
  std::vector<std::string> names;
  for (const auto& [path, place] : file.tables) {
    if (path.size() == 2 && path[0] == parts[0]) {
      names.push_back(
          fmt::format("{}_{}_{}", to_variable_part(parts[0]), to_variable_part(path[1]), to_variable_part(parts[2])));
    }
  }
  return names;
}

/// ISSUERS_NEW_URL for ISSUER_NEW_URL, where [issuers.new] stands in no file: a table's own name with a mistake, and a
/// key that it has.
std::optional<std::string> mend_table_name(std::string_view key, std::string_view variable) {
  const auto parts = split(key, '.');
  const std::string back = "_" + to_variable_part(parts.back());
  if (parts.size() != 3 || !variable.ends_with(back)) return std::nullopt;
  const std::string table = to_variable_part(parts[0]);
  const auto words = std::ranges::count(table, '_') + 1;
  std::size_t end = 0;
  for (auto word = words; word > 0 && end != std::string_view::npos; --word) {
    end = variable.find('_', end == 0 ? 0 : end + 1);
  }
  const bool has_name = end != std::string_view::npos && end + back.size() < variable.size();
  if (!has_name || edit_distance(variable.substr(0, end), table) > kMostMistakes) return std::nullopt;
  return table + std::string(variable.substr(end));
}

/// The variable that was probably meant by one that means nothing.
std::optional<std::string> find_similar(std::string_view variable, const RawConfig& file) {
  std::optional<std::string> best;
  std::size_t mistakes = kMostMistakes + 1;
  for (const auto& row : setting_rows()) {
    for (auto& name : variables_of(row.setting.key, file)) {
      const auto distance = edit_distance(variable, name);
      if (distance >= mistakes) continue;
      best = std::move(name);
      mistakes = distance;
    }
  }
  for (const auto& row : setting_rows()) {
    if (!best) best = mend_table_name(row.setting.key, variable);
  }
  return best;
}

/// What is to be said of a variable that is no setting; nothing when it is none of ours.
std::optional<std::string> problem_of(std::string_view variable, const RawConfig& file) {
  const auto similar = find_similar(variable, file);
  if (!similar && !names_a_table(variable)) return std::nullopt;
  const std::string meant = similar ? fmt::format("did you mean {}{}? ", kPrefix, *similar) : "";
  return fmt::format("no setting has this name; {}`signet config-reference` lists them all", meant);
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
    } else if (auto problem = problem_of(variable, file)) {
      out.problems.push_back({.place = std::string(name), .key = "", .text = *std::move(problem)});
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
