#include "server/authn/steps/account_page.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "server/authn/device_name.h"
#include "server/authn/place.h"

namespace signet::server::authn {

std::span<const AccountPage* const> account_pages() {
  static const AccountPage* const kPages[] = {
      &account_hub_page(),  &account_factors_page(), &confirm_removal_page(), &account_sessions_page(),
      &account_apps_page(), &account_app_page(),     &account_history_page()};
  return kPages;
}

workflow::Representation make_account_page(const workflow::Facts& facts, Text title, Text sentence) {
  return {.type = "account-step",
          .title = text(facts, title),
          .text = text(facts, sentence),
          .account = text(facts, Text::ConsentSignedInAs, {fact::text(facts, fact::kAccountName)})};
}

workflow::Action make_entry_action(std::string name, std::string title, std::string_view field,
                                   std::string_view value) {
  return {.name = std::move(name),
          .title = std::move(title),
          .fields = {{.name = std::string(field), .type = workflow::FieldType::Hidden, .value = std::string(value)}}};
}

json::array listed(const workflow::Facts& facts, std::string_view name) {
  const auto* lists = facts.if_contains(fact::kListed);
  if (lists == nullptr || !lists->is_object()) return {};
  const auto* entries = lists->get_object().if_contains(name);
  return entries != nullptr && entries->is_array() ? entries->get_array() : json::array{};
}

workflow::EffectAnswer list_answer(json::object lists) {
  return {.facts = {{fact::kListed, std::move(lists)}}};
}

bool has_entry(const json::array& entries, std::string_view member, std::string_view value) {
  return !value.empty() && std::ranges::any_of(entries, [&](const json::value& entry) {
    return entry.is_object() && peek_string(entry.get_object(), member) == value;
  });
}

workflow::Problem make_gone_problem(const workflow::Facts& facts) {
  return {.type = "not_found", .text = text(facts, Text::AccountEntryGone)};
}

workflow::Reaction open_page(std::string_view page) {
  return {.event = "open", .facts = {{fact::kAccountPage, page}, {fact::kReturns, nullptr}}};
}

std::string describe_time(Instant at) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<seconds>(at));
}

std::string describe_address(const Exchange& exchange, const std::string& address) {
  const Places* places = exchange.context.places;
  const auto place = places == nullptr ? std::nullopt : places->find(address);
  return place && !place->country.empty() ? address + " (" + place->country + ")" : address;
}

std::string describe_origin(const StepWork& work, const json::object& record) {
  std::vector<std::string> parts;
  for (std::string part : {describe_agent(work.facts, fact::text(record, "agent")),
                           describe_address(work.exchange, fact::text(record, "address"))}) {
    if (!part.empty()) parts.push_back(std::move(part));
  }
  return join(parts, " · ");
}

Result<std::string> load_visitor(const StepWork& work) {
  // A stored definition may lead people through other pages, but not around the decision.
  const bool is_judged = fact::text(work.facts, fact::kJudged) == "done" && fact::is_set(work.facts, fact::kSignedIn);
  if (!is_judged) return fail(ErrorCode::AccessDenied, "You are not signed in.");
  return work.account_id();
}

void record(StepWork& work, AuditEvent event) {
  std::move(event)
      .account(work.account_id())
      .add_to(work.changes, work.exchange.issuer.id(), work.exchange.request.peer, work.exchange.now);
}

Task<Result<workflow::Party>> load_party(Exchange& exchange, std::string client_id) {
  CO_TRY_ASSIGN(const auto client,
                co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(), client_id));
  if (client == nullptr) co_return workflow::Party{.name = client_id};
  workflow::Party party{.name = client->client_name.empty() ? client_id : client->client_name};
  std::vector<std::string> addresses = client->redirect_uris;
  addresses.insert(addresses.begin(), client->client_uri);
  for (const std::string& address : addresses) {
    const auto url = parse_url(address);
    if (!url || url->host.empty()) continue;
    party.host = url->host;
    break;
  }
  co_return party;
}

}  // namespace signet::server::authn
