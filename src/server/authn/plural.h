#pragma once
// Which form of a word goes with a number, by the language: the cardinal rules of Unicode CLDR for whole numbers.

#include <cstdint>
#include <string_view>

namespace signet::server::authn {

/// "one", "two", "few", "many" or "other" for a number of at least 1. A language that is not known has "one" and
/// "other".
[[nodiscard]] std::string_view plural_form(std::string_view language, std::int64_t number);

[[nodiscard]] bool is_plural_form(std::string_view word);

}  // namespace signet::server::authn
