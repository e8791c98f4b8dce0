// What happened with an account: its audit records in sentences, newest first.
#include "server/authn/factors/factor.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kList = "list_history";
constexpr std::size_t kPageEntries = 20;

struct Sentence {
  std::string_view event;
  std::string_view outcome;
  Text text;
};
constexpr Sentence kSentences[] = {
    {"login", "granted", Text::HistoryLogin},
    {"login", "confirmed", Text::HistoryLoginConfirmed},
    {"login", "refused", Text::HistoryLoginRefused},
    {"login", "denied", Text::HistoryLoginDenied},
    {"login", "unmet", Text::HistoryLoginDenied},
    {"login", "cancelled", Text::HistoryLoginCancelled},
    {"consent", "granted", Text::HistoryConsent},
    {"consent", "cancelled", Text::HistoryConsentRefused},
    {"consent", "withdrawn", Text::HistoryConsentWithdrawn},
    {"factor", "enrolled", Text::HistoryFactorAdded},
    {"factor", "removed", Text::HistoryFactorRemoved},
    {"factor", "renamed", Text::HistoryFactorRenamed},
    {"factor", "clone_suspected", Text::HistoryCloneSuspected},
    {"factor", "used", Text::HistoryFactorUsed},
    {"factor", "refused", Text::HistoryFactorRefused},
    {"factor.push", "asked", Text::HistoryPushAsked},
    {"factor.push", "approved", Text::HistoryPushApproved},
    {"factor.push", "denied", Text::HistoryPushDenied},
    {"factor.push", "wrong_number", Text::HistoryPushWrongNumber},
    {"factor.push", "wrong_hash", Text::HistoryPushInvalid},
    {"factor.push", "unknown_challenge", Text::HistoryPushInvalid},
    {"factor.push", "too_late", Text::HistoryPushTooLate},
    {"factor.push", "offered", Text::HistoryPushOffered},
    {"session", "ended", Text::HistorySessionEnded},
    {"session", "device_forgotten", Text::HistoryDeviceForgotten},
    {"payment", "approved", Text::HistoryPayment},
    {"payment", "denied", Text::HistoryPaymentDenied},
    {"recovery", "requested", Text::HistoryRecoveryAsked},
    {"recovery", "confirmed", Text::HistoryRecoveryConfirmed},
    {"recovery", "completed", Text::HistoryRecovered},
    {"account", "password_changed", Text::HistoryPasswordChanged},
    {"account.created", "done", Text::HistoryAccountCreated},
    {"account.updated", "done", Text::HistoryAccountUpdated},
    {"account.password_set", "done", Text::HistoryPasswordSet},
    {"account.sessions_ended", "done", Text::HistorySessionsEnded},
    {"account.disabled", "done", Text::HistoryAccountDisabled},
    {"account.enabled", "done", Text::HistoryAccountEnabled},
};

/// Records of a kind that is newer than the table are shown by their names rather than left out.
std::string sentence_of(const Facts& facts, const json::object& entry) {
  const std::string event = fact::text(entry, "event");
  const std::string outcome = fact::text(entry, "outcome");
  const auto sentence = find_history_sentence(event, outcome);
  return sentence ? text(facts, *sentence) : text(facts, Text::HistoryOther, {event, outcome});
}

std::string about(const Facts& facts, const json::object& entry) {
  std::string about = describe_time(from_unix_millis(fact::integer(entry, "at")));
  const Factor* factor = find_factor(fact::text(entry, "factor"));
  if (factor != nullptr) about += " · " + text(facts, factor->title);
  for (const std::string_view name : {"client", "from"}) {
    if (const std::string part = fact::text(entry, name); !part.empty()) about += " · " + part;
  }
  return about;
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountHistoryTitle, Text::AccountHistoryText);
  workflow::Group group{
      .name = "history", .title = text(facts, Text::AccountHistoryTitle), .empty = text(facts, Text::AccountNoHistory)};
  for (const json::value& value : listed(facts, "records")) {
    const json::object& entry = value.get_object();
    group.items.push_back({.title = sentence_of(facts, entry), .text = about(facts, entry)});
  }
  page.groups.push_back(std::move(group));
  if (!listed(facts, "older").empty())
    page.actions.push_back({.name = "older", .title = text(facts, Text::OlderAction)});
  if (facts.contains(fact::kHistoryBefore))
    page.actions.push_back({.name = "newest", .title = text(facts, Text::NewestAction)});
  page.actions.push_back({.name = "back", .title = text(facts, Text::BackAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "older") {
    return {.event = "turn", .facts = {{fact::kHistoryBefore, listed(facts, "older").front()}}};
  }
  return {.event = submission.action == "newest" ? "turn" : "back", .facts = {{fact::kHistoryBefore, nullptr}}};
}

Task<Result<json::object>> to_entry(StepWork& work, const store::AuditRecord& record) {
  const json::object members = parse_json_object(record.record).value_or(json::object{});
  json::object entry{{"event", record.event},
                     {"outcome", record.outcome},
                     {"at", to_unix_millis(record.recorded_at)},
                     {"factor", fact::text(members, "factor")},
                     {"from", describe_origin(work, members)}};
  const std::string client_id = fact::text(members, "client_id");
  if (client_id.empty()) co_return entry;
  CO_TRY_ASSIGN(const workflow::Party party, co_await load_party(work.exchange, client_id));
  entry["client"] = party.name;
  co_return entry;
}

Task<Result<EffectAnswer>> list(StepWork& work, workflow::Effect) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(std::string account_id, load_visitor(work));
  store::AuditFilter filter{.issuer = exchange.issuer.id(), .account_id = std::move(account_id)};
  CO_TRY_ASSIGN(const auto records,
                co_await exchange.context.store.audit.list_newest(
                    std::move(filter), fact::text(work.facts, fact::kHistoryBefore), kPageEntries + 1));
  json::array entries;
  for (const auto& record : records) {
    if (entries.size() == kPageEntries) break;
    CO_TRY_ASSIGN(json::object entry, co_await to_entry(work, record));
    entries.push_back(std::move(entry));
  }
  json::array older;
  if (records.size() > kPageEntries) older.emplace_back(records[kPageEntries - 1].audit_id);
  co_return list_answer({{"records", std::move(entries)}, {"older", std::move(older)}});
}

}  // namespace

std::optional<Text> find_history_sentence(std::string_view event, std::string_view outcome) {
  const auto* const found = std::ranges::find_if(
      kSentences, [&](const Sentence& sentence) { return sentence.event == event && sentence.outcome == outcome; });
  return found == std::end(kSentences) ? std::nullopt : std::optional(found->text);
}

const AccountPage& account_history_page() {
  static const AccountPage page{
      .steps = {{.name = "account_history",
                 .show = show,
                 .on_submit = on_submit,
                 .events = {"back", "turn"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kList)}; }}},
      .effects = {{kList, list}}};
  return page;
}

}  // namespace signet::server::authn
