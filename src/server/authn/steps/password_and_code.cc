#include "server/authn/steps/password_and_code.h"

#include "server/authn/factors/factor.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/factors/password.h"
#include "server/authn/factors/totp.h"

namespace signet::server::authn {
namespace {

using workflow::Effect;
using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kStep = "password_and_code";
constexpr std::string_view kCheck = "check_password_and_code";

/// The two secrets of the effect. The code comes first: it has digits only, a password may have anything.
SecretText joined(const SecretText& code, std::string_view password) {
  return SecretText(code.reveal() + "\n" + std::string(password));
}
SecretText code_in(const SecretText& secrets) {
  return SecretText(secrets.reveal().substr(0, secrets.reveal().find('\n')));
}
SecretText password_in(const SecretText& secrets) {
  return SecretText(secrets.reveal().substr(secrets.reveal().find('\n') + 1));
}

workflow::Field make_app_code_field(const Facts& facts) {
  workflow::Field field = make_code_field(facts);
  field.label = text(facts, Text::AppCodeLabel);
  field.help = text(facts, Text::AppCodeHelp);
  field.required = false;
  return field;
}

workflow::Representation show(const Facts& facts) {
  return make_sign_in_page(facts, {make_app_code_field(facts)});
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (auto early = find_early_reaction(facts, submission)) return *std::move(early);
  const std::string_view username = submission.field("username");
  const SecretText code = find_typed_code(submission);
  // What cannot be a code is told before anything is looked at, so it says nothing of the password.
  if (code.empty() && !submission.field("code").empty())
    return {.facts = {{fact::kUsername, username}}, .problem = make_enter_code_problem(facts)};
  return {.effect = Effect{.name = std::string(kCheck),
                           .arguments = {{"username", username}},
                           .secret = joined(code, submission.field("password"))}};
}

/// Both are looked at, whatever the first one was. The proof of the code, nothing for an account without an app that
/// gave none.
struct CheckedCode {
  bool is_right = false;
  std::optional<Proof> proof = {};
};
Task<Result<CheckedCode>> check_code(StepWork& work, std::string account_id, SecretText code) {
  CO_TRY_ASSIGN(const auto rows, co_await work.exchange.context.store.factors.list(account_id));
  if (!has_totp(rows)) co_return CheckedCode{.is_right = code.empty()};
  CO_TRY_ASSIGN(auto proof, use_totp_code(work, rows, code));
  const bool is_right = proof.has_value();
  co_return CheckedCode{.is_right = is_right, .proof = std::move(proof)};
}

Task<Result<EffectAnswer>> check(StepWork& work, Effect effect) {
  const std::string typed = fact::text(effect.arguments, "username");
  CO_TRY_ASSIGN(PasswordTrial trial, co_await try_password(work, typed, password_in(effect.secret)));
  if (trial.problem) co_return with_username({.problem = std::move(trial.problem)}, typed);
  const std::string account_id = trial.account ? trial.account->account_id : std::string();
  CO_TRY_ASSIGN(CheckedCode code, co_await check_code(work, account_id, code_in(effect.secret)));
  if (!trial.is_right || !code.is_right) {
    const std::string reason = !trial.account ? "unknown user" : trial.is_right ? "wrong code" : "wrong password";
    CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_attempt(work, trial.attempt, std::string(kStep), reason));
    co_return with_username(std::move(answer), typed);
  }
  CO_TRY_ASSIGN(EffectAnswer answer,
                co_await identify(work, *trial.account, make_password_proof(work, *trial.account)));
  if (answer.problem) co_return answer;
  if (code.proof) {
    Proofs proofs = proofs_of(answer.facts);
    add_proof(proofs, *std::move(code.proof));
    answer.facts[fact::kProofs] = to_json(proofs);
  }
  workflow::merge(answer.facts, facts_of_success(trial.attempt));
  co_return answer;
}

}  // namespace

const workflow::Step& password_and_code_step() {
  static const workflow::Step step{
      .name = kStep, .show = show, .on_submit = on_submit, .events = {"accepted", "forgot", "cancel"}};
  return step;
}

const EffectHandler& check_password_and_code_effect() {
  static const EffectHandler handler{kCheck, check};
  return handler;
}

}  // namespace signet::server::authn
