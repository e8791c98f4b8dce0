#include "server/authn/effects.h"

#include <algorithm>

#include "crypto/password_hash.h"
#include "server/admin/username.h"
#include "server/authn/accounts.h"
#include "server/authn/assurance.h"
#include "server/authn/facts.h"
#include "server/authn/policy.h"
#include "server/authn/texts.h"
#include "server/authn/throttle.h"
#include "server/issue/access_token.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;

EffectAnswer refuse(std::string_view type, std::string text, const std::string& username,
                    std::optional<Duration> retry = {}) {
  return {.facts = {{fact::kUsername, username}},
          .problem = workflow::Problem{.type = std::string(type), .text = std::move(text), .retry_after = retry}};
}

EffectAnswer refuse_throttled(Exchange& exchange, const std::string& username, Duration wait) {
  exchange.context.metrics.count(Metrics::Counter::LoginsThrottled);
  exchange.record(AuditEvent("login", "throttled").client(exchange.client_id).number("wait_ms", wait.count()));
  return refuse("too_many_attempts", text(Text::TooManyAttempts, {describe_duration(wait)}), username, wait);
}

EffectAnswer refuse_busy(const std::string& username) {
  return refuse("busy", std::string(text(Text::Busy)), username, seconds{5});
}

/// One attempt to log in and what is known of it so far.
struct Attempt {
  std::string username;
  std::optional<store::AccountRecord> account = {};
  GuessingSubjects subjects{};
  std::int64_t earlier_failures = 0;  ///< of the pair
};

/// How long this attempt has to wait; zero when it may go on.
Task<Result<Duration>> find_wait(Exchange& exchange, Attempt& attempt) {
  const store::LoginFailures& failures = exchange.context.store.login_failures;
  CO_TRY_ASSIGN(const auto pair, co_await failures.find(attempt.subjects.pair, exchange.now));
  CO_TRY_ASSIGN(const auto address, co_await failures.find(attempt.subjects.address, exchange.now));
  CO_TRY_ASSIGN(const auto account, co_await failures.find(attempt.subjects.account, exchange.now));
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  attempt.earlier_failures = pair ? pair->failures : 0;
  const bool is_own_browser = session && attempt.account && session->account_id == attempt.account->account_id;
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

/// The slow part, on the pool. An account that does not exist costs one hash as well.
Task<Result<bool>> run_argon2(Exchange& exchange, const Attempt& attempt, SecretText password) {
  const LoginConfig& login = exchange.context.config.login;
  const crypto::PasswordCost cost{.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes};
  const std::string stored = attempt.account ? attempt.account->password_hash : std::string{};
  auto work = [password = std::move(password), stored, cost] {
    if (!stored.empty()) return crypto::verify_password(password, stored);
    (void)crypto::hash_password(password, cost);
    return false;
  };
  co_return co_await exchange.context.password_pool.run(std::move(work));
}

Task<Result<EffectAnswer>> refuse_wrong(Exchange& exchange, const Attempt& attempt) {
  exchange.context.metrics.count(Metrics::Counter::LoginsFailed);
  sql::Batch batch;
  (void)store::LoginFailures::add_failure(batch, attempt.subjects.address, exchange.now, kFailureMemory);
  (void)store::LoginFailures::add_failure(batch, attempt.subjects.account, exchange.now, kFailureMemory);
  AuditEvent("login", "refused")
      .client(exchange.client_id)
      .account(attempt.account ? attempt.account->account_id : std::string{})
      .text("reason", attempt.account ? "wrong password" : "unknown user")
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  co_return refuse("incorrect_credentials", std::string(text(Text::WrongCredentials)), attempt.username);
}

/// The request as it was when the login started, and its client as it is now.
struct Asked {
  ClientPointer client;
  oauth::AuthorizationRequest request;
};
Task<Result<Asked>> load_asked(Exchange& exchange, const workflow::Facts& facts) {
  CO_TRY_ASSIGN(auto request, oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest)));
  CO_TRY_ASSIGN(auto client, co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(),
                                                                    request.client_id));
  if (client == nullptr) co_return fail(ErrorCode::InvalidClient, "The client does not exist any more.");
  co_return Asked{std::move(client), std::move(request)};
}

Task<Result<PasswordCheck>> accept(Exchange& exchange, const workflow::Facts& facts, const Attempt& attempt) {
  const store::AccountRecord& account = *attempt.account;
  CO_TRY_ASSIGN(const Asked asked, co_await load_asked(exchange, facts));
  CO_TRY_ASSIGN(const std::string subject, subject_for(exchange, *asked.client, account.account_id));
  const std::string only = fact::text(facts, fact::kOnlySubject);
  if (!only.empty() && only != subject) {
    // OIDC-3.1.2.1: the client asked for the person of its id_token_hint and nobody else.
    co_return PasswordCheck{
        refuse("other_account", text(Text::OtherAccountWanted, {fact::text(facts, fact::kClientName)}), "")};
  }
  CO_TRY_ASSIGN(const auto consent, co_await exchange.context.store.consents.find(
                                        account.account_id, asked.client->client_id, exchange.issuer.id()));
  const bool ask = fact::is_set(facts, fact::kConsentAsked) || !is_covered(asked.request, consent);
  PasswordCheck check;
  check.sign_in =
      make_sign_in(exchange, account.account_id, password_acr(exchange.issuer.config().acr_values), {"pwd"});
  check.sign_in->guessing_pair = attempt.subjects.pair;
  check.answer = {.event = "accepted",
                  .facts = {{fact::kAccountId, account.account_id},
                            {fact::kAccountName, display_name(account)},
                            {fact::kAuthenticatedAt, to_unix_millis(exchange.now)},
                            {fact::kAcr, check.sign_in->session.acr},
                            {fact::kAmr, to_json(check.sign_in->session.amr)},
                            {fact::kConsentNeeded, ask}}};
  exchange.context.metrics.count(Metrics::Counter::LoginsSucceeded);
  co_return check;
}

}  // namespace

Task<Result<PasswordCheck>> check_password(Exchange& exchange, const workflow::Facts& facts,
                                           workflow::CheckPassword effect) {
  Context& context = exchange.context;
  Attempt attempt{.username = admin::normalize_username(effect.username)};
  attempt.subjects = guessing_subjects(context.config.master_key, exchange.issuer.id(), attempt.username,
                                       exchange.request.peer.address);
  CO_TRY_ASSIGN(attempt.account,
                co_await context.store.accounts.find_by_username(exchange.issuer.id(), attempt.username));
  CO_TRY_ASSIGN(const Duration wait, co_await find_wait(exchange, attempt));
  if (wait > Duration{}) co_return PasswordCheck{refuse_throttled(exchange, effect.username, wait)};
  // A full queue is told before the attempt is counted: waiting is nobody's fault.
  if (context.password_pool.queued() >= context.config.login.password_queue)
    co_return PasswordCheck{refuse_busy(effect.username)};
  CO_TRY_ASSIGN(const Duration crowd, co_await count_attempt(exchange, attempt));
  if (crowd > Duration{}) co_return PasswordCheck{refuse_throttled(exchange, effect.username, crowd)};
  const auto is_right = co_await run_argon2(exchange, attempt, std::move(effect.password));
  if (!is_right && is_right.error().code == ErrorCode::Overloaded)
    co_return PasswordCheck{refuse_busy(effect.username)};
  if (!is_right) co_return std::unexpected(is_right.error());
  if (!*is_right || attempt.account->disabled) {
    attempt.username = effect.username;
    CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_wrong(exchange, attempt));
    co_return PasswordCheck{std::move(answer)};
  }
  co_return co_await accept(exchange, facts, attempt);
}

}  // namespace signet::server::authn
