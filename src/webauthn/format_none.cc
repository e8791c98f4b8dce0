#include "webauthn/attestation.h"

namespace signet::webauthn {

Result<VerifiedAttestation> verify_none(const AttestationToVerify& attestation) {
  if (attestation.object.statement.map_size() != 0) {  // WEBAUTHN-8.7
    return fail(ErrorCode::Malformed, "The attStmt of the format none must be empty.");
  }
  return VerifiedAttestation{};
}

}  // namespace signet::webauthn
