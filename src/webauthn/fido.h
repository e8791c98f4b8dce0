#pragma once
// libfido2 verifies the statements of attestations; this is the only door to it (docs/decisions/0017). Private to
// webauthn. Thread: any

#include "webauthn/attestation_object.h"
#include "webauthn/cose_key.h"

namespace signet::webauthn::fido {

/// Whose key signed an attestation statement.
enum class Signer { Credential, Certificate };

/// The signature in the statement of a "packed" or "fido-u2f" attestation object whose form has been checked.
/// Fails: BadSignature, Malformed
[[nodiscard]] Result<void> verify_attestation(const std::string& rp_id, CoseAlgorithm credential_algorithm,
                                              const AttestationObject& object, const Digest256& client_data_hash,
                                              Signer signer);

}  // namespace signet::webauthn::fido
