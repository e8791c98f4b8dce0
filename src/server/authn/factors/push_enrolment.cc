#include "server/authn/factors/push_enrolment.h"

#include "crypto/digest.h"
#include "server/authn/browser.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/notices.h"
#include "server/authn/qr.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Problem;

constexpr std::string_view kEnrol = "enrol_push";
constexpr std::string_view kBegin = "begin_push_enrolment";
constexpr std::string_view kCheck = "check_push_enrolment";
constexpr std::string_view kTakeUp = "take_up_push_device";
/// {"issuer", "code_hash", "expires_at"}, and of the device that answered {"device", "name"}.
constexpr std::string_view kInvitation = "push_invitation";
constexpr Duration kCodeLifetime = minutes{10};

json::object invitation_of(const Facts& facts) {
  return fact::object(facts, kInvitation);
}

/// The code of a page is made of its challenge, which nobody else can compute, so that it is stored nowhere.
std::string make_code(std::string_view challenge) {
  return encode_base64url(crypto::sha256("device registration\n" + std::string(challenge)));
}

Duration remaining(const Facts& facts) {
  const auto end = from_unix_millis(fact::integer(invitation_of(facts), "expires_at"));
  return std::max(end - from_unix_millis(fact::integer(facts, fact::kNow)), Duration{});
}

void add_code(const Facts& facts, workflow::Representation& page) {
  const std::string code = make_code(fact::text(facts, fact::kChallenge));
  const std::string url = fact::text(invitation_of(facts), "issuer") + "/devices/register#" + code;
  page.messages.push_back({workflow::MessageKind::UserCode, code});
  page.links.push_back(make_qr_link("activation", text(facts, Text::PushPicture), url));
  page.links.push_back({.rel = "activation", .href = url, .title = text(facts, Text::PushLink)});
  page.type = "polling-step";
  page.polling = workflow::Polling{.remaining = remaining(facts), .interval = seconds{2}};
  page.actions.push_back(
      {.name = "poll", .title = text(facts, Text::PushRegisteredAction), .main = true, .kind = "poll"});
}

void add_device(const Facts& facts, workflow::Representation& page) {
  const std::string name = fact::text(invitation_of(facts), "name");
  page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::PushDeviceAnswered, {name})});
  page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::PushDeviceWarning)});
  page.actions.push_back({.name = "confirm", .title = text(facts, Text::PushConfirmAction, {name}), .main = true});
}

workflow::Representation show(const Facts& facts) {
  const bool is_answered = invitation_of(facts).contains("device");
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::EnrolPushTitle),
                                .text = text(facts, Text::EnrolPushText)};
  if (is_answered) {
    add_device(facts, page);
  } else {
    add_code(facts, page);
  }
  page.actions.push_back({.name = "again", .title = text(facts, Text::PushOtherCodeAction)});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction on_submit(const Facts&, const workflow::Submission& submission) {
  if (submission.action == "poll") return {.effect = workflow::Effect{.name = std::string(kCheck)}};
  if (submission.action == "confirm") return {.effect = workflow::Effect{.name = std::string(kTakeUp)}};
  return {.event = submission.action, .facts = {{kInvitation, nullptr}}};
}

std::optional<workflow::Effect> on_enter(const Facts& facts) {
  if (facts.contains(kInvitation)) return std::nullopt;
  return workflow::Effect{.name = std::string(kBegin)};
}

Task<Result<EffectAnswer>> begin(StepWork& work, workflow::Effect) {
  const Exchange& exchange = work.exchange;
  // The code is of the page that comes, whose challenge this moment does not have yet.
  const std::int64_t version = work.interaction.instance.version + 1;
  const std::string code = make_code(make_challenge(exchange, work.interaction.handle, version));
  const Digest256 hash = hash_registration_code(exchange, code);
  const Instant end = exchange.now + kCodeLifetime;
  store::DeviceRegistrations::add_insert(
      work.changes,
      {.code_hash = hash, .issuer = exchange.issuer.id(), .account_id = work.account_id(), .expires_at = end});
  co_return EffectAnswer{.facts = {{kInvitation, json::object{{"issuer", exchange.issuer.url()},
                                                              {"code_hash", encode_base64url(hash)},
                                                              {"expires_at", to_unix_millis(end)}}}}};
}

Task<Result<std::optional<store::DeviceRegistrationRecord>>> find_registration(const StepWork& work) {
  using Found = std::optional<store::DeviceRegistrationRecord>;
  const auto bytes = decode_base64url(fact::text(invitation_of(work.facts), "code_hash"));
  Digest256 hash{};
  if (!bytes || bytes->size() != hash.size()) co_return Found();
  std::ranges::copy(*bytes, hash.begin());
  CO_TRY_ASSIGN(auto found, co_await work.exchange.context.store.device_registrations.find(hash, work.exchange.now));
  const bool is_own = found && found->account_id == work.account_id() && found->issuer == work.exchange.issuer.id();
  co_return is_own ? std::move(found) : Found();
}

EffectAnswer make_over(const StepWork& work) {
  return {.problem = Problem{.type = "expired", .text = text(work.facts, Text::PushCodeExpired)}};
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const auto registration, co_await find_registration(work));
  if (!registration) co_return make_over(work);
  if (registration->device.empty()) co_return EffectAnswer{};
  CO_TRY_ASSIGN(const json::object device, parse_json_object(registration->device));
  json::object invitation = invitation_of(work.facts);
  invitation["device"] = registration->device;
  invitation["name"] = peek_string(device, "name");
  co_return EffectAnswer{.event = "registered", .facts = {{kInvitation, std::move(invitation)}}};
}

void add_row(StepWork& work, const store::DeviceRegistrationRecord& registration, const store::FactorRecord& row) {
  const Exchange& exchange = work.exchange;
  const std::size_t account = store::Accounts::add_require(work.marks, row.account_id);
  work.explain_mark(account, Error{ErrorCode::AccessDenied, "This account cannot be used at the moment."});
  const std::size_t code = store::DeviceRegistrations::add_consume(work.marks, row.account_id, registration.code_hash,
                                                                   registration.device, exchange.now);
  work.explain_mark(code, Problem{.type = "expired", .text = text(work.facts, Text::PushCodeExpired)});
  const std::size_t key = store::Factors::add_insert(work.marks, row);
  work.explain_mark(key, Problem{.type = "conflict", .text = text(work.facts, Text::PushDeviceTaken)});
  AuditEvent("factor", "enrolled")
      .client(exchange.client_id)
      .account(row.account_id)
      .text("factor", row.kind)
      .text("factor_id", row.factor_id)
      .text("name", row.name)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

/// The row of the device that answered: {"jwk", "jkt", "name", "platform"}.
Result<store::FactorRecord> make_row(const StepWork& work, const store::DeviceRegistrationRecord& registration) {
  TRY_ASSIGN(const json::object device, parse_json_object(registration.device));
  return store::FactorRecord{.factor_id = make_random_id(work.exchange.context.random),
                             .account_id = registration.account_id,
                             .issuer = registration.issuer,
                             .kind = std::string(kPush),
                             .name = std::string(peek_string(device, "name")),
                             .lookup_hash = crypto::sha256(peek_string(device, "jkt")),
                             .data = registration.device,
                             .created_at = work.exchange.now,
                             .last_used_at = work.exchange.now};
}

Task<Result<EffectAnswer>> take_up(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const auto registration, co_await find_registration(work));
  // What the owner has seen is what is taken up.
  const bool is_seen = registration && registration->device == peek_string(invitation_of(work.facts), "device");
  if (!is_seen || registration->device.empty()) co_return make_over(work);
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  if (std::cmp_greater_equal(std::ranges::count(rows, kPush, &store::FactorRecord::kind), kMostOfKind)) {
    co_return EffectAnswer{.problem = Problem{.type = "conflict", .text = text(work.facts, Text::TooManyFactors)}};
  }
  CO_TRY_ASSIGN(const store::FactorRecord row, make_row(work, *registration));
  add_row(work, *registration, row);
  work.enrolled.push_back(row);
  CO_TRY(co_await add_notice(work, Notice::FactorAdded, text(work.facts, title_of_set(push_factor()))));
  EffectAnswer answer = accept(work,
                               {.factor = std::string(kPush),
                                .factor_id = row.factor_id,
                                .categories = {Category::Possession},
                                .amr = {"swk"},
                                .at = work.exchange.now},
                               "enrolled");
  answer.facts[kInvitation] = nullptr;
  co_return answer;
}

}  // namespace

const workflow::Step& enrol_push_step() {
  static const workflow::Step step{.name = kEnrol,
                                   .show = show,
                                   .on_submit = on_submit,
                                   .on_enter = on_enter,
                                   .events = {"registered", "again", "enrolled", "cancel"}};
  return step;
}

const EffectHandler& begin_push_enrolment_effect() {
  static const EffectHandler handler{kBegin, begin};
  return handler;
}
const EffectHandler& check_push_enrolment_effect() {
  static const EffectHandler handler{kCheck, check};
  return handler;
}
const EffectHandler& enrol_push_effect() {
  static const EffectHandler handler{kTakeUp, take_up};
  return handler;
}

Digest256 hash_registration_code(const Exchange& exchange, std::string_view code) {
  const std::string input = "device registration\n" + exchange.issuer.id() + "\n" + std::string(code);
  return crypto::hmac_sha256(as_bytes(exchange.context.config.master_key.reveal()), as_bytes(input));
}

}  // namespace signet::server::authn
