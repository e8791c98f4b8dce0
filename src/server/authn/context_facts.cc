#include "server/authn/context_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/authn/factors/factor.h"

namespace signet::server::authn {
namespace {

using enum FactType;
using Bounds = workflow::FactForm::Bounds;

template <std::size_t Length>
bool is_capitals(std::string_view text) {
  return text.size() == Length && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_kind_of_factor(std::string_view text) {
  return find_factor(text) != nullptr;
}
bool is_face(std::string_view text) {
  return text == "browser" || text == "api";
}
bool is_purpose(std::string_view text) {
  return text == "authorize" || text == "account";
}

constexpr std::string_view kCountryCode = "a code of two capital letters (ISO 3166-1)";

constexpr ContextFact kFacts[] = {
    {"requested_acr", Texts, "Levels of authentication that the request asks for."},
    {"max_age", Number, "The age in seconds that the request allows the login to have."},
    {"claims", Texts, "Claims that the request asks for by name."},
    {"client_id", Text, "The client that asks; absent at the account pages."},
    {"scope", Texts, "Scopes that the request asks for."},
    {"authorization_details_types", Texts, "Types of the authorization details that the request carries."},
    {"payment", Object, "The payment that the request wants approved; absent when there is none."},
    {"payment.amount", Number, "Its amount, in units of its currency."},
    {"payment.currency", Text, "Its currency, three letters.", FactSource::Login, std::nullopt, is_capitals<3>,
     "a code of three capital letters (ISO 4217)"},
    {"payment.payee", Text, "The name of who gets it."},
    {"payment.payee_account", Text, "The account that it goes to."},
    {"country", Text, "Country of the address that the user comes from, two letters; needs `login.geo_database`.",
     FactSource::Place, std::nullopt, is_capitals<2>, kCountryCode},
    {"previous_country", Text, "Country of the account's login before.", FactSource::Place, std::nullopt,
     is_capitals<2>, kCountryCode},
    {"distance_km", Number, "Kilometres between this login and the one before.", FactSource::Place},
    {"speed_kmh", Number, "How fast one had to travel from the place of the login before.", FactSource::Place},
    {"known_device", Boolean, "The account has logged in with this browser or app before.", FactSource::Device},
    {"failures_account", Number, "Failed attempts for the account, until an hour has passed without one.",
     FactSource::Failures},
    {"failures_address", Number, "Failed attempts from the address, likewise.", FactSource::Failures},
    {"failures_client", Number, "Failed attempts at logins for the client, likewise.", FactSource::Failures},
    {"failure_rate_account", Number, "Failed attempts for the account in the last ten minutes, about.",
     FactSource::Failures},
    {"failure_rate_address", Number, "Failed attempts from the address in the last ten minutes, about.",
     FactSource::Failures},
    {"failure_rate_client", Number, "Failed attempts at logins for the client in the last ten minutes, about.",
     FactSource::Failures},
    {"hour", Number, "Hour of the day, 0 to 23 (UTC).", FactSource::Login, Bounds{0, 23}},
    {"weekday", Number, "Day of the week, 0 (Sunday) to 6 (UTC).", FactSource::Login, Bounds{0, 6}},
    {"threat_level", Number, "What `signet threat raise` has set, 0 to 4.", FactSource::Login, Bounds{0, 4}},
    {"flags", Texts, "Flags of the account."},
    {"proven", Texts, "Kinds of the factors that are proven already.", FactSource::Login, std::nullopt,
     is_kind_of_factor, "a kind of factor"},
    {"categories", Number, "How many independent categories of factors are proven already.", FactSource::Login,
     Bounds{0, 3}},
    {"face", Text, "`browser`, or `api` for an app that drives the login itself.", FactSource::Login, std::nullopt,
     is_face, "browser or api"},
    {"purpose", Text, "`authorize`, or `account` for the account pages.", FactSource::Login, std::nullopt, is_purpose,
     "authorize or account"},
    {"account_age_days", Number, "Days since the account was made."},
};

}  // namespace

std::span<const ContextFact> context_facts() {
  return kFacts;
}

const ContextFact* find_context_fact(std::string_view name) {
  const auto* const found = std::ranges::find(kFacts, name, &ContextFact::name);
  return found == std::end(kFacts) ? nullptr : found;
}

std::optional<workflow::FactForm> find_fact_form(std::string_view name) {
  const ContextFact* const fact = find_context_fact(name);
  if (fact == nullptr) return std::nullopt;
  return workflow::FactForm{
      .type = fact->type, .bounds = fact->bounds, .is_possible = fact->is_possible, .possible = fact->possible};
}

std::set<FactSource> sources_of(const std::vector<std::string>& names) {
  std::set<FactSource> sources;
  for (const std::string& name : names) {
    if (const ContextFact* const fact = find_context_fact(name)) sources.insert(fact->source);
  }
  return sources;
}

std::string render_context_facts() {
  std::string table = "| fact | type | meaning |\n|---|---|---|\n";
  for (const auto& fact : kFacts)
    table += fmt::format("| `{}` | {} | {} |\n", fact.name, workflow::name_of(fact.type), fact.meaning);
  return table;
}

}  // namespace signet::server::authn
