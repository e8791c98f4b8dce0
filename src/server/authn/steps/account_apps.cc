// The applications that act for an account: the list, and one of them with everything it may do and the way to end it.
#include "base/text.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/amount.h"
#include "server/authn/app_access.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Group;

constexpr std::string_view kList = "list_apps";
constexpr std::string_view kListOne = "list_app";
constexpr std::string_view kEnd = "end_access";
constexpr std::string_view kClientId = "client_id";

std::string times_of(const Facts& facts, const json::object& entry) {
  const auto at = [&](std::string_view name) { return describe_time(from_unix_millis(fact::integer(entry, name))); };
  if (!entry.contains("until")) return text(facts, Text::AppConsentOnly, {at("since")});
  return text(facts, Text::AppTimes, {at("since"), at("until")});
}

Task<Result<json::object>> to_entry(Exchange& exchange, const AppAccess& app) {
  CO_TRY_ASSIGN(const workflow::Party party, co_await load_party(exchange, app.client_id));
  json::object entry{{kClientId, app.client_id},
                     {"name", party.name},
                     {"host", party.host},
                     {"since", to_unix_millis(app.since)},
                     {"scopes", signet::to_json(app.scope)},
                     {"claims", signet::to_json(app.claims)},
                     {"resources", signet::to_json(app.resource)},
                     {"details", app.details}};
  if (app.until) entry["until"] = to_unix_millis(*app.until);
  co_return entry;
}

/// Those of `only`, or all of them when it is empty.
Task<Result<EffectAnswer>> list_apps(StepWork& work, std::string only) {
  CO_TRY_ASSIGN(std::string account_id, load_visitor(work));
  CO_TRY_ASSIGN(const auto apps, co_await list_app_access(work.exchange, std::move(account_id)));
  json::array entries;
  for (const AppAccess& app : apps) {
    if ((!only.empty() && app.client_id != only) || entries.size() == kMostEntries) continue;
    CO_TRY_ASSIGN(json::object entry, co_await to_entry(work.exchange, app));
    entries.push_back(std::move(entry));
  }
  co_return list_answer({{"apps", std::move(entries)}});
}

// All of them. -------------------------------------------------------------------------------------------------------

workflow::Representation show_all(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountAppsTitle, Text::AccountAppsText);
  Group group{.name = "apps", .title = text(facts, Text::AccountAppsTitle), .empty = text(facts, Text::AccountNoApps)};
  for (const json::value& value : listed(facts, "apps")) {
    const json::object& entry = value.get_object();
    const std::string host = fact::text(entry, "host");
    Group::Item item{.title = fact::text(entry, "name"), .text = host.empty() ? "" : host + " · "};
    item.text += times_of(facts, entry);
    item.actions.push_back(
        make_entry_action("look", text(facts, Text::LookAction), kClientId, fact::text(entry, kClientId)));
    group.items.push_back(std::move(item));
  }
  page.groups.push_back(std::move(group));
  page.actions.push_back({.name = "back", .title = text(facts, Text::BackAction)});
  return page;
}

workflow::Reaction submit_all(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "back") return {.event = "back"};
  const std::string_view id = submission.field(kClientId);
  if (!has_entry(listed(facts, "apps"), kClientId, id)) return {.problem = make_gone_problem(facts)};
  return {.event = "look", .facts = {{fact::kChosenApp, id}}};
}

// One of them. -------------------------------------------------------------------------------------------------------

Group::Item describe_detail(const Facts& facts, const json::value& detail) {
  const auto payment = oauth::find_payment(json::array{detail});
  if (payment)
    return {.title = text(facts, Text::AppPayment,
                          {describe_amount(facts, payment->amount, payment->currency), payment->payee})};
  const std::string type = fact::text(detail.get_object(), "type");
  if (type == oauth::kAccountInformation) return {.title = text(facts, Text::AppAccountInformation)};
  return {.title = text(facts, Text::UnknownScope, {type})};
}

void add_group(const Facts& facts, workflow::Representation& page, std::string name, Text title,
               std::vector<Group::Item> items) {
  if (items.empty()) return;
  page.groups.push_back({.name = std::move(name), .title = text(facts, title), .items = std::move(items)});
}

void add_access(const Facts& facts, workflow::Representation& page, const json::object& entry) {
  std::vector<Group::Item> permissions;
  std::vector<Group::Item> data;
  std::vector<Group::Item> resources;
  for (const auto& scope : fact::list(entry, "scopes")) permissions.push_back(describe_scope(facts, scope));
  for (const json::value& detail : entry.at("details").as_array()) {
    permissions.push_back(describe_detail(facts, detail));
  }
  for (const auto& claim : fact::list(entry, "claims")) data.push_back({.title = describe_claim(facts, claim)});
  for (const auto& resource : fact::list(entry, "resources")) resources.push_back({.title = resource});
  add_group(facts, page, "permissions", Text::AppPermissions, std::move(permissions));
  add_group(facts, page, "data", Text::AppData, std::move(data));
  add_group(facts, page, "resources", Text::ConsentResources, std::move(resources));
  add_group(facts, page, "duration", Text::ConsentDuration, {{.title = times_of(facts, entry)}});
}

workflow::Representation show_one(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountAppTitle, Text::AccountAppText);
  const json::array apps = listed(facts, "apps");
  if (apps.empty()) {
    page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::AccountEntryGone)});
  } else {
    const json::object& entry = apps.front().get_object();
    page.party = workflow::Party{fact::text(entry, "name"), fact::text(entry, "host")};
    add_access(facts, page, entry);
    page.actions.push_back({.name = std::string(kEnd), .title = text(facts, Text::EndAccessAction), .dangerous = true});
  }
  page.actions.push_back({.name = "keep", .title = text(facts, Text::BackAction)});
  return page;
}

workflow::Reaction submit_one(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "keep") return {.event = "keep", .facts = {{fact::kChosenApp, nullptr}}};
  return {.effect = workflow::Effect{.name = std::string(kEnd),
                                     .arguments = {{kClientId, fact::text(facts, fact::kChosenApp)}}}};
}

/// Tokens end with their grants, and gateways are told in the same commit.
Task<Result<EffectAnswer>> end_access(StepWork& work, workflow::Effect effect) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const std::string client_id = fact::text(effect.arguments, kClientId);
  store::Grants::add_revoke_all(work.changes, account_id, client_id, exchange.issuer.id(), exchange.now);
  store::Consents::add_remove(work.changes, account_id, client_id, exchange.issuer.id());
  exchange.context.metrics.count(Metrics::Counter::Revocations);
  record(work, AuditEvent("consent", "withdrawn").client(client_id));
  co_return EffectAnswer{.event = "ended", .facts = {{fact::kChosenApp, nullptr}}};
}

}  // namespace

const AccountPage& account_apps_page() {
  static const AccountPage page{
      .steps = {{.name = "account_apps",
                 .show = show_all,
                 .on_submit = submit_all,
                 .events = {"back", "look"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kList)}; }}},
      .effects = {{kList, [](StepWork& work, workflow::Effect) { return list_apps(work, {}); }}}};
  return page;
}

const AccountPage& account_app_page() {
  static const AccountPage page{
      .steps = {{.name = "account_app",
                 .show = show_one,
                 .on_submit = submit_one,
                 .events = {"keep", "ended"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kListOne)}; }}},
      .effects = {
          {kListOne,
           [](StepWork& work, workflow::Effect) { return list_apps(work, fact::text(work.facts, fact::kChosenApp)); }},
          {kEnd, end_access}}};
  return page;
}

}  // namespace signet::server::authn
