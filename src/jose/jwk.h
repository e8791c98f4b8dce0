#pragma once
// JSON Web Keys. Spec: RFC7517, RFC7518-6, RFC8037, RFC7638

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "crypto/key.h"

namespace signet::jose {

/// A public key with what its JWK says about it. Symmetric keys ("oct") do not exist here.
struct Jwk {
  crypto::PublicKey key;
  std::string kid;
  std::string use;                                ///< "sig", "enc" or empty
  std::optional<crypto::SignatureAlgorithm> alg;  ///< the one algorithm this key is for, when it says so
  std::vector<std::string> key_ops;
  std::vector<Bytes> x5c;  ///< DER certificates, leaf first

  /// May this key verify signatures of `algorithm`? (type, curve, `alg`, `use`, `key_ops`)
  [[nodiscard]] bool may_verify(crypto::SignatureAlgorithm algorithm) const;
};

/// A public JWK. Fails: Malformed (missing or wrong members, any private member present, bad point),
/// UnsupportedAlgorithm
[[nodiscard]] Result<Jwk> parse_public_jwk(const json::object& object);

/// A private JWK, for client configuration files and tests. Fails: Malformed, UnsupportedAlgorithm
struct PrivateJwk {
  crypto::PrivateKey key;
  std::string kid;
  std::optional<crypto::SignatureAlgorithm> alg;
};
[[nodiscard]] Result<PrivateJwk> parse_private_jwk(const json::object& object);

/// RFC 7638 SHA-256 thumbprint, base64url: the `jkt` of DPoP.
[[nodiscard]] std::string thumbprint(const crypto::PublicKey& key);

/// Only the key members, in RFC 7638 order: {"crv":…,"kty":…,"x":…,"y":…}
[[nodiscard]] std::string render_public_jwk(const crypto::PublicKey& key);
/// With kid, use and alg, as it stands in a JWK set.
[[nodiscard]] json::object to_json(const Jwk& jwk);

}  // namespace signet::jose
