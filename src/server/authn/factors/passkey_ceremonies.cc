#include "server/authn/factors/passkey_ceremonies.h"

#include "crypto/digest.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/texts.h"
#include "server/configuration/secret_file.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;

/// Bodies are limited as a whole; this is only what the page says.
constexpr std::size_t kMaxCredentialCharacters = 16 * 1024;

Result<Bytes> read_bytes(const json::object& data, std::string_view name) {
  auto bytes = decode_base64url(peek_string(data, name));
  if (bytes && !bytes->empty()) return bytes;
  return fail(ErrorCode::Bug, "internal error", "a stored passkey without " + std::string(name));
}

workflow::Problem make_refusal(const Facts& facts) {
  return {.type = "incorrect_credentials", .text = text(facts, Text::PasskeyRefused)};
}

/// One problem for everything that can be wrong; the reason is for the audit trail alone.
std::unexpected<workflow::Problem> refuse(StepWork& work, AuditEvent event, std::string_view reason) {
  work.exchange.context.metrics.count(Metrics::Counter::LoginsFailed);
  work.exchange.record(
      std::move(event).client(work.exchange.client_id).text("factor", kPasskey).text("reason", reason));
  return std::unexpected(make_refusal(work.facts));
}
std::unexpected<workflow::Problem> refuse(StepWork& work, std::string_view account_id, std::string_view reason) {
  return refuse(work, AuditEvent("login", "refused").account(account_id), reason);
}

/// A count that did not grow comes from a copy of the key, or from somebody who was faster with the same answer.
std::unexpected<workflow::Problem> refuse_clone(StepWork& work, const store::FactorRecord& row) {
  return refuse(work, AuditEvent("factor", "clone_suspected").account(row.account_id).text("factor_id", row.factor_id),
                "the signature counter did not grow");
}

void add_use_mark(StepWork& work, const store::FactorRecord& row, std::uint32_t sign_count) {
  const std::size_t mark =
      sign_count > 0 ? store::Factors::add_use(work.marks, row.account_id, row.factor_id, sign_count, work.exchange.now)
                     : store::Factors::add_touch(work.marks, row.account_id, row.factor_id, work.exchange.now);
  work.explain_mark(mark, make_refusal(work.facts));
}

webauthn::StoredCredential credential_of(const StoredPasskey& passkey, std::int64_t counter) {
  return {.credential_id = passkey.credential_id,
          .public_key = passkey.public_key,
          .user_handle = passkey.user_handle,
          .sign_count = static_cast<std::uint32_t>(counter),
          .backup_eligible = passkey.backup_eligible};
}

}  // namespace

StoredPasskey make_stored_passkey(const webauthn::Registration& registration, Bytes user_handle) {
  return {.credential_id = registration.credential_id,
          .public_key = registration.public_key,
          .user_handle = std::move(user_handle),
          .aaguid = registration.aaguid,
          .transports = registration.transports,
          .backup_eligible = registration.backup_eligible,
          .backup_state = registration.backup_state,
          .attestation = std::string(webauthn::name_of(registration.attestation_type)),
          .trusted = registration.trusted};
}

json::object to_json(const StoredPasskey& passkey) {
  return {{"credential_id", encode_base64url(passkey.credential_id)},
          {"public_key", encode_base64url(passkey.public_key)},
          {"user_handle", encode_base64url(passkey.user_handle)},
          {"aaguid", passkey.aaguid},
          {"transports", signet::to_json(passkey.transports)},
          {"backup_eligible", passkey.backup_eligible},
          {"backup_state", passkey.backup_state},
          {"attestation", passkey.attestation},
          {"trusted", passkey.trusted}};
}

Result<StoredPasskey> parse_passkey(const store::FactorRecord& row) {
  auto data = parse_json_object(row.data);
  if (!data) return fail_as(std::move(data).error(), ErrorCode::Bug, "internal error");
  StoredPasskey passkey;
  TRY_ASSIGN(passkey.credential_id, read_bytes(*data, "credential_id"));
  TRY_ASSIGN(passkey.public_key, read_bytes(*data, "public_key"));
  TRY_ASSIGN(passkey.user_handle, read_bytes(*data, "user_handle"));
  passkey.aaguid = fact::text(*data, "aaguid");
  passkey.transports = fact::list(*data, "transports");
  passkey.backup_eligible = fact::is_set(*data, "backup_eligible");
  passkey.backup_state = fact::is_set(*data, "backup_state");
  passkey.attestation = fact::text(*data, "attestation");
  passkey.trusted = fact::is_set(*data, "trusted");
  return passkey;
}

json::object describe(const StoredPasskey& passkey) {
  return {{"id", encode_base64url(passkey.credential_id)}, {"transports", signet::to_json(passkey.transports)}};
}

Result<json::array> describe_passkeys(const std::vector<store::FactorRecord>& rows) {
  json::array passkeys;
  for (const auto& row : rows) {
    if (row.kind != kPasskey) continue;
    TRY_ASSIGN(const StoredPasskey passkey, parse_passkey(row));
    passkeys.push_back(describe(passkey));
  }
  return passkeys;
}

std::vector<webauthn::CredentialDescriptor> known_passkeys(const Facts& facts) {
  std::vector<webauthn::CredentialDescriptor> known;
  const auto* passkeys = facts.if_contains(fact::kPasskeys);
  if (passkeys == nullptr || !passkeys->is_array()) return known;
  for (const json::value& passkey : passkeys->get_array()) {
    if (!passkey.is_object()) continue;
    auto id = decode_base64url(peek_string(passkey.get_object(), "id"));
    if (id) known.push_back({*std::move(id), fact::list(passkey.get_object(), "transports")});
  }
  return known;
}

Bytes make_user_handle(const Exchange& exchange, std::string_view account_id) {
  const SecretBytes key = derive_key(exchange.context.config.master_key, "signet passkey user handles");
  const Digest256 handle = crypto::hmac_sha256(key.reveal(), as_bytes(account_id));
  return {handle.begin(), handle.end()};
}

workflow::Field make_credential_field(const Facts& facts) {
  return {.name = std::string(kCredential),
          .type = workflow::FieldType::Context,
          .label = text(facts, Text::PasskeyTitle),
          .required = true,
          .max_length = kMaxCredentialCharacters};
}

workflow::Action make_passkey_action(const Facts& facts, PasskeyAction action) {
  json::object options = webauthn::render_request_options(
      {.rp_id = fact::text(facts, fact::kRpId),
       .challenge = std::move(action.challenge),
       .allow_credentials = action.only_known ? known_passkeys(facts) : std::vector<webauthn::CredentialDescriptor>{},
       .user_verification = action.verification});
  return {.name = std::move(action.name),
          .title = std::move(action.title),
          .fields = {make_credential_field(facts)},
          .operation = workflow::ClientOperation{
              .name = "webauthn-authentication",
              .arguments = {{"credentialRequestOptions", json::object{{"publicKey", std::move(options)}}}}}};
}

Bytes challenge_of(const Facts& facts) {
  return decode_base64url(fact::text(facts, fact::kChallenge)).value_or(Bytes{});
}

Task<Result<std::expected<UsedPasskey, workflow::Problem>>> use_passkey(StepWork& work, AssertionDemand demand) {
  using Checked = std::expected<UsedPasskey, workflow::Problem>;
  const Exchange& exchange = work.exchange;
  auto parsed = webauthn::parse_assertion(demand.credential);
  if (!parsed) co_return Checked(refuse(work, demand.account_id, parsed.error().public_text.view()));
  const Digest256 lookup = crypto::sha256(parsed->credential_id);
  CO_TRY_ASSIGN(auto row, co_await exchange.context.store.factors.find_by_lookup(exchange.issuer.id(),
                                                                                 std::string(kPasskey), lookup));
  if (!row) co_return Checked(refuse(work, demand.account_id, "unknown passkey"));
  const bool is_own = demand.account_id.empty() || demand.account_id == row->account_id;
  if (!is_own) co_return Checked(refuse(work, demand.account_id, "passkey of another account"));
  CO_TRY_ASSIGN(StoredPasskey passkey, parse_passkey(*row));
  const webauthn::AssertionPolicy policy{.require_user_verification = demand.require_user_verification,
                                         .require_user_handle = demand.account_id.empty()};
  auto assertion = webauthn::verify_assertion(exchange.issuer.relying_party(), demand.challenge, *std::move(parsed),
                                              credential_of(passkey, row->counter), policy);
  if (!assertion && assertion.error().code == ErrorCode::Conflict) co_return Checked(refuse_clone(work, *row));
  if (!assertion) co_return Checked(refuse(work, row->account_id, assertion.error().public_text.view()));
  add_use_mark(work, *row, assertion->sign_count);
  record_use(work, *row);
  if (passkey.backup_state != assertion->backup_state) {
    passkey.backup_state = assertion->backup_state;
    store::Factors::add_describe(work.changes, row->account_id, row->factor_id, render_json(to_json(passkey)));
  }
  co_return Checked(UsedPasskey{*std::move(row), std::move(passkey), *std::move(assertion)});
}

Proof make_proof(const StoredPasskey& passkey, std::string factor_id, bool user_verified, Instant at) {
  // A key that can be copied to other devices is not bound to the hardware that attested it.
  const bool is_hardware = passkey.trusted && !passkey.backup_eligible;
  Proof proof{.factor = std::string(kPasskey),
              .factor_id = std::move(factor_id),
              .categories = {Category::Possession},
              .amr = {is_hardware ? "hwk" : "swk"},  // RFC8176-2
              .phishing_resistant = true,
              .hardware = is_hardware,
              .at = at};
  if (user_verified) {
    proof.categories.push_back(Category::Inherence);
    proof.amr.emplace_back("user");
  }
  return proof;
}

}  // namespace signet::server::authn
