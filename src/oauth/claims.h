#pragma once
// Members that many JSON documents of the shelf share: times, audiences, optional lists.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace signet::oauth {

/// One audience as a string, several as an array, none as nothing. Spec: RFC7519-4.1.3
void write_audience(JsonWriter& writer, const std::vector<std::string>& aud);
void write_time_if(JsonWriter& writer, std::string_view name, const std::optional<Instant>& at);
void write_strings_if(JsonWriter& writer, std::string_view name, const std::vector<std::string>& values);
void write_raw_if(JsonWriter& writer, std::string_view name, std::string_view json_text);

/// Empty when absent. Fails: Malformed (another type)
[[nodiscard]] Result<std::string> find_text(const json::object& object, std::string_view name);
[[nodiscard]] Result<std::vector<std::string>> find_list(const json::object& object, std::string_view name);
/// A string or an array of strings.
[[nodiscard]] Result<std::vector<std::string>> find_audience(const json::object& object);
/// Seconds since 1970, fractions cut off; a year beyond 9999 is Malformed.
[[nodiscard]] Result<std::optional<Instant>> find_time(const json::object& object, std::string_view name);
/// The text of a member that must be an array of objects (`authorization_details`); empty when absent.
[[nodiscard]] Result<std::string> find_object_array_text(const json::object& object, std::string_view name);

}  // namespace signet::oauth
