// Where a visit begins: who is signed in, when that was before, and the ways to everything else.
#include "server/authn/browser.h"
#include "server/authn/session.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kList = "list_last_login";
constexpr std::string_view kSignOut = "sign_out";

struct Way {
  std::string_view page;
  Text title;
};
constexpr Way kWays[] = {{"factors", Text::AccountFactorsTitle},
                         {"sessions", Text::AccountSessionsTitle},
                         {"apps", Text::AccountAppsTitle},
                         {"history", Text::AccountHistoryTitle}};

workflow::Representation show(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountTitle, Text::AccountText);
  workflow::Group last{.name = "last-login",
                       .title = text(facts, Text::AccountLastLogin),
                       .empty = text(facts, Text::AccountNoLastLogin)};
  for (const json::value& entry : listed(facts, "logins")) {
    last.items.push_back({.title = describe_time(from_unix_millis(fact::integer(entry.get_object(), "at"))),
                          .text = fact::text(entry.get_object(), "from")});
  }
  page.groups.push_back(std::move(last));
  for (const Way& way : kWays) {
    page.actions.push_back({.name = std::string(way.page), .title = text(facts, way.title)});
  }
  page.actions.push_back({.name = "end_others", .title = text(facts, Text::EndOtherSessionsAction)});
  page.actions.push_back({.name = std::string(kSignOut), .title = text(facts, Text::SignOutAction)});
  return page;
}

workflow::Reaction on_submit(const Facts&, const workflow::Submission& submission) {
  if (submission.action == kSignOut) return {.effect = workflow::Effect{.name = std::string(kSignOut)}};
  if (submission.action == "end_others") return {.effect = workflow::Effect{.name = "end_others"}};
  return open_page(submission.action);
}

/// The sign-in before the one that this session began with.
Task<Result<EffectAnswer>> list(StepWork& work, workflow::Effect) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(std::string account_id, load_visitor(work));
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  if (!session) co_return EffectAnswer{};
  store::AuditFilter filter{.issuer = exchange.issuer.id(),
                            .event = "login",
                            .outcome = "granted",
                            .until = session->created_at,
                            .account_id = std::move(account_id)};
  CO_TRY_ASSIGN(const auto records, co_await exchange.context.store.audit.list_newest(std::move(filter), {}, 1));
  json::array logins;
  for (const auto& record : records) {
    const auto said = parse_json_object(record.record);
    logins.push_back(json::object{{"at", to_unix_millis(record.recorded_at)},
                                  {"from", describe_origin(work, said ? *said : json::object{})}});
  }
  co_return list_answer({{"logins", std::move(logins)}});
}

Task<Result<EffectAnswer>> sign_out(StepWork& work, workflow::Effect) {
  CO_TRY(load_visitor(work));
  if (const auto own = find_session_hash(work.exchange))
    store::Sessions::add_remove(work.changes, *own, work.exchange.issuer.id());
  work.signs_out = true;
  record(work, AuditEvent("session", "ended").text("which", "own"));
  co_return EffectAnswer{.event = "signed_out"};
}

workflow::Representation show_signed_out(const Facts& facts) {
  return {.type = "finished", .title = text(facts, Text::SignedOutTitle), .text = text(facts, Text::SignedOutText)};
}

}  // namespace

const AccountPage& account_hub_page() {
  static const AccountPage page{
      .steps = {{.name = "account",
                 .show = show,
                 .on_submit = on_submit,
                 .events = {"open", "changed", "signed_out"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kList)}; }},
                {.name = "signed_out", .show = show_signed_out}},
      .effects = {{kList, list}, {kSignOut, sign_out}}};
  return page;
}

}  // namespace signet::server::authn
