// Possession, and inherence with user verification: passkeys and security keys. Spec: WEBAUTHN-7.1, WEBAUTHN-7.2
#include "server/authn/factors/passkey.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/shown_text.h"
#include "server/authn/accounts.h"
#include "server/authn/browser.h"
#include "server/authn/device_name.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/passkey_ceremonies.h"
#include "server/authn/notices.h"

namespace signet::server::authn {
namespace {

using webauthn::UserVerification;
using workflow::EffectAnswer;
using workflow::Facts;
using workflow::FieldType;
using workflow::Problem;

constexpr std::string_view kCheck = "check_passkey";
constexpr std::string_view kIdentify = "identify_by_passkey";
constexpr std::string_view kOfferEnrolment = "offer_passkey_enrolment";
constexpr std::string_view kEnrol = "enrol_passkey";
constexpr std::size_t kMaxNameCharacters = 64;
/// More than anybody has devices; the pages name all of them.
constexpr std::size_t kMostPasskeys = 20;

workflow::Effect make_effect(std::string_view name, const workflow::Submission& submission) {
  return {.name = std::string(name), .arguments = {{kCredential, submission.field(kCredential)}}};
}

// Use -----------------------------------------------------------------------------------------------------------------

workflow::Representation show_use(const Facts& facts) {
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::PasskeyUseTitle),
                                .text = text(facts, Text::PasskeyUseText)};
  workflow::Action action = make_passkey_action(facts, {.name = std::string(kPasskey),
                                                        .title = text(facts, Text::PasskeyUseAction),
                                                        .challenge = challenge_of(facts),
                                                        .verification = UserVerification::Preferred});
  action.main = true;
  page.actions.push_back(std::move(action));
  add_way_out(facts, page);
  return page;
}

workflow::Reaction submit_use(const Facts&, const workflow::Submission& submission) {
  if (submission.action != kPasskey) return {.event = submission.action};
  return {.effect = make_effect(kCheck, submission)};
}

Task<Result<EffectAnswer>> offer(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  CO_TRY_ASSIGN(json::array passkeys, describe_passkeys(rows));
  // One that is made with this very step is not among the rows yet.
  const auto* made = work.facts.if_contains(fact::kNewPasskey);
  const bool is_missing = made != nullptr && std::ranges::find(passkeys, *made) == passkeys.end();
  if (is_missing) passkeys.push_back(*made);
  co_return EffectAnswer{.facts = {{fact::kPasskeys, std::move(passkeys)}}};
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  const std::string account_id = work.account_id();
  if (account_id.empty()) co_return fail(ErrorCode::Bug, "internal error", "a passkey page without an account");
  CO_TRY_ASSIGN(auto used, co_await use_passkey(work, {.credential = fact::text(effect.arguments, kCredential),
                                                       .challenge = challenge_of(work.facts),
                                                       .account_id = account_id}));
  if (!used) co_return EffectAnswer{.problem = std::move(used).error()};
  EffectAnswer answer =
      accept(work, make_proof(used->passkey, used->row.factor_id, used->assertion.user_verified, work.exchange.now));
  answer.facts[fact::kPasskeys] = nullptr;
  co_return answer;
}

/// A login that begins with a passkey: it says whose it is, and nobody else may.
Task<Result<EffectAnswer>> identify_by_passkey(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(auto used, co_await use_passkey(work, {.credential = fact::text(effect.arguments, kCredential),
                                                       .challenge = challenge_of(work.facts),
                                                       .require_user_verification = true}));
  if (!used) co_return EffectAnswer{.problem = std::move(used).error()};
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(used->row.account_id));
  if (!account || account->disabled) {
    co_return EffectAnswer{
        .problem = Problem{.type = "incorrect_credentials", .text = text(work.facts, Text::PasskeyRefused)}};
  }
  co_return co_await identify(work, *account, make_proof(used->passkey, used->row.factor_id, true, work.exchange.now));
}

// Enrolment -----------------------------------------------------------------------------------------------------------

webauthn::UserEntity user_of(const json::object& user) {
  return {.id = decode_base64url(peek_string(user, "id")).value_or(Bytes{}),
          .name = fact::text(user, "name"),
          .display_name = fact::text(user, "display_name")};
}

workflow::ClientOperation make_registration(const Facts& facts) {
  const auto* found = facts.if_contains(fact::kPasskeyUser);
  const json::object user = found != nullptr && found->is_object() ? found->get_object() : json::object{};
  const bool is_direct = fact::is_set(user, "direct_attestation");
  json::object options = webauthn::render_creation_options(
      {.rp_id = fact::text(facts, fact::kRpId),
       .rp_name = fact::text(user, "rp_name"),
       .user = user_of(user),
       .challenge = challenge_of(facts),
       .exclude_credentials = known_passkeys(facts),
       .resident_key = webauthn::ResidentKey::Preferred,
       .user_verification = UserVerification::Required,
       .attestation = is_direct ? webauthn::AttestationConveyance::Direct : webauthn::AttestationConveyance::None});
  return {.name = "webauthn-registration",
          .arguments = {{"credentialCreationOptions", json::object{{"publicKey", std::move(options)}}}}};
}

workflow::Representation show_enrolment(const Facts& facts) {
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::PasskeyEnrolTitle),
                                .text = text(facts, Text::PasskeyEnrolText)};
  page.actions.push_back({.name = "enrol",
                          .title = text(facts, Text::PasskeyEnrolAction),
                          .main = true,
                          .fields = {{.name = "name",
                                      .label = text(facts, Text::PasskeyNameLabel),
                                      .max_length = kMaxNameCharacters,
                                      .help = text(facts, Text::PasskeyNameHelp)},
                                     make_credential_field(facts)},
                          .operation = make_registration(facts)});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction submit_enrolment(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action != "enrol") return {.event = submission.action};
  const std::string_view name = trim(submission.field("name"));
  if (!name.empty() && !oauth::is_shown_text(name, kMaxNameCharacters)) {
    return {.problem =
                Problem{.type = "invalid_input", .text = text(facts, Text::PasskeyNameRefused), .fields = {"name"}}};
  }
  workflow::Effect effect = make_effect(kEnrol, submission);
  effect.arguments["name"] = name;
  return {.effect = std::move(effect)};
}

Task<Result<EffectAnswer>> offer_enrolment(StepWork& work, workflow::Effect) {
  const Exchange& exchange = work.exchange;
  const std::string account_id = work.account_id();
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(account_id));
  if (!account) co_return fail(ErrorCode::AccessDenied, "This account cannot be used at the moment.");
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  CO_TRY_ASSIGN(json::array passkeys, describe_passkeys(rows));
  const std::string& owner = exchange.issuer.config().display_name;
  json::object user{{"rp_name", owner.empty() ? exchange.issuer.relying_party().id : owner},
                    {"id", encode_base64url(make_user_handle(exchange, account_id))},
                    {"name", account->username},
                    {"display_name", display_name(*account)},
                    {"direct_attestation", exchange.context.config.webauthn.direct_attestation}};
  co_return EffectAnswer{.facts = {{fact::kPasskeys, std::move(passkeys)}, {fact::kPasskeyUser, std::move(user)}}};
}

webauthn::RegistrationPolicy policy_of(const Exchange& exchange) {
  const WebauthnConfig& config = exchange.context.config.webauthn;
  return {.require_user_verification = true,
          .allowed_aaguids = config.allowed_aaguids,
          .denied_aaguids = config.denied_aaguids,
          .unknown_formats_as_none = true,
          .anchors = config.trust_anchors ? &*config.trust_anchors : nullptr,
          .now = exchange.now};
}

std::string default_name(const StepWork& work, const webauthn::Registration& registration) {
  const bool is_roaming = registration.authenticator_attachment == "cross-platform";
  return is_roaming ? text(work.facts, Text::SecurityKeyName) : describe_agent(work.facts, agent_name(work.exchange));
}

EffectAnswer refuse_enrolment(StepWork& work, Text said, std::string_view reason) {
  work.exchange.record(AuditEvent("factor", "refused")
                           .client(work.exchange.client_id)
                           .account(work.account_id())
                           .text("factor", kPasskey)
                           .text("reason", reason));
  return {.problem = Problem{.type = "invalid_credential", .text = text(work.facts, said)}};
}

/// The row stands before the step, so that nothing is proven by a passkey that somebody else has.
void add_row(StepWork& work, const store::FactorRecord& row) {
  const std::size_t account = store::Accounts::add_require(work.marks, row.account_id);
  work.explain_mark(account, Error{ErrorCode::AccessDenied, "This account cannot be used at the moment."});
  const std::size_t mark = store::Factors::add_insert(work.marks, row);
  work.explain_mark(mark, Problem{.type = "invalid_credential", .text = text(work.facts, Text::PasskeyTaken)});
  AuditEvent("factor", "enrolled")
      .client(work.exchange.client_id)
      .account(row.account_id)
      .text("factor", kPasskey)
      .text("factor_id", row.factor_id)
      .text("name", row.name)
      .add_to(work.marks, work.exchange.issuer.id(), work.exchange.request.peer, work.exchange.now);
}

Task<Result<EffectAnswer>> enrol(StepWork& work, workflow::Effect effect) {
  const Exchange& exchange = work.exchange;
  const std::string account_id = work.account_id();
  if (account_id.empty()) co_return fail(ErrorCode::Bug, "internal error", "an enrolment without an account");
  const auto registration =
      webauthn::verify_registration(exchange.issuer.relying_party(), challenge_of(work.facts),
                                    peek_string(effect.arguments, kCredential), policy_of(exchange));
  if (!registration) {
    co_return refuse_enrolment(work, Text::PasskeyEnrolRefused, registration.error().public_text.view());
  }
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  if (std::cmp_greater_equal(std::ranges::count(rows, kPasskey, &store::FactorRecord::kind), kMostPasskeys))
    co_return refuse_enrolment(work, Text::PasskeyTooMany, "too many passkeys");
  std::string name = fact::text(effect.arguments, "name");
  if (name.empty()) name = default_name(work, *registration);
  const StoredPasskey passkey = make_stored_passkey(*registration, make_user_handle(exchange, account_id));
  store::FactorRecord row{.factor_id = make_random_id(exchange.context.random),
                          .account_id = account_id,
                          .issuer = exchange.issuer.id(),
                          .kind = std::string(kPasskey),
                          .name = std::move(name),
                          .lookup_hash = crypto::sha256(passkey.credential_id),
                          .data = render_json(to_json(passkey)),
                          .counter = registration->sign_count,
                          .created_at = exchange.now,
                          .last_used_at = exchange.now};
  EffectAnswer answer = accept(work, make_proof(passkey, row.factor_id, true, exchange.now), "enrolled");
  answer.facts[fact::kNewPasskey] = describe(passkey);
  answer.facts[fact::kPasskeys] = nullptr;
  answer.facts[fact::kPasskeyUser] = nullptr;
  add_row(work, row);
  work.enrolled.push_back(std::move(row));
  CO_TRY(co_await add_notice(work, Notice::FactorAdded, text(work.facts, Text::PasskeyTitle)));
  co_return answer;
}

std::optional<workflow::Effect> ask_offer(const Facts&) {
  return workflow::Effect{.name = std::string(kOfferPasskeys)};
}
std::optional<workflow::Effect> ask_enrolment_offer(const Facts&) {
  return workflow::Effect{.name = std::string(kOfferEnrolment)};
}

}  // namespace

std::optional<workflow::Action> make_passkey_login(const Facts& facts) {
  if (!facts.contains(fact::kRpId)) return std::nullopt;
  return make_passkey_action(facts, {.name = std::string(kPasskeyLogin),
                                     .title = text(facts, Text::PasskeyLoginAction),
                                     .challenge = challenge_of(facts),
                                     .verification = UserVerification::Required,
                                     .only_known = false});
}

workflow::Reaction submit_passkey_login(const workflow::Submission& submission) {
  return {.effect = make_effect(kIdentify, submission)};
}

const Factor& passkey_factor() {
  static const Factor factor{
      .kind = kPasskey,
      .title = Text::PasskeyTitle,
      .description = Text::PasskeyDescription,
      .offer = Text::PasskeyDescription,
      .categories = {Category::Possession, Category::Inherence},
      .phishing_resistant = true,
      .hardware = true,
      .is_primary = true,
      .signs_payload = true,
      .steps = {{.name = kPasskey,
                 .show = show_use,
                 .on_submit = submit_use,
                 .on_enter = ask_offer,
                 .events = {"accepted", "other", "cancel"}},
                {.name = kEnrol,
                 .show = show_enrolment,
                 .on_submit = submit_enrolment,
                 .on_enter = ask_enrolment_offer,
                 .events = {"enrolled", "cancel"}}},
      .effects = {{kOfferPasskeys, offer},
                  {kCheck, check},
                  {kIdentify, identify_by_passkey},
                  {kOfferEnrolment, offer_enrolment},
                  {kEnrol, enrol}},
      .is_configured = [](const Exchange& exchange) { return !exchange.issuer.relying_party().id.empty(); }};
  return factor;
}

}  // namespace signet::server::authn
