#pragma once
// libfido2 verifies all signatures of WebAuthn; this is the only door to it. Private to webauthn. Thread: any

#include "webauthn/attestation_object.h"
#include "webauthn/cose_key.h"

namespace signet::webauthn::fido {

/// `signature` over the authenticator data and the hash of the client data, by `key`. Presence of the user and the RP
/// ID are part of it. Fails: BadSignature, Malformed
[[nodiscard]] Result<void> verify_assertion(const std::string& rp_id, const CoseKey& key,
                                            BytesView raw_authenticator_data, const AuthenticatorData& data,
                                            const Digest256& client_data_hash, BytesView signature);

/// Whose key signed an attestation statement.
enum class Signer { Credential, Certificate };

/// The signature in the statement of a "packed" or "fido-u2f" attestation object whose form has been checked.
/// Fails: BadSignature, Malformed
[[nodiscard]] Result<void> verify_attestation(const std::string& rp_id, CoseAlgorithm credential_algorithm,
                                              const AttestationObject& object, const Digest256& client_data_hash,
                                              Signer signer);

}  // namespace signet::webauthn::fido
