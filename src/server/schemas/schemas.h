#pragma once
// The JSON Schemas of docs/schemas, compiled in, so that a server publishes those of its own version.

#include <span>
#include <string_view>

namespace signet::server {

inline constexpr std::string_view kSchemaType = "application/schema+json";

struct Schema {
  std::string_view name;  ///< of the file, and the last part of its address: "problem.schema.json"
  std::string_view text;
};

[[nodiscard]] std::span<const Schema> schemas();
/// Nullptr when there is none of this name.
[[nodiscard]] const Schema* find_schema(std::string_view name);

}  // namespace signet::server
