// Knowledge: a username and a password, which begin most logins. Spec: NIST SP 800-63B-5.1.1
#include "crypto/password_hash.h"
#include "server/admin/username.h"
#include "server/authn/attempts.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/passkey.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::FieldType;

constexpr std::size_t kMaxUsernameCharacters = 128;
constexpr std::size_t kMaxPasswordCharacters = 256;
constexpr std::string_view kPassword = "password";
constexpr std::string_view kCheck = "check_password";

workflow::Action login_action(const Facts& facts) {
  std::string username = fact::text(facts, fact::kUsername);
  if (username.empty()) username = fact::text(facts, fact::kLoginHint);
  return {.name = "login",
          .title = text(facts, Text::LoginAction),
          .main = true,
          .fields = {{.name = "username",
                      .type = FieldType::Username,
                      .label = text(facts, Text::UsernameLabel),
                      .value = std::move(username),
                      .autocomplete = "username",
                      .required = true,
                      .max_length = kMaxUsernameCharacters},
                     {.name = std::string(kPassword),
                      .type = FieldType::Password,
                      .label = text(facts, Text::PasswordLabel),
                      .autocomplete = "current-password",
                      .required = true,
                      .max_length = kMaxPasswordCharacters}}};
}

workflow::Representation show(const Facts& facts) {
  const std::string client = fact::text(facts, fact::kClientName);
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::SignInTitle),
                                .text = text(facts, Text::SignInFor, {client}),
                                .party = workflow::Party{client, fact::text(facts, fact::kClientHost)}};
  if (fact::is_set(facts, fact::kReauthenticate)) {
    page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::ReauthenticateNote)});
  }
  page.actions.push_back(login_action(facts));
  if (auto passkey = make_passkey_login(facts)) page.actions.push_back(*std::move(passkey));
  if (fact::is_set(facts, fact::kRecoverable)) {
    page.actions.push_back({.name = "forgot", .title = text(facts, Text::ForgotAction), .kind = "password-reset"});
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == kPasskeyLogin) return submit_passkey_login(submission);
  if (submission.action != "login") return {.event = submission.action};
  const std::string_view username = submission.field("username");
  const std::string_view password = submission.field(kPassword);
  // Bytes are counted where the page counts characters: four of them are the longest UTF-8 form of one.
  const bool is_usable = !username.empty() && !password.empty() && username.size() <= 4 * kMaxUsernameCharacters &&
                         password.size() <= 4 * kMaxPasswordCharacters;
  if (!is_usable) {
    return {.facts = {{fact::kUsername, username.substr(0, username.size() > 512 ? 0 : username.size())}},
            .problem = workflow::Problem{.type = "invalid_input", .text = text(facts, Text::EnterBoth)}};
  }
  return {.effect = workflow::Effect{.name = std::string(kCheck),
                                     .arguments = {{"username", username}},
                                     .secret = SecretText(std::string(password))}};
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

/// A refusal shows again what was typed as a name.
EffectAnswer with_username(EffectAnswer answer, const std::string& typed) {
  answer.facts[fact::kUsername] = typed;
  return answer;
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  Context& context = work.exchange.context;
  const std::string typed = fact::text(effect.arguments, "username");
  const std::string username = admin::normalize_username(typed);
  CO_TRY_ASSIGN(const auto account,
                co_await context.store.accounts.find_by_username(work.exchange.issuer.id(), username));
  Attempt attempt = make_username_attempt(work, username, account ? account->account_id : std::string{});
  // A full queue is told before the attempt is counted: waiting is nobody's fault.
  const bool is_full = context.password_pool.queued() >= context.config.login.password_queue;
  if (is_full) co_return with_username({.problem = make_busy_problem(work.facts)}, typed);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return with_username({.problem = std::move(wait)}, typed);
  const auto is_right = co_await run_argon2(work.exchange, account, std::move(effect.secret));
  if (!is_right && is_right.error().code == ErrorCode::Overloaded)
    co_return with_username({.problem = make_busy_problem(work.facts)}, typed);
  if (!is_right) co_return std::unexpected(is_right.error());
  if (!*is_right || account->disabled) {
    CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_attempt(work, attempt, std::string(kPassword),
                                                               account ? "wrong password" : "unknown user"));
    co_return with_username(std::move(answer), typed);
  }
  CO_TRY_ASSIGN(EffectAnswer answer, co_await identify(work, *account,
                                                       {.factor = std::string(kPassword),
                                                        .factor_id = password_mark(account->password_hash),
                                                        .categories = {Category::Knowledge},
                                                        .amr = {"pwd"},
                                                        .at = work.exchange.now}));
  workflow::merge(answer.facts, facts_of_success(attempt));
  co_return answer;
}

}  // namespace

const Factor& password_factor() {
  static const Factor factor{
      .kind = kPassword,
      .title = Text::PasswordTitle,
      .description = Text::PasswordDescription,
      .categories = {Category::Knowledge},
      .is_primary = true,
      .can_be_enrolled = false,
      .steps = {{.name = kPassword, .show = show, .on_submit = on_submit, .events = {"accepted", "forgot", "cancel"}}},
      .effects = {{kCheck, check}},
      .is_usable = [](const auto& account, auto) { return !account.password_hash.empty(); }};
  return factor;
}

}  // namespace signet::server::authn
