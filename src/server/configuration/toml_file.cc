// The only file that includes toml++.

#include <toml++/toml.h>

#include "server/configuration/raw.h"

namespace signet::server {
namespace {

std::string place_of(const std::string& file, const toml::source_region& source) {
  return source.begin.line == 0 ? file : file + ":" + std::to_string(source.begin.line);
}

std::string describe(toml::node_type type) {
  switch (type) {
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::array:
      return "an array of something else than text";
    case toml::node_type::table:
      return "a table";
    default:
      return "a value of another kind";
  }
}

RawValue read_array(const toml::array& array) {
  std::vector<std::string> list;
  for (const auto& element : array) {
    const auto* text = element.as_string();
    if (text == nullptr) return ForeignValue{describe(toml::node_type::array)};
    list.push_back(text->get());
  }
  return list;
}

RawValue read_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  if (const auto* array = node.as_array()) return read_array(*array);
  return ForeignValue{describe(node.type())};
}

// TOML nests as deep as its text says, so the walk is bounded here: no setting is deeper than table, name and key.
constexpr std::size_t kDepth = 3;

void walk(const toml::table& table, const std::string& file, KeyPath& path, RawConfig& out) {
  for (const auto& [key, node] : table) {
    path.emplace_back(key.str());
    const std::string place = place_of(file, node.source());
    const auto* inner = node.as_table();
    if (inner != nullptr && path.size() < kDepth) {
      out.tables.emplace(path, place);
      walk(*inner, file, path, out);
    } else {
      out.settings.push_back({.path = path, .value = read_value(node), .place = place});
    }
    path.pop_back();
  }
}

}  // namespace

RawConfig parse_toml(std::string_view text, const std::string& file) {
  RawConfig out;
  try {
    const toml::table parsed = toml::parse(text, file);
    KeyPath path;
    walk(parsed, file, path, out);
  } catch (const toml::parse_error& error) {
    // The library as Debian builds it has no other way to say this.
    out.problems.push_back({.place = place_of(file, error.source()),
                            .key = "",
                            .text = "this is not valid TOML: " + std::string(error.description())});
  }
  return out;
}

}  // namespace signet::server
