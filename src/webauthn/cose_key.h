#pragma once
// Credential public keys as COSE writes them. Private to webauthn.

#include "crypto/key.h"
#include "webauthn/relying_party.h"

namespace signet::webauthn {

struct CoseKey {
  CoseAlgorithm algorithm;
  crypto::PublicKey key;
};

/// The same algorithm by its JOSE name.
[[nodiscard]] crypto::SignatureAlgorithm signature_algorithm(CoseAlgorithm algorithm);

/// The algorithm alone, so that a key of one that was not offered is refused by its name. Fails: Malformed,
/// UnsupportedAlgorithm
[[nodiscard]] Result<CoseAlgorithm> parse_cose_algorithm(BytesView cose);

/// A COSE_Key with the members of its type and no others. RSA keys have 2048 bits and the exponent 65537, which is what
/// libfido2 verifies in an attestation. Spec: WEBAUTHN-6.5.1, WEBAUTHN-5.8.5. Fails: Malformed, UnsupportedAlgorithm
[[nodiscard]] Result<CoseKey> parse_cose_key(BytesView cose);

}  // namespace signet::webauthn
