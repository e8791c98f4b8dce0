#include "webauthn/assertion.h"

#include <algorithm>

#include "crypto/digest.h"
#include "webauthn/client_data.h"
#include "webauthn/cose_key.h"

namespace signet::webauthn {
namespace {

constexpr auto kCode = ErrorCode::InvalidRequest;

Result<AuthenticatorData> parse_assertion_data(BytesView bytes) {
  TRY_ASSIGN(AuthenticatorData data, parse_authenticator_data(bytes));
  if (data.attested_credential) {  // WEBAUTHN-6.1: such bytes are what a registration signs
    return fail(ErrorCode::Malformed, "The authenticator data of an assertion must not have attested credential data.");
  }
  return data;
}

/// Is it the credential that was asked for, and does its account say the same?
Result<void> check_identity(const ParsedAssertion& assertion, const StoredCredential& stored,
                            const AssertionPolicy& policy) {
  const auto& allowed = policy.allow_credentials;
  if (!allowed.empty() && std::ranges::find(allowed, assertion.credential_id) == allowed.end()) {  // WEBAUTHN-7.2-5
    return fail(kCode, "The id of the credential is not among allowCredentials.");
  }
  if (assertion.credential_id != stored.credential_id) {  // WEBAUTHN-7.2-6
    return fail(kCode, "The id of the credential is not that of the account.");
  }
  if (policy.require_user_handle && !assertion.user_handle) {
    return fail(kCode, "The userHandle must say whose credential it is.");
  }
  if (assertion.user_handle && *assertion.user_handle != stored.user_handle) {
    return fail(kCode, "The userHandle is that of another account.");
  }
  return {};
}

Result<void> check_backup_eligibility(const AuthenticatorData& data, const StoredCredential& stored) {
  if (data.backup_eligible == stored.backup_eligible) return {};  // WEBAUTHN-7.2-19
  return fail(kCode, "The backup eligibility of a credential must not change.");
}

Result<void> check_sign_count(std::uint32_t now, std::uint32_t before) {
  if ((now == 0 && before == 0) || now > before) return {};  // WEBAUTHN-7.2-22
  return fail(ErrorCode::Conflict, "The signature counter did not grow: the credential may have been copied.");
}

/// Extensions are part of what is signed; that nobody asked for them is no reason to refuse (WEBAUTHN-7.2-23).
Result<void> verify_signature(BytesView public_key, const SignedMaterial& material) {
  TRY_ASSIGN(const CoseKey key, parse_cose_key(public_key));
  Bytes message = material.authenticator_data;
  const Digest256 hash = crypto::sha256(material.client_data_json);  // WEBAUTHN-7.2-20
  message.insert(message.end(), hash.begin(), hash.end());
  auto valid = key.key.verify_der(signature_algorithm(key.algorithm), message, material.signature);
  if (!valid)
    return fail_as(std::move(valid).error(), ErrorCode::BadSignature, "The signature of the assertion is wrong.");
  return {};
}

}  // namespace

Result<Assertion> verify_assertion(const RelyingParty& relying_party, BytesView challenge, ParsedAssertion assertion,
                                   const StoredCredential& stored, const AssertionPolicy& policy) {
  const SignedMaterial& material = assertion.signed_material;
  TRY(check_identity(assertion, stored, policy));
  TRY_ASSIGN(const ClientData client_data, parse_client_data(material.client_data_json));
  TRY(check_client_data(client_data, kGet, relying_party, challenge));
  TRY_ASSIGN(const AuthenticatorData data, parse_assertion_data(material.authenticator_data));
  TRY(check_authenticator_data(data, relying_party, policy.require_user_verification));
  TRY(check_backup_eligibility(data, stored));
  TRY(verify_signature(stored.public_key, material));  // WEBAUTHN-7.2-21
  TRY(check_sign_count(data.sign_count, stored.sign_count));
  return Assertion{.credential_id = std::move(assertion.credential_id),
                   .user_handle = std::move(assertion.user_handle),
                   .sign_count = data.sign_count,
                   .user_verified = data.user_verified,
                   .backup_state = data.backup_state,
                   .signed_material = std::move(assertion.signed_material)};
}

Result<Assertion> verify_assertion(const RelyingParty& relying_party, BytesView challenge,
                                   std::string_view credential_json, const StoredCredential& stored,
                                   const AssertionPolicy& policy) {
  TRY_ASSIGN(ParsedAssertion assertion, parse_assertion(credential_json));
  return verify_assertion(relying_party, challenge, std::move(assertion), stored, policy);
}

Result<AuthenticatorData> verify_signed_material(const std::string& rp_id, BytesView public_key,
                                                 const SignedMaterial& material) {
  TRY_ASSIGN(AuthenticatorData data, parse_assertion_data(material.authenticator_data));
  if (auto checked = check_authenticator_data(data, {.id = rp_id, .origins = {}}, false); !checked) {
    checked.error().code = ErrorCode::BadSignature;
    return std::unexpected(std::move(checked).error());
  }
  TRY(verify_signature(public_key, material));
  return data;
}

}  // namespace signet::webauthn
