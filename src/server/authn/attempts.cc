#include "server/authn/attempts.h"

#include <algorithm>

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

/// How long this attempt has to wait; zero when it may go on.
Task<Result<Duration>> find_wait(Exchange& exchange, Attempt& attempt) {
  const store::LoginFailures& failures = exchange.context.store.login_failures;
  CO_TRY_ASSIGN(const auto pair, co_await failures.find(attempt.subjects.pair, exchange.now));
  CO_TRY_ASSIGN(const auto address, co_await failures.find(attempt.subjects.address, exchange.now));
  CO_TRY_ASSIGN(const auto account, co_await failures.find(attempt.subjects.account, exchange.now));
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  attempt.earlier_failures = pair ? pair->failures : 0;
  const bool is_own_browser = session && !attempt.account_id.empty() && session->account_id == attempt.account_id;
  Duration wait =
      std::max(remaining_wait(kPairRule, pair, exchange.now), remaining_wait(kAddressRule, address, exchange.now));
  // Strangers who guess at an account must not keep its owner out of a browser that is known to be the owner's.
  if (!is_own_browser) wait = std::max(wait, remaining_wait(kAccountRule, account, exchange.now));
  co_return wait;
}

/// Counts the attempt before it is made. Of attempts sent all at once only those pass that would pass one after the
/// other.
Task<Result<Duration>> count_attempt(Exchange& exchange, const Attempt& attempt) {
  CO_TRY_ASSIGN(const auto count, co_await exchange.context.store.login_failures.count_failure(
                                      attempt.subjects.pair, exchange.now, kFailureMemory));
  const bool is_alone = count <= attempt.earlier_failures + 1;
  co_return is_alone || count <= kPairRule.free_failures ? Duration{} : wait_after(kPairRule, count);
}

workflow::Problem make_throttled_problem(StepWork& work, Duration wait) {
  work.exchange.context.metrics.count(Metrics::Counter::LoginsThrottled);
  work.exchange.record(
      AuditEvent("login", "throttled").client(work.exchange.client_id).number("wait_ms", wait.count()));
  return {.type = "too_many_attempts",
          .text = text(work.facts, Text::TooManyAttempts, {describe_duration(work.facts, wait)}),
          .retry_after = wait};
}

}  // namespace

Attempt make_username_attempt(const StepWork& work, const std::string& username, std::string account_id) {
  const Exchange& exchange = work.exchange;
  return {.account_id = std::move(account_id),
          .subjects = guessing_subjects(exchange.context.config.master_key, exchange.issuer.id(), username,
                                        exchange.request.peer.address),
          .success_fact = fact::kGuessingPair};
}

Attempt make_factor_attempt(const StepWork& work, const std::string& account_id) {
  const Exchange& exchange = work.exchange;
  return {.account_id = account_id,
          .subjects = guessing_subjects(exchange.context.config.master_key, exchange.issuer.id(),
                                        factor_subject(account_id), exchange.request.peer.address),
          .success_fact = fact::kFactorPair};
}

Task<Result<std::optional<workflow::Problem>>> begin_attempt(StepWork& work, Attempt& attempt) {
  CO_TRY_ASSIGN(const Duration wait, co_await find_wait(work.exchange, attempt));
  if (wait > Duration{}) co_return make_throttled_problem(work, wait);
  CO_TRY_ASSIGN(const Duration crowd, co_await count_attempt(work.exchange, attempt));
  if (crowd > Duration{}) co_return make_throttled_problem(work, crowd);
  co_return std::optional<workflow::Problem>();
}

Task<Result<workflow::EffectAnswer>> refuse_attempt(StepWork& work, Attempt attempt, std::string factor,
                                                    std::string reason) {
  Exchange& exchange = work.exchange;
  exchange.context.metrics.count(Metrics::Counter::LoginsFailed);
  sql::Batch batch;
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
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  co_return workflow::EffectAnswer{.problem = make_refusal(work.facts)};
}

workflow::Problem make_refusal(const workflow::Facts& facts) {
  return {.type = "incorrect_credentials", .text = text(facts, Text::WrongCredentials)};
}

workflow::Problem make_busy_problem(const workflow::Facts& facts) {
  return {.type = "busy", .text = text(facts, Text::Busy), .retry_after = seconds{5}};
}

workflow::Facts facts_of_success(const Attempt& attempt) {
  return {{attempt.success_fact, encode_base64url(attempt.subjects.pair)}};
}

}  // namespace signet::server::authn
