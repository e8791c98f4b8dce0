// Where an account is signed in, and the browsers and apps that it is known by.
#include "server/authn/browser.h"
#include "server/authn/device_name.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kList = "list_sessions";
constexpr std::string_view kEndOne = "end_session";
constexpr std::string_view kEndOthers = "end_others";
constexpr std::string_view kForget = "forget_device";
constexpr std::string_view kSessionId = "session_id";
constexpr std::string_view kDeviceId = "device_id";

workflow::Group::Item make_item(const Facts& facts, const json::object& entry, Text since) {
  const auto at = [&](std::string_view name) { return describe_time(from_unix_millis(fact::integer(entry, name))); };
  workflow::Group::Item item{.title = describe_agent(facts, fact::text(entry, "name")),
                             .text = text(facts, since, {at("began_at"), at("last_used_at")})};
  if (const std::string from = fact::text(entry, "from"); !from.empty()) item.text += " · " + from;
  return item;
}

workflow::Group show_sessions(const Facts& facts) {
  workflow::Group group{.name = "sessions", .title = text(facts, Text::AccountSessions)};
  for (const json::value& value : listed(facts, "sessions")) {
    const json::object& entry = value.get_object();
    workflow::Group::Item item = make_item(facts, entry, Text::SessionTimes);
    const std::string id = fact::text(entry, kSessionId);
    if (fact::is_set(entry, "is_own")) {
      item.title = text(facts, Text::ThisSession, {item.title});
    } else if (!id.empty()) {
      item.actions.push_back(
          make_entry_action(std::string(kEndOne), text(facts, Text::EndSessionAction), kSessionId, id));
    }
    group.items.push_back(std::move(item));
  }
  return group;
}

workflow::Group show_devices(const Facts& facts) {
  workflow::Group group{
      .name = "devices", .title = text(facts, Text::AccountDevices), .empty = text(facts, Text::AccountNoDevices)};
  for (const json::value& value : listed(facts, "devices")) {
    const json::object& entry = value.get_object();
    workflow::Group::Item item = make_item(facts, entry, Text::DeviceTimes);
    item.actions.push_back(make_entry_action(std::string(kForget), text(facts, Text::ForgetDeviceAction), kDeviceId,
                                             fact::text(entry, kDeviceId)));
    group.items.push_back(std::move(item));
  }
  return group;
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountSessionsTitle, Text::AccountSessionsText);
  page.groups = {show_sessions(facts), show_devices(facts)};
  page.actions.push_back({.name = std::string(kEndOthers), .title = text(facts, Text::EndOtherSessionsAction)});
  page.actions.push_back({.name = "back", .title = text(facts, Text::BackAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "back") return {.event = "back"};
  if (submission.action == kEndOthers) return {.effect = workflow::Effect{.name = std::string(kEndOthers)}};
  const bool is_session = submission.action == kEndOne;
  const std::string_view member = is_session ? kSessionId : kDeviceId;
  const std::string_view id = submission.field(member);
  if (!has_entry(listed(facts, is_session ? "sessions" : "devices"), member, id))
    return {.problem = make_gone_problem(facts)};
  return {.effect = workflow::Effect{.name = submission.action, .arguments = {{member, id}}}};
}

Task<Result<json::array>> list_sessions(StepWork& work, std::string account_id) {
  Exchange& exchange = work.exchange;
  const auto own = find_session_hash(exchange);
  CO_TRY_ASSIGN(const auto sessions, co_await exchange.context.store.sessions.list(account_id, exchange.now));
  json::array entries;
  for (const auto& session : sessions) {
    const bool is_idle = exchange.now - session.last_used_at >= exchange.context.config.login.session_idle;
    if (session.issuer != exchange.issuer.id() || is_idle || entries.size() == kMostEntries) continue;
    entries.push_back(json::object{{kSessionId, session.session_id},
                                   {"name", session.agent},
                                   {"from", describe_address(exchange, session.address)},
                                   {"began_at", to_unix_millis(session.created_at)},
                                   {"last_used_at", to_unix_millis(session.last_used_at)},
                                   {"is_own", session.session_hash == own}});
  }
  co_return entries;
}

Task<Result<json::array>> list_devices(StepWork& work, std::string account_id) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(const auto devices, co_await exchange.context.store.known_devices.list(account_id, exchange.now));
  json::array entries;
  for (const auto& device : devices) {
    if (device.issuer != exchange.issuer.id() || entries.size() == kMostEntries) continue;
    entries.push_back(json::object{{kDeviceId, encode_base64url(device.device_hash)},
                                   {"name", device.name},
                                   {"from", describe_address(exchange, device.address)},
                                   {"began_at", to_unix_millis(device.first_used_at)},
                                   {"last_used_at", to_unix_millis(device.last_used_at)}});
  }
  co_return entries;
}

Task<Result<EffectAnswer>> list(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  CO_TRY_ASSIGN(json::array sessions, co_await list_sessions(work, account_id));
  CO_TRY_ASSIGN(json::array devices, co_await list_devices(work, account_id));
  co_return list_answer({{"sessions", std::move(sessions)}, {"devices", std::move(devices)}});
}

Task<Result<EffectAnswer>> end_one(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const std::string id = fact::text(effect.arguments, kSessionId);
  const std::size_t mark = store::Sessions::add_remove_by_id(work.marks, account_id, id);
  work.explain_mark(mark, make_gone_problem(work.facts));
  record(work, AuditEvent("session", "ended").text("session_id", id));
  co_return EffectAnswer{.event = "changed"};
}

Task<Result<EffectAnswer>> end_others(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const auto own = find_session_hash(work.exchange);
  if (!own) co_return fail(ErrorCode::AccessDenied, "You are not signed in.");
  store::Sessions::add_remove_others(work.changes, account_id, *own);
  record(work, AuditEvent("session", "ended").text("which", "others"));
  co_return EffectAnswer{.event = "changed"};
}

Task<Result<EffectAnswer>> forget(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const auto bytes = decode_base64url(fact::text(effect.arguments, kDeviceId));
  Digest256 device_hash{};
  if (!bytes || bytes->size() != device_hash.size()) co_return EffectAnswer{.problem = make_gone_problem(work.facts)};
  std::ranges::copy(*bytes, device_hash.begin());
  const std::size_t mark = store::KnownDevices::add_remove(work.marks, account_id, device_hash);
  work.explain_mark(mark, make_gone_problem(work.facts));
  record(work, AuditEvent("session", "device_forgotten"));
  co_return EffectAnswer{.event = "changed"};
}

}  // namespace

const AccountPage& account_sessions_page() {
  static const AccountPage page{
      .steps = {{.name = "account_sessions",
                 .show = show,
                 .on_submit = on_submit,
                 .events = {"back", "changed"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kList)}; }}},
      .effects = {{kList, list}, {kEndOne, end_one}, {kEndOthers, end_others}, {kForget, forget}}};
  return page;
}

}  // namespace signet::server::authn
