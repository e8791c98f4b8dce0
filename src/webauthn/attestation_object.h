#pragma once
// The attestation object, split but not verified. Private to webauthn.

#include "webauthn/authenticator_data.h"
#include "webauthn/cbor.h"

namespace signet::webauthn {

struct AttestationObject {
  CborDocument document;
  std::string fmt;
  BytesView raw_authenticator_data;  ///< inside `document`
  AuthenticatorData authenticator_data;
  AttestedCredentialData credential;
  CborItem statement;  ///< attStmt, a map inside `document`
};

/// fmt, attStmt and authData, and no other member; the authenticator data has a credential. Spec: WEBAUTHN-6.5.4
/// Fails: Malformed, TooLarge (above 8 KiB)
[[nodiscard]] Result<AttestationObject> parse_attestation_object(BytesView bytes);

}  // namespace signet::webauthn
