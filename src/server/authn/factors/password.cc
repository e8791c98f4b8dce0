// Knowledge: a username and a password, which begin most logins. Spec: NIST SP 800-63B-5.1.1
#include "server/authn/factors/password.h"

#include <algorithm>

#include "crypto/password_hash.h"
#include "server/admin/username.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/passkey.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::FieldType;

constexpr std::size_t kMaxUsernameCharacters = 128;
constexpr std::string_view kPassword = "password";
constexpr std::string_view kCheck = "check_password";

workflow::Field make_username_field(const Facts& facts) {
  std::string username = fact::text(facts, fact::kUsername);
  if (username.empty()) username = fact::text(facts, fact::kLoginHint);
  return {.name = "username",
          .type = FieldType::Username,
          .label = text(facts, Text::UsernameLabel),
          .value = std::move(username),
          .autocomplete = "username",
          .required = true,
          .max_length = kMaxUsernameCharacters};
}

workflow::Field make_password_field(const Facts& facts) {
  return {.name = std::string(kPassword),
          .type = FieldType::Password,
          .label = text(facts, Text::PasswordLabel),
          .autocomplete = "current-password",
          .required = true,
          .max_length = crypto::kMostPasswordBytes};
}

workflow::Representation show(const Facts& facts) {
  return make_sign_in_page(facts);
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (auto early = find_early_reaction(facts, submission)) return *std::move(early);
  return {.effect = workflow::Effect{.name = std::string(kCheck),
                                     .arguments = {{"username", submission.field("username")}},
                                     .secret = SecretText(std::string(submission.field(kPassword)))}};
}

/// The slow part, on the pool. An account that does not exist costs one hash as well.
Task<Result<bool>> run_argon2(Exchange& exchange, const std::optional<store::AccountRecord>& account,
                              SecretText password) {
  const LoginConfig& login = exchange.context.config.login;
  const crypto::PasswordCost cost{.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes};
  const std::string stored = account ? account->password_hash : std::string{};
  auto work = [password = std::move(password), stored, cost] {
    if (!stored.empty()) return crypto::verify_password(password, stored);
    (void)crypto::hash_password(password, cost);
    return false;
  };
  co_return co_await exchange.context.password_pool.run(std::move(work));
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  const std::string typed = fact::text(effect.arguments, "username");
  CO_TRY_ASSIGN(PasswordTrial trial, co_await try_password(work, typed, std::move(effect.secret)));
  if (trial.problem) co_return with_username({.problem = std::move(trial.problem)}, typed);
  if (!trial.is_right) {
    CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_attempt(work, trial.attempt, std::string(kPassword),
                                                               trial.account ? "wrong password" : "unknown user"));
    co_return with_username(std::move(answer), typed);
  }
  CO_TRY_ASSIGN(EffectAnswer answer,
                co_await identify(work, *trial.account, make_password_proof(work, *trial.account)));
  workflow::merge(answer.facts, facts_of_success(trial.attempt));
  co_return answer;
}

}  // namespace

workflow::Representation make_sign_in_page(const Facts& facts, std::vector<workflow::Field> more) {
  const std::string client = fact::text(facts, fact::kClientName);
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::SignInTitle),
                                .text = text(facts, Text::SignInFor, {client}),
                                .party = workflow::Party{client, fact::text(facts, fact::kClientHost)}};
  if (fact::is_set(facts, fact::kReauthenticate)) {
    page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::ReauthenticateNote)});
  }
  std::vector<workflow::Field> fields = {make_username_field(facts), make_password_field(facts)};
  std::ranges::move(more, std::back_inserter(fields));
  page.actions.push_back(
      {.name = "login", .title = text(facts, Text::LoginAction), .main = true, .fields = std::move(fields)});
  if (auto passkey = make_passkey_login(facts)) page.actions.push_back(*std::move(passkey));
  if (fact::is_set(facts, fact::kRecoverable)) {
    page.actions.push_back({.name = "forgot", .title = text(facts, Text::ForgotAction), .kind = "password-reset"});
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

std::optional<workflow::Reaction> find_early_reaction(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == kPasskeyLogin) return submit_passkey_login(submission);
  if (submission.action != "login") return workflow::Reaction{.event = submission.action};
  const std::string_view username = submission.field("username");
  const std::string_view password = submission.field(kPassword);
  // Bytes are counted where the page counts characters: four of them are the longest UTF-8 form of one.
  const bool is_short = username.size() <= 4 * kMaxUsernameCharacters;
  const bool is_possible = !password.empty() && password.size() <= crypto::kMostPasswordBytes;
  if (is_short && !username.empty() && is_possible) return std::nullopt;
  workflow::Problem problem{.type = "invalid_input", .text = text(facts, Text::EnterBoth)};
  if (!is_short || username.empty()) problem.fields.emplace_back("username");
  if (!is_possible) problem.fields.emplace_back(kPassword);
  return workflow::Reaction{.facts = {{fact::kUsername, is_short ? username : std::string_view()}},
                            .problem = std::move(problem)};
}

Task<Result<PasswordTrial>> try_password(StepWork& work, std::string typed_username, SecretText password) {
  Context& context = work.exchange.context;
  const std::string username = admin::normalize_username(typed_username);
  PasswordTrial trial;
  CO_TRY_ASSIGN(trial.account, co_await context.store.accounts.find_by_username(work.exchange.issuer.id(), username));
  const auto& account = trial.account;
  trial.attempt = make_username_attempt(work, username, account ? account->account_id : std::string{});
  // A full queue is told before the attempt is counted: waiting is nobody's fault.
  const bool is_full = context.password_pool.queued() >= context.config.login.password_queue;
  if (is_full) {
    trial.problem = make_busy_problem(work.facts);
    co_return trial;
  }
  CO_TRY_ASSIGN(trial.problem, co_await begin_attempt(work, trial.attempt));
  if (trial.problem) co_return trial;
  const auto is_right = co_await run_argon2(work.exchange, account, std::move(password));
  if (!is_right && is_right.error().code == ErrorCode::Overloaded) {
    trial.problem = make_busy_problem(work.facts);
    co_return trial;
  }
  if (!is_right) co_return std::unexpected(is_right.error());
  trial.is_right = *is_right && account && !account->disabled;
  co_return trial;
}

Proof make_password_proof(const StepWork& work, const store::AccountRecord& account) {
  return {.factor = std::string(kPassword),
          .factor_id = password_mark(account.password_hash),
          .categories = {Category::Knowledge},
          .amr = {"pwd"},
          .at = work.exchange.now};
}

EffectAnswer with_username(EffectAnswer answer, const std::string& typed) {
  answer.facts[fact::kUsername] = typed;
  return answer;
}

const Factor& password_factor() {
  static const Factor factor{
      .kind = kPassword,
      .title = Text::PasswordTitle,
      .description = Text::PasswordDescription,
      .offer = Text::PasswordDescription,
      .categories = {Category::Knowledge},
      .is_primary = true,
      .can_be_enrolled = false,
      .steps = {{.name = kPassword, .show = show, .on_submit = on_submit, .events = {"accepted", "forgot", "cancel"}}},
      .effects = {{kCheck, check}},
      .is_usable = [](const auto& account, auto) { return !account.password_hash.empty(); }};
  return factor;
}

}  // namespace signet::server::authn
