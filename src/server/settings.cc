#include "server/settings.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "server/configuration/draft.h"
#include "server/configuration/secret_file.h"

namespace signet::server {
namespace {

bool is_prefix_of(const KeyPath& table, std::string_view key) {
  const auto parts = split(key, '.');
  if (table.size() >= parts.size()) return false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (parts[i] != "*" && parts[i] != table[i]) return false;
  }
  return true;
}

/// A table's name becomes part of environment variables and database rows.
bool is_table_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, allowed);
}

void note_table(Draft& draft, const KeyPath& table, const std::string& place) {
  const std::string key = dotted(table);
  draft.places.emplace(key, place);
  const bool known =
      std::ranges::any_of(setting_rows(), [&](const auto& row) { return is_prefix_of(table, row.setting.key); });
  if (!known) {
    draft.problems.push_back(
        {.place = place, .key = "[" + key + "]", .text = "there is no such table; remove it or correct its name"});
  } else if (table.size() == 2 && !is_table_name(table[1])) {
    draft.problems.push_back(
        {.place = place, .key = "[" + key + "]", .text = "a name has at most 32 of the characters a-z, 0-9, - and _"});
  } else if (table.size() == 2) {
    // A table without any key still exists, and its required keys are then missing.
    if (table[0] == "listeners") draft.listeners.try_emplace(table[1]);
    if (table[0] == "issuers") draft.issuers.try_emplace(table[1]);
    if (table[0] == "protected_resources") draft.protected_resources.try_emplace(table[1]);
    if (table[0] == "levels") draft.levels.try_emplace(table[1]);
  }
}

/// The key of the table that has this last part, when there is just one: what a person probably meant.
std::string suggestion(const KeyPath& path) {
  std::string found;
  for (const auto& row : setting_rows()) {
    if (split(row.setting.key, '.').back() != path.back()) continue;
    if (!found.empty()) return {};
    found = row.setting.key;
  }
  return found.empty() ? found : "; did you mean " + found + "?";
}

void apply(Draft& draft, const RawSetting& raw) {
  const std::string key = dotted(raw.path);
  const auto row =
      std::ranges::find_if(setting_rows(), [&](const auto& r) { return matches(r.setting.key, raw.path); });
  const auto refuse = [&](std::string text) {
    draft.problems.push_back({.place = raw.place, .key = key, .text = std::move(text)});
  };
  if (row == setting_rows().end()) return refuse("there is no such setting" + suggestion(raw.path));
  const bool named = raw.path.size() == 3;
  if (named && !is_table_name(raw.path[1])) return;  // said once, at the table
  draft.places.insert_or_assign(key, raw.place);
  const auto value = read_setting(row->setting.type, raw);
  if (!value) return refuse(value.error());
  auto problem = row->apply(draft, named ? std::string_view(raw.path[1]) : std::string_view(), *value);
  if (!problem.empty()) refuse(std::move(problem));
}

/// The environment wins, so a file's value that it replaces is never looked at.
void apply_all(Draft& draft, const RawConfig& file, const RawConfig& environment) {
  const auto replaced = [&](const RawSetting& raw) {
    return std::ranges::any_of(environment.settings, [&](const auto& other) { return other.path == raw.path; });
  };
  for (const auto& [table, place] : file.tables) note_table(draft, table, place);
  for (const auto& raw : file.settings) {
    if (!replaced(raw)) apply(draft, raw);
  }
  for (const auto& raw : environment.settings) {
    if (raw.path.size() == 3) note_table(draft, {raw.path[0], raw.path[1]}, raw.place);
    apply(draft, raw);
  }
}

/// In the order of the file; what has no line comes last.
void sort_by_place(std::vector<ConfigProblem>& problems) {
  const auto order = [](const ConfigProblem& problem) {
    const auto colon = problem.place.rfind(':');
    const auto line = colon == std::string::npos ? std::nullopt : parse_decimal(problem.place.substr(colon + 1));
    return std::tuple(line.value_or(UINT64_MAX), problem.place, problem.key, problem.text);
  };
  std::ranges::sort(problems, {}, order);
}

Config finish(Draft& draft) {
  for (auto& [name, listener] : draft.listeners) draft.config.listeners.push_back(std::move(listener));
  for (auto& [name, issuer] : draft.issuers) draft.config.issuers.push_back(std::move(issuer));
  for (auto& [name, level] : draft.levels) draft.config.levels.push_back(level);
  for (auto& [name, resource] : draft.protected_resources) {
    draft.config.protected_resources.push_back(std::move(resource));
  }
  return std::move(draft.config);
}

}  // namespace

std::string dotted(const KeyPath& path) {
  return join(path, ".");
}

bool matches(std::string_view key, const KeyPath& path) {
  const auto parts = split(key, '.');
  return std::ranges::equal(parts, path,
                            [](std::string_view part, const std::string& name) { return part == "*" || part == name; });
}

std::string Draft::place_of(std::string_view key) const {
  for (auto name = key;; name = name.substr(0, name.rfind('.'))) {
    if (const auto found = places.find(name); found != places.end()) return found->second;
    if (name.find('.') == std::string_view::npos) return file;
  }
}

bool Draft::has_problem(std::string_view key) const {
  return std::ranges::find(problems, key, &ConfigProblem::key) != problems.end();
}

void Draft::add_problem(std::string_view key, std::string text) {
  problems.push_back({.place = place_of(key), .key = std::string(key), .text = std::move(text)});
}

LoadedConfig read_config(std::string_view text, const std::string& file, std::span<const std::string> environment) {
  Draft draft{.file = file};
  const RawConfig raw = parse_toml(text, file);
  const RawConfig overrides = parse_environment(environment, raw);
  draft.problems = raw.problems;
  draft.problems.insert(draft.problems.end(), overrides.problems.begin(), overrides.problems.end());
  // A file that could not be read has no settings; saying that all required ones are missing would hide the reason.
  if (raw.problems.empty()) {
    apply_all(draft, raw, overrides);
    complete(draft);
    check_draft(draft);
  }
  LoadedConfig loaded;
  sort_by_place(draft.problems);
  loaded.problems = std::move(draft.problems);
  if (loaded.problems.empty()) loaded.config = finish(draft);
  return loaded;
}

LoadedConfig load_config(const std::string& file, std::span<const std::string> environment) {
  const auto text = read_text_file(file);
  if (!text) {
    return {
        .config = {},
        .problems = {{.place = file, .key = "", .text = "cannot read the configuration file: " + text.error().detail}}};
  }
  return read_config(*text, file, environment);
}

}  // namespace signet::server
