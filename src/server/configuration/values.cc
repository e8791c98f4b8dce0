#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

using Read = std::expected<SettingValue, std::string>;

struct Unit {
  std::string_view name;
  Duration length;
};
// Longest first, so that rendering takes the longest that divides.
constexpr Unit kUnits[] = {
    {"d", days{1}}, {"h", hours{1}}, {"m", minutes{1}}, {"s", seconds{1}}, {"ms", milliseconds{1}}};
constexpr Duration kLongest = days{3650};

std::string found(const RawValue& value) {
  struct {
    std::string operator()(const std::string&) const { return "a text"; }
    std::string operator()(std::int64_t) const { return "a number"; }
    std::string operator()(bool) const { return "true or false"; }
    std::string operator()(const std::vector<std::string>&) const { return "an array"; }
    std::string operator()(const ForeignValue& foreign) const { return foreign.description; }
  } visitor;
  return std::visit(visitor, value);
}

/// The text itself, when it is short and does nothing to a terminal. No setting is a secret: those are named by file.
std::string quote(std::string_view text) {
  constexpr std::size_t kMost = 60;
  const bool shown = text.size() <= kMost && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  return shown ? "\"" + std::string(text) + "\"" : "this text";
}

std::unexpected<std::string> wrong(std::string_view wanted, const RawSetting& raw) {
  const auto* text = std::get_if<std::string>(&raw.value);
  const std::string seen = raw.from_environment && text != nullptr ? quote(*text) : found(raw.value);
  return std::unexpected("must be " + std::string(wanted) + ", not " + seen);
}

Read read_text(const RawSetting& raw) {
  const auto* text = std::get_if<std::string>(&raw.value);
  if (text == nullptr) return wrong("a text in quotes", raw);
  return SettingValue{.text = *text};
}

Read read_integer(const RawSetting& raw) {
  constexpr std::string_view wanted = "a whole number that is not negative";
  if (raw.from_environment) {
    const auto number = parse_decimal(std::get<std::string>(raw.value));
    if (!number || *number > std::numeric_limits<std::int64_t>::max()) return wrong(wanted, raw);
    return SettingValue{.integer = static_cast<std::int64_t>(*number)};
  }
  const auto* integer = std::get_if<std::int64_t>(&raw.value);
  if (integer == nullptr) return wrong(wanted, raw);
  if (*integer < 0) return std::unexpected("must not be negative");
  return SettingValue{.integer = *integer};
}

Read read_boolean(const RawSetting& raw) {
  if (const auto* boolean = std::get_if<bool>(&raw.value)) return SettingValue{.boolean = *boolean};
  const auto* text = std::get_if<std::string>(&raw.value);
  if (!raw.from_environment || text == nullptr || (*text != "true" && *text != "false")) {
    return wrong("true or false, without quotes", raw);
  }
  return SettingValue{.boolean = *text == "true"};
}

Read read_duration(const RawSetting& raw) {
  const auto* text = std::get_if<std::string>(&raw.value);
  const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
  constexpr std::string_view wanted = "a duration such as \"90s\", \"10m\", \"12h\" or \"30d\", at most 3650d";
  if (text != nullptr && !duration) return std::unexpected(fmt::format("must be {}, not {}", wanted, quote(*text)));
  if (!duration) return wrong(wanted, raw);
  return SettingValue{.duration = *duration};
}

Read read_list(const RawSetting& raw) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw.value)) return SettingValue{.list = *list};
  const auto* text = std::get_if<std::string>(&raw.value);
  if (!raw.from_environment || text == nullptr) return wrong("an array of texts, [\"like\", \"this\"]", raw);
  std::string words = *text;
  std::ranges::replace(words, ',', ' ');
  return SettingValue{.list = split_words(words)};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_decimal(text.substr(0, digits));
  const auto* unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  if (!number || unit == std::end(kUnits)) return std::nullopt;
  if (*number > static_cast<std::uint64_t>(kLongest / unit->length)) return std::nullopt;
  return unit->length * static_cast<std::int64_t>(*number);
}

std::string render_duration(Duration duration) {
  for (const auto& unit : kUnits) {
    if (duration % unit.length == Duration::zero())
      return std::to_string(duration / unit.length) + std::string(unit.name);
  }
  return std::to_string(duration.count()) + "ms";
}

Read read_setting(SettingType type, const RawSetting& raw) {
  switch (type) {
    case SettingType::Text:
    case SettingType::Path:
    case SettingType::SecretFile:
      return read_text(raw);
    case SettingType::Integer:
      return read_integer(raw);
    case SettingType::Boolean:
      return read_boolean(raw);
    case SettingType::Duration:
      return read_duration(raw);
    case SettingType::TextList:
      return read_list(raw);
  }
  return wrong("a value", raw);
}

}  // namespace signet::server
