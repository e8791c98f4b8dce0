#include "server/authn/presentation.h"

#include "server/authn/browser.h"
#include "server/authn/facts.h"
#include "server/authn/locale.h"

namespace signet::server::authn {
namespace {

const Language& choose_for(const Exchange& exchange, const workflow::Facts& facts,
                           const std::vector<std::string>& ui_locales) {
  const Theme& theme = theme_of(exchange, facts);
  const auto cookie = find_language_cookie(exchange);
  const Language* wanted = cookie ? theme.find_language(*cookie) : nullptr;
  if (wanted != nullptr) return *wanted;
  return choose_language(theme.languages, ui_locales, exchange.request.fields.get("Accept-Language"),
                         exchange.issuer.config().default_locale);
}

}  // namespace

const Theme& theme_of(const Exchange& exchange, const workflow::Facts& facts) {
  return exchange.issuer.themes().find(peek_string(facts, fact::kTheme));
}

const Language& language_of(const Exchange& exchange, const workflow::Facts& facts) {
  const Language* chosen = theme_of(exchange, facts).find_language(peek_string(facts, fact::kLocale));
  return chosen == nullptr ? choose_for(exchange, facts, {}) : *chosen;
}

void choose_locale(const Exchange& exchange, workflow::Facts& facts, const std::vector<std::string>& ui_locales) {
  if (!facts.contains(fact::kLocale)) facts[fact::kLocale] = choose_for(exchange, facts, ui_locales).tag();
}

void add_texts(const Exchange& exchange, workflow::Facts& facts) {
  const Language& language = language_of(exchange, facts);
  if (!language.name().empty()) facts[fact::kTexts] = language.name();
}

workflow::Facts facts_outside(const Exchange& exchange) {
  workflow::Facts facts;
  choose_locale(exchange, facts);
  add_texts(exchange, facts);
  return facts;
}

}  // namespace signet::server::authn
