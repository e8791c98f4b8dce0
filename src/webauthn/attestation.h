#pragma once
// Verification of attestation statements, one file per format: format_none.cc, format_packed.cc, format_fido_u2f.cc.
// Private to webauthn. Spec: WEBAUTHN-6.5, WEBAUTHN-8.2, WEBAUTHN-8.6, WEBAUTHN-8.7

#include "webauthn/attestation_object.h"
#include "webauthn/cose_key.h"
#include "webauthn/registration.h"
#include "x509/certificate.h"

namespace signet::webauthn {

struct AttestationToVerify {
  const std::string& rp_id;
  const AttestationObject& object;
  const CoseKey& credential_key;
  const Digest256& client_data_hash;
};

/// What a verified statement says, and the certificates that lead from its signer towards an anchor.
struct VerifiedAttestation {
  AttestationType type = AttestationType::None;
  std::vector<Bytes> trust_path;  ///< leaf first
};

/// By the procedure of its format. Fails: Malformed, BadSignature, UnsupportedAlgorithm, Denied (the format is unknown)
[[nodiscard]] Result<VerifiedAttestation> verify_attestation(const AttestationToVerify& attestation,
                                                             bool unknown_formats_as_none);

[[nodiscard]] Result<VerifiedAttestation> verify_none(const AttestationToVerify& attestation);
[[nodiscard]] Result<VerifiedAttestation> verify_packed(const AttestationToVerify& attestation);
[[nodiscard]] Result<VerifiedAttestation> verify_fido_u2f(const AttestationToVerify& attestation);

/// The certificates of an x5c: 1 to 4 byte strings. Fails: Malformed
[[nodiscard]] Result<std::vector<Bytes>> read_x5c(const CborItem& x5c);
/// The first of them, whose key must be one that `algorithm` uses. Fails: Malformed, UnsupportedAlgorithm
[[nodiscard]] Result<x509::Certificate> read_attestation_certificate(const std::vector<Bytes>& x5c,
                                                                     CoseAlgorithm algorithm);

}  // namespace signet::webauthn
