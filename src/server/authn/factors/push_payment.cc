#include "server/authn/factors/push_payment.h"

#include "oauth/device_jwt.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/approval.h"
#include "server/authn/attempts.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/push_enrolment.h"
#include "server/authn/factors/push_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr PushPage kPage{.fact = "push_payment", .ask = "ask_push_payment", .check = "check_push_payment"};
/// Member of what a device shows: the text of a ShownPayment as an object.
constexpr std::string_view kApproval = "approval";

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{.type = "user-consent-step", .title = text(facts, Text::ApproveTitle)};
  add_push_question(kPage, facts, page);
  if (auto shown = shown_payment(facts)) page.groups.push_back(std::move(shown->group));
  add_way_out(facts, page);
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  return submit_push_page(kPage, facts, submission);
}

std::optional<workflow::Effect> on_enter(const Facts& facts) {
  return enter_push_page(kPage, facts);
}

Result<ShownPayment> load_payment(const StepWork& work) {
  auto shown = shown_payment(work.facts);
  if (!shown || work.account_id().empty()) return fail(ErrorCode::Bug, "internal error", "an approval of nothing");
  return *std::move(shown);
}

/// Does what a device showed hold exactly this payment?
bool is_about(std::string_view device_shown, std::string_view payment) {
  const auto shown = parse_json_object(device_shown);
  const auto* approval = shown ? shown->if_contains(kApproval) : nullptr;
  return approval != nullptr && oauth::canonical_text(*approval) == payment;
}

json::object evidence_of(const StepWork& work, const ApprovedPush& approved) {
  const auto device = parse_json_object(approved.device.data);
  return {{"issuer", work.exchange.issuer.url()},
          {"jkt", device ? peek_string(*device, "jkt") : std::string_view()},
          {"jwt", approved.challenge.evidence},
          {"device_shown", approved.challenge.shown}};
}

Task<Result<EffectAnswer>> ask(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const ShownPayment payment, load_payment(work));
  CO_TRY_ASSIGN(json::object approval, parse_json_object(payment.text));
  co_return co_await ask_push(kPage, work, "payment", {{kApproval, std::move(approval)}});
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const ShownPayment payment, load_payment(work));
  CO_TRY_ASSIGN(auto checked, co_await check_push(kPage, work));
  const auto* approved = std::get_if<ApprovedPush>(&checked);
  if (approved == nullptr) co_return std::get<EffectAnswer>(std::move(checked));
  const store::PushChallengeRecord& challenge = approved->challenge;
  // PSD2-RTS-5.1-4: an approval of other details is none.
  if (challenge.purpose != "payment" || !is_about(challenge.shown, payment.text)) {
    co_return fail(ErrorCode::AccessDenied, "The approval is not of this payment.");
  }
  EffectAnswer answer = approve(work, payment,
                                {.factor = std::string(kPush),
                                 .factor_id = approved->device.factor_id,
                                 .signed_material = evidence_of(work, *approved)});
  workflow::merge(answer.facts, facts_of_success(make_factor_attempt(work, work.account_id())));
  answer.facts[kPage.fact] = nullptr;
  co_return answer;
}

}  // namespace

const workflow::Step& approve_push_step() {
  static const workflow::Step step{.name = "approve_push",
                                   .show = show,
                                   .on_submit = on_submit,
                                   .on_enter = on_enter,
                                   .events = {"approved", "again", "refused", "other", "cancel"}};
  return step;
}

const EffectHandler& ask_push_payment_effect() {
  static const EffectHandler handler{kPage.ask, ask};
  return handler;
}
const EffectHandler& check_push_payment_effect() {
  static const EffectHandler handler{kPage.check, check};
  return handler;
}

Result<void> verify_push_evidence(const json::object& evidence, std::string_view shown) {
  constexpr auto kCode = ErrorCode::BadSignature;
  const std::string_view device_shown = peek_string(evidence, "device_shown");
  if (!is_about(device_shown, shown)) return fail(kCode, "What the device showed is not what was shown.");
  const auto jwt = oauth::verify_kept_device_jwt(peek_string(evidence, "jwt"), oauth::DeviceJwtUse::Answer,
                                                 peek_string(evidence, "issuer"));
  if (!jwt) return fail_as(jwt.error(), kCode, "The answer of the device does not hold.");
  const json::object& claims = jwt->claims.members;
  const bool is_approval = jwt->jkt == peek_string(evidence, "jkt") && peek_string(claims, "decision") == "approve" &&
                           peek_string(claims, "shown_hash") == oauth::make_device_hash(device_shown);
  return is_approval ? Result<void>() : fail(kCode, "The device has not approved what was shown.");
}

}  // namespace signet::server::authn
