#include "server/authn/decision_context.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/assurance.h"
#include "server/authn/browser.h"
#include "server/authn/context_facts.h"
#include "server/authn/place.h"
#include "server/authn/policy.h"
#include "server/authn/proofs.h"
#include "server/authn/throttle.h"
#include "store/dated_id.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;

/// What the parts of a context are made from. Each part is asked for by the names of its facts, and made only then.
struct Sources {
  StepWork& work;
  const Asked* asked;
  const store::AccountRecord* account;
  const InForce& in_force;
};

std::optional<double> amount_of(const std::string& text) {
  double amount = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), amount);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional(amount) : std::nullopt;
}

void add_details(Facts& context, const std::string& text) {
  const auto details = text.empty() ? json::array{} : parse_json(text).value_or(json::array{});
  json::array types;
  if (!details.is_array()) return;
  for (const json::value& detail : details.get_array()) {
    if (detail.is_object()) types.emplace_back(peek_string(detail.get_object(), "type"));
  }
  context["authorization_details_types"] = std::move(types);
  const auto payment = oauth::find_payment(details.get_array());
  if (!payment) return;
  json::object shown{
      {"currency", payment->currency}, {"payee", payment->payee}, {"payee_account", payment->payee_account}};
  if (const auto amount = amount_of(payment->amount)) shown["amount"] = *amount;
  context["payment"] = std::move(shown);
}

void add_request(Facts& context, const Asked& asked) {
  const oauth::AuthorizationRequest& request = asked.request;
  const AcrDemand demand = acr_demand(request, *asked.client);
  context["requested_acr"] = signet::to_json(demand.values);
  if (request.max_age) context["max_age"] = std::chrono::duration_cast<seconds>(*request.max_age).count();
  context["claims"] = signet::to_json(requested_claim_names(request));
  context["client_id"] = request.client_id;
  context["scope"] = signet::to_json(request.scope);
  add_details(context, request.authorization_details);
}

void add_moment(Facts& context, const Sources& from) {
  const auto day = std::chrono::floor<days>(from.work.exchange.now);
  context["hour"] = std::chrono::floor<hours>(from.work.exchange.now - day).count();
  context["weekday"] = std::chrono::weekday(std::chrono::sys_days(day.time_since_epoch())).c_encoding();
  context["threat_level"] = from.in_force.threat_level;
  context["face"] = from.work.exchange.app_key.empty() ? "browser" : "api";
  context["purpose"] = is_for_client(from.work.facts) ? "authorize" : "account";
}

void add_account(Facts& context, const Sources& from) {
  const Proofs proofs = proofs_of(from.work.facts);
  json::array kinds;
  for (const Proof& proof : proofs) kinds.emplace_back(proof.factor);
  context["proven"] = std::move(kinds);
  context["categories"] = count_categories(proofs);
  if (from.account == nullptr) return;
  context["flags"] = signet::to_json(from.account->flags);
  context["account_age_days"] = std::chrono::floor<days>(from.work.exchange.now - from.account->created_at).count();
}

using FailureCount = std::optional<store::LoginFailureRecord>;

/// The facts of one kind of subject, whose failures may stand under several names.
void add_counts(Facts& context, std::string_view of, std::initializer_list<FailureCount> counts, Instant now) {
  std::int64_t number = 0;
  std::int64_t rate = 0;
  for (const FailureCount& count : counts) {
    number += count ? count->failures : 0;
    rate += count ? count->in_ten_minutes(now) : 0;
  }
  context[fmt::format("failures_{}", of)] = number;
  context[fmt::format("failure_rate_{}", of)] = rate;
}

Task<Result<void>> add_failures(Facts& context, Sources from) {
  const Exchange& exchange = from.work.exchange;
  const store::LoginFailures& failures = exchange.context.store.login_failures;
  const SecretText& key = exchange.context.config.master_key;
  const std::string& issuer_id = exchange.issuer.id();
  const std::string& address = exchange.request.peer.address;
  const bool is_known = from.account != nullptr;
  const GuessingSubjects named = guessing_subjects(key, issuer_id, is_known ? from.account->username : "", address);
  const auto client = client_subject(key, issuer_id, exchange.client_id);
  CO_TRY_ASSIGN(const auto found, co_await failures.find_three({named.address, client, named.account}, exchange.now));
  const auto& [of_address, of_client, by_name] = found;
  add_counts(context, "address", {of_address}, exchange.now);
  add_counts(context, "client", {of_client}, exchange.now);
  if (!is_known) co_return Result<void>();
  CO_TRY_ASSIGN(
      const auto by_factor,
      co_await failures.find(factor_subjects(key, issuer_id, from.account->account_id, address).account, exchange.now));
  add_counts(context, "account", {by_name, by_factor}, exchange.now);
  co_return Result<void>();
}

Task<Result<void>> add_device(Facts& context, Sources from) {
  if (from.account == nullptr) co_return Result<void>();
  const Exchange& exchange = from.work.exchange;
  const auto cookie = exchange.app_key.empty() ? find_device_cookie(exchange) : std::optional(exchange.app_key);
  if (!cookie) {
    context["known_device"] = false;
    co_return Result<void>();
  }
  CO_TRY_ASSIGN(const auto device, co_await exchange.context.store.known_devices.find(
                                       from.account->account_id, crypto::sha256(*cookie), exchange.now));
  context["known_device"] = device.has_value();
  co_return Result<void>();
}

/// Where the user is, and how far from where the account was used last.
Task<Result<void>> add_place(Facts& context, Sources from) {
  const Exchange& exchange = from.work.exchange;
  if (exchange.context.places == nullptr) co_return Result<void>();
  const auto here = exchange.context.places->find(exchange.request.peer.address);
  if (here && !here->country.empty()) context["country"] = here->country;
  if (from.account == nullptr) co_return Result<void>();
  CO_TRY_ASSIGN(const auto last,
                co_await exchange.context.store.known_devices.newest(from.account->account_id, exchange.now));
  if (!last) co_return Result<void>();
  if (!last->country.empty()) context["previous_country"] = last->country;
  const bool are_known = here && here->coordinates && last->latitude && last->longitude;
  if (!are_known) co_return Result<void>();
  const double distance = distance_km(coordinates_of(*last), *here->coordinates);
  // Two logins of one second are not infinitely fast: a minute is the least that is looked at.
  const auto passed = std::max<Duration>(exchange.now - last->last_used_at, minutes{1});
  context["distance_km"] = distance;
  context["speed_kmh"] = distance / std::chrono::duration<double, std::ratio<3600>>(passed).count();
  co_return Result<void>();
}

Task<Result<Facts>> build_context(Sources from, std::vector<std::string> names) {
  Facts context;
  if (from.asked != nullptr) add_request(context, *from.asked);
  add_moment(context, from);
  add_account(context, from);
  const std::set<FactSource> wanted = sources_of(names);
  if (wanted.contains(FactSource::Failures)) CO_TRY(co_await add_failures(context, from));
  if (wanted.contains(FactSource::Place)) CO_TRY(co_await add_place(context, from));
  if (wanted.contains(FactSource::Device)) CO_TRY(co_await add_device(context, from));
  co_return context;
}

void record(StepWork& work, const InForce& in_force, const Facts& context, const workflow::Decision& decision) {
  const Exchange& exchange = work.exchange;
  store::DecisionContexts::add(work.changes, {.context_id = store::make_dated_id(exchange.now, exchange.context.random),
                                              .issuer = exchange.issuer.id(),
                                              .account_id = work.account_id(),
                                              .recorded_at = exchange.now,
                                              .workflow_version = work.interaction.definition->version,
                                              .policy_version = in_force.policy_version,
                                              .context = render_json(context),
                                              .decision = render_json(workflow::to_json(decision))});
}

}  // namespace

Task<Result<workflow::Decision>> ask_policy(StepWork& work, const Asked* asked, const store::AccountRecord* account) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(const InForce* in_force, co_await load_in_force(exchange));
  const Sources from{work, asked, account, *in_force};
  CO_TRY_ASSIGN(const Facts context, co_await build_context(from, in_force->policy->fact_names()));
  workflow::Decision decision = in_force->policy->decide(context);
  // What was seen before anybody was known says little, and a policy can be tried on the rest.
  if (account != nullptr) record(work, *in_force, context, decision);
  co_return decision;
}

}  // namespace signet::server::authn
