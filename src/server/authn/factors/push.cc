// Possession, and inherence when the device has verified its user: approval on a registered device.
#include "server/authn/attempts.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/push_enrolment.h"
#include "server/authn/factors/push_page.h"
#include "server/authn/factors/push_payment.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr PushPage kPage{.fact = "push", .ask = "ask_push", .check = "check_push"};

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{
      .type = "authentication-step", .title = text(facts, Text::PushTitle), .text = text(facts, Text::PushLead)};
  add_push_question(kPage, facts, page);
  add_way_out(facts, page);
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  return submit_push_page(kPage, facts, submission);
}

std::optional<workflow::Effect> on_enter(const Facts& facts) {
  return enter_push_page(kPage, facts);
}

Task<Result<EffectAnswer>> ask(StepWork& work, workflow::Effect) {
  co_return co_await ask_push(kPage, work, "login", {});
}

Proof make_proof(const ApprovedPush& approved, Instant now) {
  Proof proof{.factor = std::string(kPush),
              .factor_id = approved.device.factor_id,
              .categories = {Category::Possession},
              .amr = {"swk", "user"},  // RFC8176-2: nothing proves that the key lives in hardware
              .at = now};
  if (approved.challenge.user_verified) proof.categories.push_back(Category::Inherence);
  return proof;
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(auto checked, co_await check_push(kPage, work));
  const auto* approved = std::get_if<ApprovedPush>(&checked);
  if (approved == nullptr) co_return std::get<EffectAnswer>(std::move(checked));
  EffectAnswer answer = accept(work, make_proof(*approved, work.exchange.now));
  workflow::merge(answer.facts, facts_of_success(make_factor_attempt(work, work.account_id())));
  answer.facts[kPage.fact] = nullptr;
  co_return answer;
}

}  // namespace

const Factor& push_factor() {
  static const Factor factor{.kind = kPush,
                             .title = Text::PushTitle,
                             .description = Text::PushDescription,
                             .offer = Text::PushOffer,
                             .categories = {Category::Possession, Category::Inherence},
                             .signs_payload = true,
                             .steps = {{.name = kPush,
                                        .show = show,
                                        .on_submit = on_submit,
                                        .on_enter = on_enter,
                                        .events = {"accepted", "again", "refused", "other", "cancel"}},
                                       enrol_push_step(),
                                       approve_push_step()},
                             .effects = {{kPage.ask, ask},
                                         {kPage.check, check},
                                         withdraw_push_effect(),
                                         begin_push_enrolment_effect(),
                                         check_push_enrolment_effect(),
                                         enrol_push_effect(),
                                         ask_push_payment_effect(),
                                         check_push_payment_effect()}};
  return factor;
}

}  // namespace signet::server::authn
