#include "server/authn/factors/push_page.h"

#include "server/authn/attempts.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/push_enrolment.h"
#include "server/authn/notices.h"
#include "server/authn/push_question.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Problem;
using Checked = std::variant<EffectAnswer, ApprovedPush>;

constexpr std::string_view kWithdraw = "withdraw_push";

/// {"challenge_id", "number", "device", "expires_at"} of the question that was asked, or {"problem", "text", "until"}
/// of why none was, or why it came to nothing.
json::object asked_of(const PushPage& its, const Facts& facts) {
  return fact::object(facts, its.fact);
}

Duration remaining(const PushPage& its, const Facts& facts, std::string_view until) {
  const auto end = from_unix_millis(fact::integer(asked_of(its, facts), until));
  return std::max(end - from_unix_millis(fact::integer(facts, fact::kNow)), Duration{});
}

bool is_waiting(const PushPage& its, const Facts& facts) {
  return remaining(its, facts, "expires_at") > Duration{};
}

std::optional<Problem> find_kept_problem(const PushPage& its, const Facts& facts) {
  const json::object asked = asked_of(its, facts);
  if (!asked.contains("problem")) return std::nullopt;
  Problem problem{.type = fact::text(asked, "problem"), .text = fact::text(asked, "text")};
  if (const Duration wait = remaining(its, facts, "until"); wait > Duration{}) problem.retry_after = wait;
  return problem;
}

/// A step that is entered is shown by another request: its problem is kept among the facts.
EffectAnswer keep_problem(const PushPage& its, const Problem& problem, Instant now, std::string event = {}) {
  const Instant until = now + problem.retry_after.value_or(Duration{});
  return {
      .event = std::move(event),
      .facts = {{its.fact,
                 json::object{{"problem", problem.type}, {"text", problem.text}, {"until", to_unix_millis(until)}}}}};
}

Problem make_expired_problem(const Facts& facts) {
  return {.type = "expired", .text = text(facts, Text::PushExpired)};
}

Problem make_too_many_problem(const Facts& facts, Duration wait) {
  return {.type = "too_many_attempts",
          .text = text(facts, Text::PushTooMany, {describe_duration(facts, std::chrono::ceil<seconds>(wait))}),
          .retry_after = wait};
}

/// Nobody waits for the answer any more, and no device shall go on asking for one.
workflow::Effect make_withdrawal(const PushPage& its, const Facts& facts) {
  return {.name = std::string(kWithdraw),
          .arguments = {{"challenge_id", fact::text(asked_of(its, facts), "challenge_id")}},
          .needs_answer = false};
}

Task<Result<EffectAnswer>> withdraw(StepWork& work, workflow::Effect effect) {
  store::PushChallenges::add_withdraw(work.changes, work.account_id(), fact::text(effect.arguments, "challenge_id"),
                                      work.exchange.now);
  co_return EffectAnswer{};
}

/// The name of the only device; empty when there are several.
Task<Result<std::string>> find_only_device(StepWork& work) {
  CO_TRY_ASSIGN(auto rows, co_await work.load_factors());
  std::erase_if(rows, [](const auto& row) { return row.kind != kPush; });
  co_return rows.size() == 1 ? rows.front().name : std::string();
}

/// Nothing was typed that could be checked again; who was too fast hears that instead.
Problem make_refused_problem(const Facts& facts, Problem refusal) {
  if (!refusal.retry_after) refusal.text = text(facts, Text::PushRefused);
  return refusal;
}

/// Denied by the owner or by too many wrong numbers: refused like every factor, and what is said stays on the page.
Task<Result<Checked>> refuse(const PushPage& its, StepWork& work) {
  Attempt attempt = make_factor_attempt(work, work.account_id());
  CO_TRY_ASSIGN(const EffectAnswer answer,
                co_await refuse_attempt(work, attempt, std::string(kPush), "denied on the device"));
  CO_TRY(co_await add_notice(work, Notice::PushDenied, {}));
  co_return keep_problem(its, make_refused_problem(work.facts, *answer.problem), work.exchange.now, "refused");
}

Task<Result<Checked>> take_up(StepWork& work, store::PushChallengeRecord challenge) {
  const Instant now = work.exchange.now;
  CO_TRY_ASSIGN(auto device,
                co_await work.exchange.context.store.factors.find(challenge.account_id, challenge.factor_id));
  // A device that was removed meanwhile proves nothing any more.
  if (!device) co_return EffectAnswer{.problem = make_expired_problem(work.facts)};
  const std::size_t use =
      store::PushChallenges::add_consume(work.marks, challenge.account_id, challenge.challenge_id, now);
  work.explain_mark(use, make_expired_problem(work.facts));
  const std::size_t touch = store::Factors::add_touch(work.marks, device->account_id, device->factor_id, now);
  work.explain_mark(touch, make_expired_problem(work.facts));
  record_use(work, *device);
  co_return ApprovedPush{std::move(challenge), *std::move(device)};
}

}  // namespace

bool is_asked(const PushPage& its, const Facts& facts) {
  return asked_of(its, facts).contains("challenge_id");
}

void add_push_question(const PushPage& its, const Facts& facts, workflow::Representation& page) {
  page.problem = find_kept_problem(its, facts);
  const bool waits = is_asked(its, facts);
  if (waits) {
    const json::object asked = asked_of(its, facts);
    page.type = "polling-step";
    page.text = text(facts, Text::PushText);
    page.messages.push_back({workflow::MessageKind::UserCode, fact::text(asked, "number")});
    page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::PushRelay)});
    page.polling = workflow::Polling{.recipient = fact::text(asked, "device"),
                                     .remaining = remaining(its, facts, "expires_at"),
                                     .interval = seconds{2}};
    page.actions.push_back({.name = "poll", .title = text(facts, Text::PushPollAction), .main = true, .kind = "poll"});
  }
  page.actions.push_back({.name = "again", .title = text(facts, Text::PushAgainAction), .main = !waits});
}

workflow::Reaction submit_push_page(const PushPage& its, const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "poll") return {.effect = workflow::Effect{.name = std::string(its.check)}};
  const bool waits = is_waiting(its, facts);
  if (submission.action == "again") {
    // One question at a time: two numbers would teach people to try both.
    if (waits) {
      return {.problem = Problem{.type = "pending",
                                 .text = text(facts, Text::PushWaits),
                                 .retry_after = remaining(its, facts, "expires_at")}};
    }
    if (remaining(its, facts, "until") > Duration{}) return {.problem = find_kept_problem(its, facts)};
  }
  workflow::Reaction left{.event = submission.action, .facts = {{its.fact, nullptr}}};
  if (waits) left.effect = make_withdrawal(its, facts);
  return left;
}

std::optional<workflow::Effect> enter_push_page(const PushPage& its, const Facts& facts) {
  if (is_waiting(its, facts) || find_kept_problem(its, facts)) return std::nullopt;
  return workflow::Effect{.name = std::string(its.ask)};
}

Task<Result<EffectAnswer>> ask_push(const PushPage& its, StepWork& work, std::string purpose, json::object shown) {
  Exchange& exchange = work.exchange;
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id);
  CO_TRY_ASSIGN(const auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return keep_problem(its, *wait, exchange.now);
  CO_TRY_ASSIGN(std::string device, co_await find_only_device(work));
  json::object all =
      describe_asking(exchange, fact::text(work.facts, fact::kClientName), fact::text(work.facts, fact::kClientHost));
  workflow::merge(all, shown);
  PushQuestion question{.account_id = account_id, .purpose = std::move(purpose), .shown = std::move(all)};
  CO_TRY_ASSIGN(const auto asked, co_await ask_devices(exchange, std::move(question)));
  if (const auto* busy = std::get_if<Duration>(&asked)) {
    co_return keep_problem(its, make_too_many_problem(work.facts, *busy), exchange.now);
  }
  const auto& push = std::get<AskedPush>(asked);
  co_return EffectAnswer{.facts = {{its.fact, json::object{{"challenge_id", push.challenge_id},
                                                           {"number", push.number},
                                                           {"device", std::move(device)},
                                                           {"expires_at", to_unix_millis(push.expires_at)}}}}};
}

Task<Result<Checked>> check_push(const PushPage& its, StepWork& work) {
  const std::string challenge_id = fact::text(asked_of(its, work.facts), "challenge_id");
  CO_TRY_ASSIGN(auto challenge,
                co_await work.exchange.context.store.push_challenges.find(work.account_id(), challenge_id));
  if (!challenge) co_return EffectAnswer{.problem = make_expired_problem(work.facts)};
  switch (challenge->state) {
    case store::PushState::Approved:
      co_return co_await take_up(work, *std::move(challenge));
    case store::PushState::Denied:
      co_return co_await refuse(its, work);
    case store::PushState::Pending:
      if (is_waiting(its, work.facts)) co_return EffectAnswer{};
      break;
    case store::PushState::Used:
      break;
  }
  co_return EffectAnswer{.problem = make_expired_problem(work.facts)};
}

const EffectHandler& withdraw_push_effect() {
  static const EffectHandler handler{kWithdraw, withdraw};
  return handler;
}

}  // namespace signet::server::authn
