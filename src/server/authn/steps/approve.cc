#include "server/authn/steps/approve.h"

#include "server/authn/approval.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/passkey_ceremonies.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kApprove = "approve";
constexpr std::string_view kEffect = "approve_with_passkey";

workflow::Action make_passkey_approval(const Facts& facts, const ShownPayment& shown) {
  workflow::Action action = make_passkey_action(facts, {.name = std::string(kApprove),
                                                        .title = text(facts, Text::ApproveAction),
                                                        .challenge = approval_challenge(facts, shown),
                                                        .verification = webauthn::UserVerification::Required});
  action.main = true;
  return action;
}

/// The passkey signs on this page, other factors have one of their own.
void add_signers(const Facts& facts, workflow::Representation& page, const ShownPayment& shown) {
  const auto* signers = facts.if_contains(fact::kFactors);
  if (signers == nullptr || !signers->is_array()) return;
  for (const json::value& signer : signers->get_array()) {
    const Factor* factor = signer.is_object() ? find_factor(peek_string(signer.get_object(), "kind")) : nullptr;
    if (factor == nullptr || !factor->signs_payload) continue;
    if (factor->kind == kPasskey) {
      page.actions.push_back(make_passkey_approval(facts, shown));
    } else {
      page.actions.push_back({.name = std::string(factor->kind),
                              .title = text(facts, factor->title),
                              .kind = std::string(workflow::kSelectKind),
                              .text = text(facts, factor->description)});
    }
  }
}

workflow::Representation show(const Facts& facts) {
  const std::string client = fact::text(facts, fact::kClientName);
  workflow::Representation page{
      .type = "user-consent-step",
      .title = text(facts, Text::ApproveTitle),
      .text = text(facts, Text::ApproveFor, {client}),
      .party = workflow::Party{client, fact::text(facts, fact::kClientHost)},
      .account = text(facts, Text::ConsentSignedInAs, {fact::text(facts, fact::kAccountName)})};
  page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::ApproveNote)});
  if (auto shown = shown_payment(facts)) {
    add_signers(facts, page, *shown);
    page.groups.push_back(std::move(shown->group));
  }
  page.actions.push_back({.name = "deny", .title = text(facts, Text::ApproveDeny)});
  return page;
}

workflow::Reaction on_submit(const Facts&, const workflow::Submission& submission) {
  if (submission.action != kApprove) return {.event = submission.action};
  return {.effect = workflow::Effect{.name = std::string(kEffect),
                                     .arguments = {{kCredential, submission.field(kCredential)}}}};
}

json::object evidence_of(const StepWork& work, const UsedPasskey& used, BytesView challenge) {
  const webauthn::SignedMaterial& material = used.assertion.signed_material;
  return {{"rp_id", work.exchange.issuer.relying_party().id},
          {"nonce", encode_base64url(challenge.first(challenge.size() - Digest256{}.size()))},
          {"credential_id", encode_base64url(used.passkey.credential_id)},
          {"public_key", encode_base64url(used.passkey.public_key)},
          {"client_data_json", encode_base64url(material.client_data_json)},
          {"authenticator_data", encode_base64url(material.authenticator_data)},
          {"signature", encode_base64url(material.signature)}};
}

Task<Result<EffectAnswer>> approve_with_passkey(StepWork& work, workflow::Effect effect) {
  const auto shown = shown_payment(work.facts);
  const std::string account_id = work.account_id();
  if (!shown || account_id.empty()) co_return fail(ErrorCode::Bug, "internal error", "an approval of nothing");
  const Bytes challenge = approval_challenge(work.facts, *shown);
  CO_TRY_ASSIGN(auto used, co_await use_passkey(work, {.credential = fact::text(effect.arguments, kCredential),
                                                       .challenge = challenge,
                                                       .account_id = account_id,
                                                       .require_user_verification = true}));
  if (!used) co_return EffectAnswer{.problem = std::move(used).error()};
  EffectAnswer answer = approve(work, *shown,
                                {.factor = std::string(kPasskey),
                                 .factor_id = used->row.factor_id,
                                 .signed_material = evidence_of(work, *used, challenge)});
  answer.facts[fact::kPasskeys] = nullptr;
  co_return answer;
}

std::vector<std::string_view> events() {
  std::vector<std::string_view> events = {"approved", "deny"};
  for (const Factor* factor : factors()) {
    if (factor->signs_payload && factor->kind != kPasskey) events.push_back(factor->kind);
  }
  return events;
}

}  // namespace

const workflow::Step& approve_step() {
  static const workflow::Step step{
      .name = kApprove,
      .show = show,
      .on_submit = on_submit,
      .on_enter = [](const Facts&) { return std::optional(workflow::Effect{.name = std::string(kOfferPasskeys)}); },
      .events = events()};
  return step;
}

const EffectHandler& approve_with_passkey_effect() {
  static const EffectHandler handler{kEffect, approve_with_passkey};
  return handler;
}

}  // namespace signet::server::authn
