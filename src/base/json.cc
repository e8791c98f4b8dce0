#include "base/json.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>

namespace signet {
namespace {

/// Builds the value as Boost.JSON's own parser does, and counts the names that stand in the text. Of a name that stands
/// twice that parser keeps the last one silently, which lets two readers of one token see different claims.
class CountingHandler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using error_code = json::error_code;
  using view = json::string_view;

  CountingHandler() : stack_({}, room_.data(), room_.size()) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) { return pushed(&json::value_stack::push_object, size); }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) { return pushed(&json::value_stack::push_array, size); }
  bool on_key_part(view part, std::size_t, error_code&) { return pushed(&json::value_stack::push_chars, part); }
  bool on_key(view part, std::size_t, error_code&) {
    ++names_;
    return pushed(&json::value_stack::push_key, part);
  }
  bool on_string_part(view part, std::size_t, error_code&) { return pushed(&json::value_stack::push_chars, part); }
  bool on_string(view part, std::size_t, error_code&) { return pushed(&json::value_stack::push_string, part); }
  bool on_number_part(view, error_code&) { return true; }
  bool on_int64(std::int64_t value, view, error_code&) { return pushed(&json::value_stack::push_int64, value); }
  bool on_uint64(std::uint64_t value, view, error_code&) { return pushed(&json::value_stack::push_uint64, value); }
  bool on_double(double value, view, error_code& error) {
    // A number beyond a double's range would become an infinity, which JSON cannot even write.
    if (std::isfinite(value)) return pushed(&json::value_stack::push_double, value);
    error = json::error::syntax;
    return false;
  }
  bool on_bool(bool value, error_code&) { return pushed(&json::value_stack::push_bool, value); }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(view, error_code&) { return true; }
  bool on_comment(view, error_code&) { return true; }

  json::value take() { return stack_.release(); }
  [[nodiscard]] std::size_t names() const { return names_; }

 private:
  template <class Argument>
  bool pushed(void (json::value_stack::*push)(Argument), Argument argument) {
    (stack_.*push)(argument);
    return true;
  }

  std::array<unsigned char, 1024> room_;  // for the values whose object has not ended: more is allocated
  json::value_stack stack_;
  std::size_t names_ = 0;
};

std::size_t count_members(const json::value& value) {
  std::size_t count = 0;
  if (const auto* const object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const auto* const array = value.if_array()) {
    for (const json::value& element : *array) count += count_members(element);
  }
  return count;
}

template <class T>
Result<std::optional<T>> wrong_type() {
  return fail(ErrorCode::Malformed, "A JSON member has the wrong type.");
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes) return fail(ErrorCode::TooLarge, "The JSON text is too large.");
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<CountingHandler> parser(options);
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  constexpr PublicText kRefusal = "The JSON text is malformed or repeats a name.";
  if (error || used != text.size() || !parser.done()) return fail(ErrorCode::Malformed, kRefusal, error.message());
  json::value value = parser.handler().take();
  if (count_members(value) != parser.handler().names()) return fail(ErrorCode::Malformed, kRefusal, "a repeated name");
  return value;
}

Result<json::object> parse_json_object(std::string_view text, JsonLimits limits) {
  TRY_ASSIGN(json::value value, parse_json(text, limits));
  if (!value.is_object()) return fail(ErrorCode::Malformed, "The JSON text is not an object.");
  return std::move(value.as_object());
}

Result<std::optional<std::string>> find_string(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<std::string>{};
  if (!value->is_string()) return wrong_type<std::string>();
  return std::optional<std::string>(std::string(value->as_string()));
}

Result<std::optional<std::int64_t>> find_integer(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  if (value->is_int64()) return std::optional<std::int64_t>(value->as_int64());
  // NumericDate may have a fraction (RFC7519-2); the part below a second is dropped.
  if (value->is_double() && value->as_double() > -9e15 && value->as_double() < 9e15) {
    return std::optional<std::int64_t>(static_cast<std::int64_t>(value->as_double()));
  }
  return wrong_type<std::int64_t>();
}

Result<std::optional<bool>> find_bool(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<bool>{};
  if (!value->is_bool()) return wrong_type<bool>();
  return std::optional<bool>(value->as_bool());
}

Result<std::optional<std::vector<std::string>>> find_strings(const json::object& object, std::string_view name) {
  using Strings = std::vector<std::string>;
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<Strings>{};
  if (!value->is_array()) return wrong_type<Strings>();
  Strings out;
  for (const json::value& item : value->as_array()) {
    if (!item.is_string()) return wrong_type<Strings>();
    out.emplace_back(item.as_string());
  }
  return std::optional<Strings>(std::move(out));
}

std::string_view peek_string(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->as_string();
}

json::array to_json(const std::vector<std::string>& strings) {
  json::array out;
  for (const auto& text : strings) out.emplace_back(text);
  return out;
}

std::string render_json(const json::value& value) {
  return json::serialize(value);
}

std::string render_json(const json::object& object) {
  return json::serialize(object);
}

namespace {

/// Without a branch for each character, so that many are looked at together.
bool needs_escapes(std::string_view text) {
  unsigned special = 0;
  for (const char c : text)
    special |= static_cast<unsigned>(static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\');
  return special != 0;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t run = 0;  // where the characters begin that need no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, run, i - run);
    run = i + 1;
    if (byte >= 0x20) {
      out.push_back('\\');
      out.push_back(text[i]);
    } else {
      out += "\\u00";
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  out.append(text, run);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  if (needs_escapes(text)) {
    append_escaped(out, text);
  } else {
    out.append(text);
  }
  out.push_back('"');
}

void JsonWriter::name(std::string_view name) {
  if (out_.size() > 1) out_.push_back(',');
  out_.push_back('"');
  out_ += name;
  out_ += "\":";
}

JsonWriter& JsonWriter::text(std::string_view member, std::string_view value) {
  name(member);
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::text_if(std::string_view member, std::string_view value) {
  return value.empty() ? *this : text(member, value);
}

JsonWriter& JsonWriter::number(std::string_view member, std::int64_t value) {
  name(member);
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::boolean(std::string_view member, bool value) {
  name(member);
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::strings(std::string_view member, const std::vector<std::string>& values) {
  name(member);
  out_.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out_.push_back(',');
    append_json_string(out_, values[i]);
  }
  out_.push_back(']');
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view member, std::string_view json_text) {
  name(member);
  out_ += json_text;
  return *this;
}

std::string JsonWriter::take() && {
  out_.push_back('}');
  return std::move(out_);
}

}  // namespace signet
