#pragma once
// JSON in: strict (no duplicate keys, bounded depth and size). JSON out: an appending writer for hot paths.

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet {

namespace json = boost::json;

struct JsonLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t depth = 16;
};

/// The value of one JSON text. Fails: Malformed (syntax, duplicate key at any level, bad UTF-8, too deep), TooLarge
[[nodiscard]] Result<json::value> parse_json(std::string_view text, JsonLimits limits = {});
/// The same, and it must be an object.
[[nodiscard]] Result<json::object> parse_json_object(std::string_view text, JsonLimits limits = {});

/// A string member, or nothing when it is absent. A member of another type is an error: Malformed
[[nodiscard]] Result<std::optional<std::string>> find_string(const json::object& object, std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> find_integer(const json::object& object, std::string_view name);
[[nodiscard]] Result<std::optional<bool>> find_bool(const json::object& object, std::string_view name);
/// An array of strings; nothing when absent.
[[nodiscard]] Result<std::optional<std::vector<std::string>>> find_strings(const json::object& object,
                                                                           std::string_view name);
/// A member that is a string without copying it, or an empty view when it is absent or of another type.
[[nodiscard]] std::string_view peek_string(const json::object& object, std::string_view name);

[[nodiscard]] json::array to_json(const std::vector<std::string>& strings);
[[nodiscard]] std::string render_json(const json::value& value);
[[nodiscard]] std::string render_json(const json::object& object);  ///< which would be copied into a value

/// Appends one JSON object member by member. Names are trusted literals, values are escaped.
///
/// `JsonWriter w; w.text("iss", issuer).number("exp", exp); std::string body = std::move(w).take();`
class JsonWriter {
 public:
  JsonWriter() {
    out_.reserve(kRoom);
    out_.push_back('{');
  }
  JsonWriter& text(std::string_view name, std::string_view value);
  /// Written only when `value` is not empty.
  JsonWriter& text_if(std::string_view name, std::string_view value);
  JsonWriter& number(std::string_view name, std::int64_t value);
  JsonWriter& boolean(std::string_view name, bool value);
  JsonWriter& strings(std::string_view name, const std::vector<std::string>& values);
  /// A member whose value is JSON already.
  JsonWriter& raw(std::string_view name, std::string_view json_text);
  [[nodiscard]] std::string take() &&;

 private:
  static constexpr std::size_t kRoom = 256;  ///< most documents of a request fit without growing
  void name(std::string_view name);
  std::string out_;
};

/// `text` as a quoted JSON string.
void append_json_string(std::string& out, std::string_view text);

}  // namespace signet
