#include "server/authn/attempts.h"

#include <algorithm>

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

/// How long this attempt has to wait; zero when it may go on.
Task<Result<Duration>> find_wait(Exchange& exchange, Attempt& attempt) {
  const store::LoginFailures& failures = exchange.context.store.login_failures;
  const auto& [of_pair, of_address, of_account] = attempt.subjects;
  CO_TRY_ASSIGN(const auto found, co_await failures.find_three({of_pair, of_address, of_account}, exchange.now));
  const auto& [pair, address, account] = found;
  attempt.earlier_failures = pair ? pair->failures : 0;
  const Duration wait =
      std::max(remaining_wait(kPairRule, pair, exchange.now), remaining_wait(kAddressRule, address, exchange.now));
  const Duration strangers = remaining_wait(kAccountRule, account, exchange.now);
  if (strangers <= wait) co_return wait;
  // Strangers who guess at an account must not keep its owner out of a browser that is known to be the owner's.
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  const bool is_own_browser = session && !attempt.account_id.empty() && session->account_id == attempt.account_id;
  co_return is_own_browser ? wait : strangers;
}

/// The most failures with which an attempt still passes: those that were known when it was allowed, or the free ones.
std::int64_t most_failures(const Attempt& attempt) {
  return std::max(attempt.earlier_failures, kPairRule.free_failures - 1);
}

/// What an attempt has to wait that is the `count`-th failure. Of attempts sent all at once only those pass that would
/// pass one after the other.
Duration wait_in_crowd(const Attempt& attempt, std::int64_t count) {
  return count <= most_failures(attempt) + 1 ? Duration{} : wait_after(kPairRule, count);
}

/// Counts the attempt before it is made.
Task<Result<Duration>> count_attempt(Exchange& exchange, const Attempt& attempt) {
  CO_TRY_ASSIGN(const auto count, co_await exchange.context.store.login_failures.count_failure(
                                      attempt.subjects.pair, exchange.now, kFailureMemory));
  co_return wait_in_crowd(attempt, count);
}

workflow::Problem make_throttled_problem(const workflow::Facts& facts, Duration wait) {
  return {.type = "too_many_attempts",
          .text = text(facts, Text::TooManyAttempts, {describe_duration(facts, wait)}),
          .retry_after = wait};
}

workflow::Problem throttle(StepWork& work, Duration wait) {
  work.exchange.context.metrics.count(Metrics::Counter::LoginsThrottled);
  work.exchange.record_refusal(
      AuditEvent("login", "throttled").client(work.exchange.client_id).number("wait_ms", wait.count()));
  return make_throttled_problem(work.facts, wait);
}

}  // namespace

Attempt make_username_attempt(const StepWork& work, const std::string& username, std::string account_id,
                              Counting counting) {
  const Exchange& exchange = work.exchange;
  return {.account_id = std::move(account_id),
          .subjects = guessing_subjects(exchange.context.config.master_key, exchange.issuer.id(), username,
                                        exchange.request.peer.address),
          .success_fact = fact::kGuessingPair,
          .counting = counting};
}

Attempt make_factor_attempt(const StepWork& work, const std::string& account_id, Counting counting) {
  const Exchange& exchange = work.exchange;
  return {.account_id = account_id,
          .subjects = factor_subjects(exchange.context.config.master_key, exchange.issuer.id(), account_id,
                                      exchange.request.peer.address),
          .success_fact = fact::kFactorPair,
          .counting = counting};
}

Task<Result<std::optional<workflow::Problem>>> begin_attempt(StepWork& work, Attempt& attempt) {
  CO_TRY_ASSIGN(const Duration wait, co_await find_wait(work.exchange, attempt));
  if (wait > Duration{}) co_return throttle(work, wait);
  if (attempt.counting == Counting::WithRefusal) {
    const Duration next = wait_after(kPairRule, most_failures(attempt) + 1);
    const std::size_t mark = store::LoginFailures::add_require_at_most(work.marks, attempt.subjects.pair,
                                                                       most_failures(attempt), work.exchange.now);
    work.explain_mark(mark, make_throttled_problem(work.facts, next));
    co_return std::optional<workflow::Problem>();
  }
  CO_TRY_ASSIGN(const Duration crowd, co_await count_attempt(work.exchange, attempt));
  if (crowd > Duration{}) co_return throttle(work, crowd);
  co_return std::optional<workflow::Problem>();
}

Task<Result<workflow::EffectAnswer>> refuse_attempt(StepWork& work, Attempt attempt, std::string factor,
                                                    std::string reason) {
  Exchange& exchange = work.exchange;
  exchange.context.metrics.count(Metrics::Counter::LoginsFailed);
  sql::Batch batch;
  const bool is_counted = attempt.counting == Counting::BeforeCheck;
  const std::size_t count =
      is_counted ? 0 : store::LoginFailures::add_failure(batch, attempt.subjects.pair, exchange.now, kFailureMemory);
  (void)store::LoginFailures::add_failure(batch, attempt.subjects.address, exchange.now, kFailureMemory);
  (void)store::LoginFailures::add_failure(batch, attempt.subjects.account, exchange.now, kFailureMemory);
  (void)store::LoginFailures::add_failure(
      batch, client_subject(exchange.context.config.master_key, exchange.issuer.id(), exchange.client_id), exchange.now,
      kFailureMemory);
  AuditEvent("login", "refused")
      .client(exchange.client_id)
      .account(attempt.account_id)
      .text("factor", factor)
      .text("reason", reason)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(batch)));
  // Who guessed too fast is told the same of a guess that was right.
  const Duration wait = is_counted ? Duration{} : wait_in_crowd(attempt, result.rows.at(count).at(0).integer(0));
  if (wait > Duration{}) co_return workflow::EffectAnswer{.problem = throttle(work, wait)};
  co_return workflow::EffectAnswer{.problem = make_refusal(work.facts)};
}

workflow::Problem make_refusal(const workflow::Facts& facts) {
  return {.type = "incorrect_credentials", .text = text(facts, Text::WrongCredentials)};
}

workflow::Problem make_busy_problem(const workflow::Facts& facts) {
  return {.type = "busy", .text = text(facts, Text::Busy), .retry_after = seconds{5}};
}

workflow::Facts facts_of_success(const Attempt& attempt) {
  const bool is_clean = attempt.counting == Counting::WithRefusal && attempt.earlier_failures == 0;
  if (is_clean) return {};
  return {{attempt.success_fact, encode_base64url(attempt.subjects.pair)}};
}

}  // namespace signet::server::authn
