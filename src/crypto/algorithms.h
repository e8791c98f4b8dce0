#pragma once
// What each signature algorithm and each curve is made of. Private to crypto.

#include "crypto/evp.h"
#include "crypto/key.h"

namespace signet::crypto {

struct CurveFacts {
  Curve curve;
  const char* group;             ///< the name OpenSSL reports
  std::size_t width;             ///< bytes of a coordinate and of each half of a signature
  SignatureAlgorithm algorithm;  ///< the one JWS algorithm of this curve (RFC7518-3.4)
  std::string_view spki_prefix;  ///< SubjectPublicKeyInfo up to the 04 of the point
};

enum class RsaPadding { None, Pss, Pkcs1 };

struct AlgorithmFacts {
  SignatureAlgorithm algorithm;
  std::string_view name;
  KeyType type;
  RsaPadding padding;
  const EVP_MD* (*md)();
};

[[nodiscard]] const CurveFacts& facts_of(Curve curve);
[[nodiscard]] const AlgorithmFacts& facts_of(SignatureAlgorithm algorithm);
/// The curve OpenSSL calls `group`, or null when the house does not allow it.
[[nodiscard]] const CurveFacts* find_curve(std::string_view group);

/// The digest of `message` that `algorithm` signs, in a buffer that fits all of them.
struct MessageDigest {
  std::array<std::uint8_t, 64> bytes{};
  std::size_t size = 0;
};
[[nodiscard]] MessageDigest digest_for(SignatureAlgorithm algorithm, BytesView message);

/// Padding and digest of an RSA operation. PSS takes a salt as long as the digest, no other (RFC7518-3.5).
[[nodiscard]] bool set_rsa_scheme(EVP_PKEY_CTX* context, const AlgorithmFacts& facts);

/// 04 || x || y
[[nodiscard]] Bytes encode_point(const EcPoint& point);

/// The public half of a key that OpenSSL has read. Fails: Malformed
[[nodiscard]] Result<PublicKey> public_key_of(const EVP_PKEY* key);

}  // namespace signet::crypto
