#include "oauth/claims.h"

#include <algorithm>

#include "base/text.h"

namespace signet::oauth {
namespace {

constexpr double kLastSecondOfYear9999 = 253402300799.0;

}  // namespace

void write_audience(JsonWriter& writer, const std::vector<std::string>& aud) {
  if (aud.size() == 1) {
    writer.text("aud", aud.front());
  } else {
    write_strings_if(writer, "aud", aud);
  }
}

void write_time_if(JsonWriter& writer, std::string_view name, const std::optional<Instant>& at) {
  if (at) writer.number(name, to_unix_seconds(*at));
}

void write_strings_if(JsonWriter& writer, std::string_view name, const std::vector<std::string>& values) {
  if (!values.empty()) writer.strings(name, values);
}

void write_raw_if(JsonWriter& writer, std::string_view name, std::string_view json_text) {
  if (!json_text.empty()) writer.raw(name, json_text);
}

Result<std::string> find_text(const json::object& object, std::string_view name) {
  TRY_ASSIGN(auto text, find_string(object, name));
  return std::move(text).value_or(std::string());
}

Result<std::vector<std::string>> find_list(const json::object& object, std::string_view name) {
  TRY_ASSIGN(auto list, find_strings(object, name));
  return std::move(list).value_or(std::vector<std::string>());
}

Result<std::vector<std::string>> find_audience(const json::object& object) {
  const auto* aud = object.if_contains("aud");
  if (aud != nullptr && aud->is_string()) return std::vector<std::string>{std::string(aud->get_string())};
  return find_list(object, "aud");
}

Result<std::optional<Instant>> find_time(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::optional<Instant>();
  if (!value->is_number()) return fail(ErrorCode::Malformed, "A time is not a number.");
  const auto seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds <= kLastSecondOfYear9999)) return fail(ErrorCode::Malformed, "A time is out of range.");
  return std::optional(from_unix_seconds(static_cast<std::int64_t>(seconds)));
}

Result<std::string> find_object_array_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::string();
  const auto* array = value->if_array();
  if (array == nullptr || !std::ranges::all_of(*array, [](const json::value& item) { return item.is_object(); })) {
    return fail(ErrorCode::Malformed, "A member is not an array of objects.");
  }
  return render_json(*value);
}

}  // namespace signet::oauth
