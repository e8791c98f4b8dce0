#pragma once
// JWK sets and the choice of a key. Spec: RFC7517-5, FAPI2-SP-FINAL-5.4 (duplicate kid)

#include "jose/jwk.h"

namespace signet::jose {

class JwkSet {
 public:
  JwkSet() = default;
  explicit JwkSet(std::vector<Jwk> keys) : keys_(std::move(keys)) {}

  [[nodiscard]] const std::vector<Jwk>& keys() const { return keys_; }
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// The keys that may have made a signature: those with this `kid` (all when it is empty) that fit `algorithm`.
  /// Duplicates of a kid are told apart by type, use, alg and curve.
  [[nodiscard]] std::vector<const Jwk*> candidates(std::string_view kid, crypto::SignatureAlgorithm algorithm) const;

 private:
  std::vector<Jwk> keys_;
};

/// A set of public keys. Keys of unknown type or use are skipped; private or symmetric members make the whole set
/// Malformed. At most 64 keys. Fails: Malformed, TooLarge
[[nodiscard]] Result<JwkSet> parse_jwk_set(const json::object& object);
[[nodiscard]] Result<JwkSet> parse_jwk_set(std::string_view text);

[[nodiscard]] json::object to_json(const JwkSet& set);

}  // namespace signet::jose
