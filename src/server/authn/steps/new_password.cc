#include "server/authn/steps/new_password.h"

#include "crypto/password_hash.h"
#include "server/authn/accounts.h"
#include "server/authn/attempts.h"
#include "server/authn/browser.h"
#include "server/authn/delivery.h"
#include "server/authn/factors/factor.h"
#include "server/authn/notices.h"
#include "server/authn/password_rules.h"

namespace signet::server::authn {
namespace {

using workflow::Effect;
using workflow::EffectAnswer;
using workflow::Facts;
using workflow::FieldType;

constexpr std::string_view kPrepare = "prepare_password";
constexpr std::string_view kSet = "set_password";
constexpr std::string_view kMinLength = "password_min_length";  ///< a fact

workflow::Field make_field(const Facts& facts, std::string name, Text label) {
  return {.name = std::move(name),
          .type = FieldType::Password,
          .label = text(facts, label),
          .autocomplete = "new-password",
          .required = true,
          .max_length = crypto::kMostPasswordBytes};
}

std::string min_length(const Facts& facts) {
  return std::to_string(fact::integer(facts, kMinLength));
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::NewPasswordTitle),
                                .text = text(facts, Text::NewPasswordText)};
  page.actions.push_back({.name = "change",
                          .title = text(facts, Text::ChangePasswordAction),
                          .main = true,
                          .fields = {make_field(facts, "password", Text::NewPasswordLabel),
                                     make_field(facts, "repeat", Text::RepeatPasswordLabel)}});
  page.actions.back().fields.front().help = text(facts, Text::NewPasswordHelp, {min_length(facts)});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Problem make_problem(const Facts& facts, Text said) {
  return {.type = "invalid_input", .text = text(facts, said, {min_length(facts)}), .fields = {"password", "repeat"}};
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel"};
  const std::string_view password = submission.field("password");
  if (password.empty()) return {.problem = make_problem(facts, Text::EnterPasswordTwice)};
  if (password.size() > crypto::kMostPasswordBytes) return {.problem = make_problem(facts, Text::PasswordTooLong)};
  if (password != submission.field("repeat")) return {.problem = make_problem(facts, Text::PasswordsDiffer)};
  return {.effect = Effect{.name = std::string(kSet), .secret = SecretText(std::string(password))}};
}

Text text_of(PasswordProblem problem) {
  switch (problem) {
    case PasswordProblem::NotText:
      return Text::PasswordNotText;
    case PasswordProblem::TooShort:
      return Text::PasswordTooShort;
    case PasswordProblem::TooLong:
      return Text::PasswordTooLong;
    case PasswordProblem::Repetitive:
      return Text::PasswordRepetitive;
    case PasswordProblem::ContainsName:
      return Text::PasswordContainsName;
    case PasswordProblem::Breached:
      return Text::PasswordBreached;
  }
  return Text::PasswordBreached;
}

Task<Result<EffectAnswer>> prepare(StepWork& work, Effect) {
  const auto least = static_cast<std::int64_t>(work.exchange.context.config.login.password_min_length);
  co_return EffectAnswer{.facts = {{kMinLength, least}}};
}

/// What an attacker tries first.
std::vector<std::string> known_names(const StepWork& work, const store::AccountRecord& account) {
  return {account.username, display_name(account), mail_address_of(account), work.exchange.issuer.config().display_name,
          fact::text(work.facts, fact::kClientName)};
}

/// The hash, or why there is none.
struct Hashed {
  std::optional<PasswordProblem> problem;
  std::string hash;
};

/// The list on the disk and Argon2id, both on the pool.
Task<Result<Hashed>> hash(Exchange& exchange, std::vector<std::string> names, SecretText password) {
  const LoginConfig& login = exchange.context.config.login;
  const crypto::PasswordCost cost{.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes};
  const PasswordRules rules{.min_length = login.password_min_length, .breached = exchange.context.breached_passwords};
  auto job = [names = std::move(names), password = std::move(password), rules, cost]() -> Result<Hashed> {
    TRY_ASSIGN(const auto problem, find_password_problem(password, names, rules));
    if (problem) return Hashed{problem, {}};
    TRY_ASSIGN(std::string made, crypto::hash_password(password, cost));
    return Hashed{std::nullopt, std::move(made)};
  };
  CO_TRY_ASSIGN(Result<Hashed> hashed, co_await exchange.context.password_pool.run(std::move(job)));
  co_return hashed;
}

/// Sessions that began with the old password end: a thief's among them. The one that changes it goes on.
void end_other_sessions(StepWork& work, const std::string& account_id, bool is_recovering) {
  const auto own = find_session_hash(work.exchange);
  if (is_recovering || !own) {
    store::Sessions::add_remove_all(work.changes, account_id);
  } else {
    store::Sessions::add_remove_others(work.changes, account_id, *own);
  }
}

void record(StepWork& work, const std::string& account_id, bool is_recovering) {
  const Exchange& exchange = work.exchange;
  AuditEvent(is_recovering ? AuditName("recovery") : AuditName("account"),
             is_recovering ? "completed" : "password_changed")
      .client(exchange.client_id)
      .account(account_id)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

Task<Result<EffectAnswer>> set(StepWork& work, Effect effect) {
  Context& context = work.exchange.context;
  const bool is_recovering = fact::is_set(work.facts, fact::kRecovering);
  CO_TRY_ASSIGN(const auto account, co_await context.store.accounts.find(work.account_id()));
  const bool is_allowed = account && (is_recovering || count_categories(proofs_of(work.facts)) > 0);
  if (!is_allowed) co_return fail(ErrorCode::Bug, "internal error", "a new password for nobody");
  if (context.password_pool.queued() >= context.config.login.password_queue) {
    co_return EffectAnswer{.problem = make_busy_problem(work.facts)};
  }
  CO_TRY_ASSIGN(const Hashed hashed,
                co_await hash(work.exchange, known_names(work, *account), std::move(effect.secret)));
  if (hashed.problem) co_return EffectAnswer{.problem = make_problem(work.facts, text_of(*hashed.problem))};
  end_other_sessions(work, account->account_id, is_recovering);
  record(work, account->account_id, is_recovering);
  add_notice(work, *account, Notice::PasswordChanged);
  (void)store::Accounts::add_set_password(work.changes, account->account_id, hashed.hash, work.exchange.now);
  EffectAnswer answer = accept(work,
                               {.factor = "password",
                                .factor_id = password_mark(hashed.hash),
                                .categories = {Category::Knowledge},
                                .amr = {"pwd"},
                                .at = work.exchange.now},
                               "changed");
  learn(answer,
        {{fact::kRecovering, nullptr}, {kMinLength, nullptr}, {fact::kNewPasswordMark, password_mark(hashed.hash)}});
  co_return answer;
}

}  // namespace

const workflow::Step& new_password_step() {
  static const workflow::Step step{
      .name = "new_password",
      .show = show,
      .on_submit = on_submit,
      .on_enter = [](const Facts&) { return std::optional(Effect{.name = std::string(kPrepare)}); },
      .events = {"changed", "cancel"}};
  return step;
}

std::span<const EffectHandler> new_password_effects() {
  static const EffectHandler kEffects[] = {{kPrepare, prepare}, {kSet, set}};
  return kEffects;
}

}  // namespace signet::server::authn
