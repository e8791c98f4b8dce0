#include <algorithm>

#include "server/authn/accounts.h"
#include "server/authn/asked.h"
#include "server/authn/factors/list.h"
#include "server/issue/access_token.h"

namespace signet::server::authn {

std::span<const Factor* const> factors() {
  static const Factor* const kFactors[] = {&password_factor(), &passkey_factor(),       &totp_factor(),
                                           &email_factor(),    &sms_factor(),           &pin_factor(),
                                           &push_factor(),     &recovery_codes_factor()};
  return kFactors;
}

const Factor* find_factor(std::string_view kind) {
  const auto found = std::ranges::find(factors(), kind, [](const Factor* factor) { return factor->kind; });
  return found == factors().end() ? nullptr : *found;
}

workflow::EffectAnswer accept(const StepWork& work, Proof proof, std::string event) {
  Proofs proofs = proofs_of(work.facts);
  add_proof(proofs, std::move(proof));
  return {.event = std::move(event), .facts = {{fact::kProofs, to_json(proofs)}, {fact::kSignedIn, nullptr}}};
}

Task<Result<workflow::EffectAnswer>> identify(StepWork& work, const store::AccountRecord& account, Proof proof) {
  const std::string only = fact::text(work.facts, fact::kOnlySubject);
  if (!only.empty()) {
    CO_TRY_ASSIGN(const Asked asked, co_await load_asked(work.exchange, work.facts));
    CO_TRY_ASSIGN(const std::string subject, subject_for(work.exchange, *asked.client, account.account_id));
    // OIDC-3.1.2.1: the client asked for the person of its id_token_hint and nobody else.
    if (only != subject) {
      co_return workflow::EffectAnswer{
          .problem = workflow::Problem{
              .type = "other_account",
              .text = text(work.facts, Text::OtherAccountWanted, {fact::text(work.facts, fact::kClientName)})}};
    }
  }
  const std::string before = fact::text(work.facts, fact::kAccountId);
  const bool is_another = !before.empty() && before != account.account_id;
  workflow::EffectAnswer answer = accept(work, proof);
  if (is_another) {
    // Whatever the workflow allows: nothing that one account has proven or said is another's.
    for (const auto said : fact::kOfTheUser) answer.facts[said] = nullptr;
    answer.facts[fact::kProofs] = to_json(Proofs{std::move(proof)});
  }
  answer.facts[fact::kAccountId] = account.account_id;
  answer.facts[fact::kAccountName] = display_name(account);
  co_return answer;
}

void learn(workflow::EffectAnswer& answer, const workflow::Facts& more) {
  for (const auto& fact : more) answer.facts.insert_or_assign(fact.key(), fact.value());
}

void add_way_out(const workflow::Facts& facts, workflow::Representation& page) {
  const auto* options = facts.if_contains(fact::kFactors);
  if (options != nullptr && options->is_array() && options->get_array().size() > 1) {
    page.actions.push_back({.name = "other", .title = text(facts, Text::OtherFactorAction)});
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
}

}  // namespace signet::server::authn
