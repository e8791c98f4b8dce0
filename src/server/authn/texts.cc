#include "server/authn/texts.h"

#include <algorithm>

#include "server/authn/facts.h"
#include "server/authn/language.h"

namespace signet::server::authn {

const Language& language_of(const workflow::Facts& facts) {
  const Language* language = nullptr;
  if (const auto name = peek_string(facts, fact::kTexts); !name.empty()) language = Language::find_loaded(name);
  if (language == nullptr) language = Language::find_built_in(peek_string(facts, fact::kLocale));
  return language == nullptr ? Language::english() : *language;
}

std::string text(const workflow::Facts& facts, Text id, std::initializer_list<std::string_view> arguments) {
  return fill(language_of(facts).text(id), arguments);
}

workflow::Group::Item describe_scope(const workflow::Facts& facts, const std::string& scope) {
  const Language& language = language_of(facts);
  const std::string key = "scope." + scope;
  const std::string_view title = language.find(key);
  if (title.empty()) return {.title = text(facts, Text::UnknownScope, {scope})};
  return {.title = std::string(title), .text = std::string(language.find(key + ".note"))};
}

std::string describe_claim(const workflow::Facts& facts, const std::string& claim) {
  const std::string_view title = language_of(facts).find("claim." + claim);
  return title.empty() ? claim : std::string(title);
}

std::string describe_duration(const workflow::Facts& facts, Duration duration) {
  struct Unit {
    Duration length;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{days{1}, "day"}, {hours{1}, "hour"}, {minutes{1}, "minute"}, {seconds{1}, "second"}};
  for (const Unit& unit : kUnits) {
    if (duration < unit.length && unit.length > seconds{1}) continue;
    if (duration % unit.length != Duration{} && unit.length > seconds{1} && duration < 2 * unit.length) continue;
    const auto count = std::max<std::int64_t>(1, (duration + unit.length - Duration{1}) / unit.length);
    return language_of(facts).count(unit.name, count);
  }
  return {};
}

}  // namespace signet::server::authn
