#include "webauthn/registration.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "webauthn/attestation.h"
#include "webauthn/client_data.h"
#include "webauthn/credential_json.h"

namespace signet::webauthn {
namespace {

bool has_aaguid(const std::vector<std::string>& list, std::string_view aaguid) {
  return std::ranges::any_of(list, [&](const auto& item) { return equals_ignoring_ascii_case(item, aaguid); });
}

/// WEBAUTHN-7.1-20: the algorithm is read first, so that the refusal of another one says so.
Result<CoseKey> read_offered_key(BytesView cose, const std::vector<CoseAlgorithm>& offered) {
  TRY_ASSIGN(const CoseAlgorithm algorithm, parse_cose_algorithm(cose));
  if (std::ranges::find(offered, algorithm) == offered.end()) {
    return fail(ErrorCode::UnsupportedAlgorithm, "The alg of the credential public key was not offered.");
  }
  return parse_cose_key(cose);
}

/// WEBAUTHN-7.1-23 WEBAUTHN-7.1-24: an attestation without an anchor is worth no more than a self attestation.
Result<bool> find_trust(const VerifiedAttestation& attestation, const RegistrationPolicy& policy) {
  if (attestation.type != AttestationType::Basic || policy.anchors == nullptr) return false;
  const std::span<const Bytes> path(attestation.trust_path);
  TRY_ASSIGN(const x509::Certificate leaf, x509::Certificate::from_der(path.front()));
  const auto verdict = policy.anchors->verify_attestation_chain(leaf, path.subspan(1), policy.now);
  if (!verdict && verdict.error().code != ErrorCode::Denied) return std::unexpected(verdict.error());
  return verdict.has_value();
}

Result<void> check_model(const Registration& registration, const RegistrationPolicy& policy) {
  constexpr auto kCode = ErrorCode::Denied;
  if (has_aaguid(policy.denied_aaguids, registration.aaguid)) {
    return fail(kCode, "Authenticators of this AAGUID are not allowed.");
  }
  const bool restricted = !policy.allowed_aaguids.empty();
  if (restricted && !registration.trusted) {
    return fail(kCode, "The authenticator must give an attestation that leads to a trust anchor.");
  }
  if (restricted && !has_aaguid(policy.allowed_aaguids, registration.aaguid)) {
    return fail(kCode, "The AAGUID of the authenticator is not among those that are allowed.");
  }
  return {};
}

Registration describe(RegistrationResponse response, const AttestationObject& object, CoseAlgorithm algorithm) {
  const AuthenticatorData& data = object.authenticator_data;
  Registration registration;
  registration.credential_id = std::move(response.credential_id);
  registration.public_key = object.credential.public_key;
  registration.algorithm = algorithm;
  registration.sign_count = data.sign_count;
  registration.aaguid = render_aaguid(object.credential.aaguid);
  registration.user_verified = data.user_verified;
  registration.backup_eligible = data.backup_eligible;
  registration.backup_state = data.backup_state;
  registration.discoverable = response.discoverable;
  registration.transports = std::move(response.transports);
  registration.authenticator_attachment = std::move(response.authenticator_attachment);
  registration.attestation_format = object.fmt;
  return registration;
}

}  // namespace

std::string_view name_of(AttestationType type) {
  switch (type) {
    case AttestationType::Self:
      return "self";
    case AttestationType::Basic:
      return "basic";
    case AttestationType::None:
      break;
  }
  return "none";
}

Result<Registration> verify_registration(const RelyingParty& relying_party, BytesView challenge,
                                         std::string_view credential_json, const RegistrationPolicy& policy) {
  TRY_ASSIGN(RegistrationResponse response, parse_registration_response(credential_json));
  TRY_ASSIGN(const ClientData client_data, parse_client_data(response.client_data_json));
  TRY(check_client_data(client_data, kCreate, relying_party, challenge));
  const Digest256 hash = crypto::sha256(response.client_data_json);  // WEBAUTHN-7.1-12
  TRY_ASSIGN(const AttestationObject object, parse_attestation_object(response.attestation_object));
  TRY(check_authenticator_data(object.authenticator_data, relying_party, policy.require_user_verification));
  if (object.credential.credential_id != response.credential_id) {  // WEBAUTHN-5.1
    return fail(ErrorCode::InvalidRequest, "The id of the credential is not the one in the attestationObject.");
  }
  TRY_ASSIGN(const CoseKey key, read_offered_key(object.credential.public_key, policy.algorithms));
  TRY_ASSIGN(const VerifiedAttestation attestation,
             verify_attestation({relying_party.id, object, key, hash}, policy.unknown_formats_as_none));
  Registration registration = describe(std::move(response), object, key.algorithm);
  registration.attestation_type = attestation.type;
  TRY_ASSIGN(registration.trusted, find_trust(attestation, policy));
  TRY(check_model(registration, policy));
  return registration;
}

}  // namespace signet::webauthn
