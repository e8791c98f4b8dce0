#include "server/authn/presentation.h"

#include "server/authn/facts.h"
#include "server/authn/locale.h"

namespace signet::server::authn {

const Theme& theme_of(const Exchange& exchange, const workflow::Facts& facts) {
  return exchange.issuer.themes().find(peek_string(facts, fact::kTheme));
}

const Language& language_of(const Exchange& exchange, const workflow::Facts& facts) {
  const Theme& theme = theme_of(exchange, facts);
  if (const Language* chosen = theme.find_language(peek_string(facts, fact::kLocale))) return *chosen;
  return choose_language(theme.languages, {}, exchange.request.fields.get("Accept-Language"),
                         exchange.issuer.config().default_locale);
}

void choose_locale(const Exchange& exchange, workflow::Facts& facts, const std::vector<std::string>& ui_locales) {
  if (facts.contains(fact::kLocale)) return;
  facts[fact::kLocale] =
      choose_language(theme_of(exchange, facts).languages, ui_locales, exchange.request.fields.get("Accept-Language"),
                      exchange.issuer.config().default_locale)
          .tag();
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
