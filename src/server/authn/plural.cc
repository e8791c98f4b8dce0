#include "server/authn/plural.h"

#include <algorithm>

namespace signet::server::authn {
namespace {

constexpr std::string_view kForms[] = {"one", "two", "few", "many", "other"};

constexpr bool is_between(std::int64_t number, std::int64_t least, std::int64_t most) {
  return number >= least && number <= most;
}

std::string_view one_or_other(std::int64_t number) {
  return number == 1 ? "one" : "other";
}

std::string_view arabic(std::int64_t number) {
  if (number == 1) return "one";
  if (number == 2) return "two";
  if (is_between(number % 100, 3, 10)) return "few";
  return is_between(number % 100, 11, 99) ? "many" : "other";
}

std::string_view hebrew(std::int64_t number) {
  return number == 2 ? "two" : one_or_other(number);
}

std::string_view czech(std::int64_t number) {
  return is_between(number, 2, 4) ? "few" : one_or_other(number);
}

bool is_slavic_few(std::int64_t number) {
  return is_between(number % 10, 2, 4) && !is_between(number % 100, 12, 14);
}

std::string_view polish(std::int64_t number) {
  if (number == 1) return "one";
  return is_slavic_few(number) ? "few" : "many";
}

std::string_view russian(std::int64_t number) {
  if (number % 10 == 1 && number % 100 != 11) return "one";
  return is_slavic_few(number) ? "few" : "many";
}

std::string_view always_other(std::int64_t) {
  return "other";
}

struct Rule {
  std::string_view language;
  std::string_view (*form)(std::int64_t);
};
constexpr Rule kRules[] = {
    {"ar", arabic},       {"be", russian},      {"cs", czech},        {"he", hebrew},       {"id", always_other},
    {"ja", always_other}, {"ko", always_other}, {"ms", always_other}, {"pl", polish},       {"ru", russian},
    {"sk", czech},        {"th", always_other}, {"uk", russian},      {"vi", always_other}, {"zh", always_other},
};

}  // namespace

std::string_view plural_form(std::string_view language, std::int64_t number) {
  const auto* const rule = std::ranges::find(kRules, language, &Rule::language);
  return rule == std::end(kRules) ? one_or_other(number) : rule->form(number);
}

bool is_plural_form(std::string_view word) {
  return std::ranges::find(kForms, word) != std::end(kForms);
}

}  // namespace signet::server::authn
