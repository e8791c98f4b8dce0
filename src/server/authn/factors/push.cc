// Possession, and inherence when the device has verified its user: approval on a registered device. The page shows a
// number, and only who types it into the device can approve, so that nobody approves what he does not see.
#include "server/authn/attempts.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/push_enrolment.h"
#include "server/authn/push_question.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Problem;

constexpr std::string_view kAsk = "ask_push";
constexpr std::string_view kCheck = "check_push";
/// {"challenge_id", "number", "device", "expires_at"} of the question that was asked, or {"problem", "text", "until"}
/// of why none was, or why it came to nothing.
constexpr std::string_view kAsked = "push";

json::object asked_of(const Facts& facts) {
  const auto* asked = facts.if_contains(kAsked);
  return asked != nullptr && asked->is_object() ? asked->get_object() : json::object{};
}

Duration remaining(const Facts& facts, std::string_view until) {
  const auto end = from_unix_millis(fact::integer(asked_of(facts), until));
  return std::max(end - from_unix_millis(fact::integer(facts, fact::kNow)), Duration{});
}

bool is_waiting(const Facts& facts) {
  return remaining(facts, "expires_at") > Duration{};
}

std::optional<Problem> find_kept_problem(const Facts& facts) {
  const json::object asked = asked_of(facts);
  if (!asked.contains("problem")) return std::nullopt;
  Problem problem{.type = fact::text(asked, "problem"), .text = fact::text(asked, "text")};
  if (const Duration wait = remaining(facts, "until"); wait > Duration{}) problem.retry_after = wait;
  return problem;
}

/// A step that is entered is shown by another request: its problem is kept among the facts.
EffectAnswer keep_problem(Problem problem, Instant now, std::string event = {}) {
  const Instant until = now + problem.retry_after.value_or(Duration{});
  return {.event = std::move(event),
          .facts = {{kAsked, json::object{{"problem", problem.type},
                                          {"text", problem.text},
                                          {"until", to_unix_millis(until)}}}}};
}

Problem make_expired_problem(const Facts& facts) {
  return {.type = "expired", .text = text(facts, Text::PushExpired)};
}

void add_question(const Facts& facts, workflow::Representation& page) {
  const json::object asked = asked_of(facts);
  page.messages.push_back({workflow::MessageKind::UserCode, fact::text(asked, "number")});
  page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::PushRelay)});
  page.polling = workflow::Polling{.status = "pending",
                                   .recipient = fact::text(asked, "device"),
                                   .remaining = remaining(facts, "expires_at"),
                                   .interval = seconds{2}};
  page.actions.push_back(
      {.name = "poll", .title = text(facts, Text::PushPollAction), .main = true, .kind = "poll"});
}

workflow::Representation show(const Facts& facts) {
  const bool is_asked = asked_of(facts).contains("challenge_id");
  workflow::Representation page{.type = is_asked ? "polling-step" : "authentication-step",
                                .title = text(facts, Text::PushTitle),
                                .text = text(facts, is_asked ? Text::PushText : Text::PushDescription),
                                .problem = find_kept_problem(facts)};
  if (is_asked) add_question(facts, page);
  page.actions.push_back({.name = "again", .title = text(facts, Text::PushAgainAction), .main = !is_asked});
  add_way_out(facts, page);
  return page;
}

/// A question that waits is there for who comes back; a problem is not.
workflow::Reaction leave(const Facts& facts, const workflow::Submission& submission) {
  if (is_waiting(facts)) return {.event = submission.action};
  return {.event = submission.action, .facts = {{kAsked, nullptr}}};
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "poll") return {.effect = workflow::Effect{.name = std::string(kCheck)}};
  if (submission.action != "again") return leave(facts, submission);
  // One question at a time: two numbers would teach people to try both.
  if (is_waiting(facts)) {
    return {.problem = Problem{.type = "pending",
                               .text = text(facts, Text::PushWaits),
                               .retry_after = remaining(facts, "expires_at")}};
  }
  if (remaining(facts, "until") > Duration{}) return {.problem = find_kept_problem(facts)};
  return {.event = "again", .facts = {{kAsked, nullptr}}};
}

/// Who comes back to the page finds the question that waits, or what became of it.
std::optional<workflow::Effect> on_enter(const Facts& facts) {
  const bool is_settled = is_waiting(facts) || asked_of(facts).contains("problem");
  if (is_settled) return std::nullopt;
  return workflow::Effect{.name = std::string(kAsk)};
}

Problem make_too_many_problem(const Facts& facts, Duration wait) {
  return {.type = "too_many_attempts",
          .text = text(facts, Text::PushTooMany, {describe_duration(facts, std::chrono::ceil<seconds>(wait))}),
          .retry_after = wait};
}

/// The name of the only device; empty when there are several.
Task<Result<std::string>> find_only_device(const StepWork& work) {
  CO_TRY_ASSIGN(auto rows, co_await work.exchange.context.store.factors.list(work.account_id()));
  std::erase_if(rows, [](const auto& row) { return row.kind != kPush; });
  co_return rows.size() == 1 ? rows.front().name : std::string();
}

Task<Result<EffectAnswer>> ask(StepWork& work, workflow::Effect) {
  Exchange& exchange = work.exchange;
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return keep_problem(*std::move(wait), exchange.now);
  CO_TRY_ASSIGN(std::string device, co_await find_only_device(work));
  json::object shown =
      describe_asking(exchange, fact::text(work.facts, fact::kClientName), fact::text(work.facts, fact::kClientHost));
  CO_TRY_ASSIGN(const auto asked, co_await ask_devices(exchange, {account_id, "login", std::move(shown)}));
  if (const auto* busy = std::get_if<Duration>(&asked)) {
    co_return keep_problem(make_too_many_problem(work.facts, *busy), exchange.now);
  }
  const auto& push = std::get<AskedPush>(asked);
  co_return EffectAnswer{.facts = {{kAsked, json::object{{"challenge_id", push.challenge_id},
                                                         {"number", push.number},
                                                         {"device", std::move(device)},
                                                         {"expires_at", to_unix_millis(push.expires_at)}}}}};
}

Proof make_proof(const store::PushChallengeRecord& challenge, Instant now) {
  Proof proof{.factor = std::string(kPush),
              .factor_id = challenge.factor_id,
              .categories = {Category::Possession},
              .amr = {"swk", "user"},  // RFC8176-2: nothing proves that the key lives in hardware
              .at = now};
  if (challenge.user_verified) proof.categories.push_back(Category::Inherence);
  return proof;
}

EffectAnswer take_up(StepWork& work, const store::PushChallengeRecord& challenge) {
  const Instant now = work.exchange.now;
  const std::size_t use = store::PushChallenges::add_consume(work.marks, challenge.account_id, challenge.challenge_id, now);
  work.explain_mark(use, make_expired_problem(work.facts));
  // A device that was removed meanwhile proves nothing any more.
  const std::size_t device = store::Factors::add_touch(work.marks, challenge.account_id, challenge.factor_id, now);
  work.explain_mark(device, make_expired_problem(work.facts));
  EffectAnswer answer = accept(work, make_proof(challenge, now));
  workflow::merge(answer.facts, facts_of_success(make_factor_attempt(work, challenge.account_id)));
  answer.facts[kAsked] = nullptr;
  return answer;
}

/// Denied by the owner or by too many wrong numbers: refused like every factor, and what is said stays on the page.
Task<Result<EffectAnswer>> refuse(StepWork& work) {
  Attempt attempt = make_factor_attempt(work, work.account_id());
  CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_attempt(work, attempt, std::string(kPush), "denied on the device"));
  co_return keep_problem(*std::move(answer.problem), work.exchange.now, "refused");
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect) {
  const std::string challenge_id = fact::text(asked_of(work.facts), "challenge_id");
  CO_TRY_ASSIGN(const auto challenge,
                co_await work.exchange.context.store.push_challenges.find(work.account_id(), challenge_id));
  if (!challenge) co_return EffectAnswer{.problem = make_expired_problem(work.facts)};
  switch (challenge->state) {
    case store::PushState::Approved:
      co_return take_up(work, *challenge);
    case store::PushState::Denied:
      co_return co_await refuse(work);
    case store::PushState::Pending:
      if (is_waiting(work.facts)) co_return EffectAnswer{};
      break;
    case store::PushState::Used:
      break;
  }
  co_return EffectAnswer{.problem = make_expired_problem(work.facts)};
}

}  // namespace

const Factor& push_factor() {
  static const Factor factor{.kind = kPush,
                             .title = Text::PushTitle,
                             .description = Text::PushDescription,
                             .categories = {Category::Possession, Category::Inherence},
                             .steps = {{.name = kPush,
                                        .show = show,
                                        .on_submit = on_submit,
                                        .on_enter = on_enter,
                                        .events = {"accepted", "again", "refused", "other", "cancel"}},
                                       enrol_push_step()},
                             .effects = {{kAsk, ask},
                                         {kCheck, check},
                                         begin_push_enrolment_effect(),
                                         check_push_enrolment_effect(),
                                         enrol_push_effect()}};
  return factor;
}

}  // namespace signet::server::authn
