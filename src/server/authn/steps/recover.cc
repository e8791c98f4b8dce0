#include "server/authn/steps/recover.h"

#include <algorithm>

#include "server/admin/username.h"
#include "server/authn/attempts.h"
#include "server/authn/candidates.h"
#include "server/authn/delivery.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/factors/recovery_codes.h"

namespace signet::server::authn {
namespace {

using workflow::Effect;
using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Submission;

constexpr std::string_view kSend = "send_recovery";
constexpr std::string_view kCheck = "check_recovery";
constexpr std::string_view kPurpose = "recover";
constexpr std::string_view kRecoveryProof = "recovery";
constexpr std::size_t kMaxUsernameCharacters = 128;
/// Mails that one network may ask for in an hour: enough for a household, too few to bother many people.
constexpr std::int64_t kMostOfNetwork = 20;

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{
      .type = "authentication-step", .title = text(facts, Text::RecoverTitle), .text = text(facts, Text::RecoverText)};
  std::string username = fact::text(facts, fact::kUsername);
  if (username.empty()) username = fact::text(facts, fact::kLoginHint);
  page.actions.push_back({.name = "send",
                          .title = text(facts, Text::SendCodeAction),
                          .main = true,
                          .fields = {{.name = "username",
                                      .type = workflow::FieldType::Username,
                                      .label = text(facts, Text::UsernameLabel),
                                      .value = std::move(username),
                                      .autocomplete = "username",
                                      .required = true,
                                      .max_length = kMaxUsernameCharacters}}});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Representation show_code(const Facts& facts) {
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::RecoverCodeTitle),
                                .text = text(facts, Text::RecoverCodeText)};
  page.actions.push_back(
      {.name = "confirm", .title = text(facts, Text::ConfirmAction), .main = true, .fields = {make_code_field(facts)}});
  page.actions.push_back({.name = "use_recovery_code",
                          .title = text(facts, Text::UseRecoveryCodeAction),
                          .fields = {make_recovery_code_field(facts)}});
  page.actions.push_back({.name = "again", .title = text(facts, Text::StartAgainAction)});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel"};
  const std::string_view username = submission.field("username");
  if (username.empty() || username.size() > 4 * kMaxUsernameCharacters) {
    return {.problem = workflow::Problem{
                .type = "invalid_input", .text = text(facts, Text::EnterUsername), .fields = {"username"}}};
  }
  return {.effect = Effect{.name = std::string(kSend), .arguments = {{"username", username}}}};
}

workflow::Reaction on_submit_code(const Facts& facts, const Submission& submission) {
  if (submission.action == "again" || submission.action == "cancel") {
    return {.event = submission.action, .facts = {{fact::kRecovery, nullptr}}};
  }
  const bool is_mailed = submission.action == "confirm";
  SecretText code = is_mailed ? find_typed_code(submission) : find_typed_recovery_code(submission);
  if (code.empty()) {
    return {.problem = is_mailed ? make_enter_code_problem(facts) : make_enter_recovery_code_problem(facts)};
  }
  return {.effect =
              Effect{.name = std::string(kCheck), .arguments = {{"mailed", is_mailed}}, .secret = std::move(code)}};
}

/// Where the code for a new password goes; empty when e-mail alone may not begin to replace this one: there is no such
/// account or no confirmed address, or codes by e-mail are a factor of the account and must stay independent of it.
std::string recovery_address(const std::optional<store::AccountRecord>& account,
                             const std::vector<store::FactorRecord>& rows) {
  if (!account || account->disabled) return {};
  const bool is_factor = std::ranges::find(rows, "email", &store::FactorRecord::kind) != rows.end();
  return is_factor ? std::string() : verified_mail_address_of(*account);
}

/// The account that was named, and its factors: nothing of both, read all the same, when there is none.
struct Named {
  std::optional<store::AccountRecord> account;
  std::vector<store::FactorRecord> rows;
};
Task<Result<Named>> load_named(StepWork& work, std::string username) {
  const store::Store& store = work.exchange.context.store;
  Named named;
  CO_TRY_ASSIGN(named.account, co_await store.accounts.find_by_username(work.exchange.issuer.id(), username));
  CO_TRY_ASSIGN(named.rows, co_await store.factors.list(named.account ? named.account->account_id : std::string()));
  co_return named;
}

void record(StepWork& work, std::string_view outcome, const std::string& account_id) {
  const Exchange& exchange = work.exchange;
  AuditEvent("recovery", outcome)
      .client(exchange.client_id)
      .account(account_id)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

std::string recovery_text(const StepWork& work, const SecretText& code) {
  return text(work.facts, Text::RecoveryMessage, {code.reveal(), work.exchange.issuer.config().display_name});
}

Task<Result<EffectAnswer>> send(StepWork& work, Effect effect) {
  const std::string username = admin::normalize_username(fact::text(effect.arguments, "username"));
  CO_TRY_ASSIGN(
      const bool may_ask,
      co_await count_code(work, "network\n" + network_of(work.exchange.request.peer.address), kMostOfNetwork));
  if (!may_ask) {
    co_return EffectAnswer{.problem = workflow::Problem{.type = "too_many_attempts",
                                                        .text = text(work.facts, Text::TooManyAttempts,
                                                                     {describe_duration(work.facts, hours{1})}),
                                                        .retry_after = hours{1}}};
  }
  CO_TRY_ASSIGN(const bool may_send, co_await count_code(work, "recover\n" + username));
  CO_TRY_ASSIGN(const Named named, co_await load_named(work, username));
  NewCode made = make_code(work, kPurpose);
  made.kept["username"] = username;
  std::string address = recovery_address(named.account, named.rows);
  MessageSender* mail = work.exchange.context.mail;
  if (may_send && !address.empty() && mail != nullptr) {
    send_afterwards(work, *mail, std::move(address),
                    {.subject = text(work.facts, Text::CodeSubject), .text = recovery_text(work, made.code)});
  } else {
    // Nobody knows the code, and no guess may find it.
    made.kept["hash"] = "";
  }
  record(work, "requested", named.account ? named.account->account_id : std::string());
  co_return EffectAnswer{.event = "sent", .facts = {{fact::kRecovery, std::move(made.kept)}}};
}

/// Does this prove that the caller is at home with the account? A recovery code does only beside another factor, which
/// the decision then asks for: else the sheet with the codes would be worth as much as password and codes together.
bool is_right(StepWork& work, const Named& named, bool is_mailed, const SecretText& code) {
  if (!named.account || named.account->disabled) return false;
  if (is_mailed) {
    // Looked at again: the address may have become a factor since.
    return !recovery_address(named.account, named.rows).empty() &&
           is_code(work, fact::object(work.facts, fact::kRecovery), kPurpose, code);
  }
  return has_second_factor(named.rows) && spend_recovery_code(work, named.rows, code).has_value();
}

Task<Result<EffectAnswer>> check(StepWork& work, Effect effect) {
  const bool is_mailed = fact::is_set(effect.arguments, "mailed");
  const std::string username = fact::text(fact::object(work.facts, fact::kRecovery), "username");
  CO_TRY_ASSIGN(const Named named, co_await load_named(work, username));
  // Counted by the name that was typed: an account that does not exist slows down like one that does.
  Attempt attempt = make_username_attempt(work, username, named.account ? named.account->account_id : std::string(),
                                          Counting::WithRefusal);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  if (!is_right(work, named, is_mailed, effect.secret)) {
    co_return co_await refuse_attempt(work, attempt, std::string(kRecoveryProof), "wrong or expired code");
  }
  // What was proven before was another login's; this one starts from nothing.
  work.facts.erase(fact::kProofs);
  CO_TRY_ASSIGN(EffectAnswer answer,
                co_await identify(work, *named.account,
                                  {.factor = is_mailed ? std::string(kRecoveryProof) : std::string("recovery_codes"),
                                   .factor_id = {},
                                   .categories = {},
                                   .amr = {},
                                   .at = work.exchange.now}));
  if (answer.problem) co_return answer;
  record(work, "confirmed", named.account->account_id);
  learn(answer, facts_of_success(attempt));
  answer.facts[fact::kSessionId] = nullptr;
  answer.facts[fact::kRecovery] = nullptr;
  answer.facts[fact::kRecovering] = true;
  co_return answer;
}

}  // namespace

std::span<const workflow::Step> recover_steps() {
  static const workflow::Step kSteps[] = {
      {.name = "recover", .show = show, .on_submit = on_submit, .events = {"sent", "cancel"}},
      {.name = "recover_code",
       .show = show_code,
       .on_submit = on_submit_code,
       .events = {"accepted", "again", "cancel"}},
  };
  return kSteps;
}

std::span<const EffectHandler> recover_effects() {
  static const EffectHandler kEffects[] = {{kSend, send}, {kCheck, check}};
  return kEffects;
}

}  // namespace signet::server::authn
