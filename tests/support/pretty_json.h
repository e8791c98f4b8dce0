#pragma once
// JSON laid out for reviews: one member a line, in its order.

#include "base/json.h"

namespace signet::test {

inline void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
  const auto begin_line = [&](std::size_t indent) { out.append("\n").append(2 * indent, ' '); };
  bool first = true;
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& [name, member] : *object) {
      if (!std::exchange(first, false)) out += ',';
      begin_line(depth + 1);
      append_json_string(out, name);
      out += ": ";
      append_pretty(out, member, depth + 1);
    }
    begin_line(depth);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const auto& item : *array) {
      if (!std::exchange(first, false)) out += ',';
      begin_line(depth + 1);
      append_pretty(out, item, depth + 1);
    }
    begin_line(depth);
    out += ']';
  } else {
    out += render_json(value);
  }
}

inline std::string pretty_json(std::string_view text) {
  std::string out;
  append_pretty(out, parse_json(text, {.bytes = 1 << 20, .depth = 64}).value(), 0);
  return out + "\n";
}

}  // namespace signet::test
