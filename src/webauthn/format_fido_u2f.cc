#include <algorithm>

#include "webauthn/attestation.h"
#include "webauthn/fido.h"

namespace signet::webauthn {

Result<VerifiedAttestation> verify_fido_u2f(const AttestationToVerify& attestation) {
  const auto& [rp_id, object, key, client_data_hash] = attestation;
  const auto sig = object.statement.find("sig");
  const auto x5c = object.statement.find("x5c");
  if (object.statement.map_size() != 2 || !sig || !sig->bytes() || !x5c) {  // WEBAUTHN-8.6-1
    return fail(ErrorCode::Malformed, "The attStmt of the format fido-u2f must have sig and x5c and nothing else.");
  }
  TRY_ASSIGN(std::vector<Bytes> certificates, read_x5c(*x5c));
  if (certificates.size() != 1) {  // WEBAUTHN-8.6-2
    return fail(ErrorCode::Malformed, "The x5c of the format fido-u2f must have one certificate.");
  }
  TRY(read_attestation_certificate(certificates, CoseAlgorithm::ES256));
  if (key.algorithm != CoseAlgorithm::ES256) {  // WEBAUTHN-8.6-4
    return fail(ErrorCode::UnsupportedAlgorithm, "A credential of the format fido-u2f must be for ES256.");
  }
  // U2F knows no models: a value here would be one that nobody signed (WEBAUTHN-8.6).
  if (object.credential.aaguid != Aaguid{}) {
    return fail(ErrorCode::Malformed, "The AAGUID of the format fido-u2f must be zero.");
  }
  TRY(fido::verify_attestation(rp_id, key.algorithm, object, client_data_hash, fido::Signer::Certificate));
  return VerifiedAttestation{AttestationType::Basic, std::move(certificates)};
}

}  // namespace signet::webauthn
