#pragma once
// Asymmetric keys and signatures: the only door to EVP for the floors above.
//
// A PublicKey is a plain value and may be shared between threads: ES256 verification loads the point into a thread's
// own reusable EVP_PKEY and EVP_PKEY_CTX (about 1 µs), so there is no cache and no lock. Only allowed curves and sizes
// exist: P-256, P-384, P-521, Ed25519, RSA of 2048 to 8192 bits.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

struct evp_pkey_st;
struct evp_pkey_ctx_st;

namespace signet::crypto {

enum class SignatureAlgorithm { ES256, ES384, ES512, PS256, PS384, PS512, RS256, EdDSA };

/// The name in the `alg` header ("ES256"). Spec: RFC7518-3.1, RFC8037-3.1
[[nodiscard]] std::string_view name_of(SignatureAlgorithm algorithm);
/// Exact-case look-up; "Ed25519" (RFC 9864) reads as EdDSA. "none" and the HMAC names are not algorithms here.
[[nodiscard]] std::optional<SignatureAlgorithm> find_signature_algorithm(std::string_view name);

enum class KeyType { Ec, Okp, Rsa };
enum class Curve { P256, P384, P521 };

struct EcPoint {
  Curve curve = Curve::P256;
  Bytes x;  ///< fixed length of the field, big-endian
  Bytes y;
  bool operator==(const EcPoint&) const = default;
};
struct Ed25519Point {
  std::array<std::uint8_t, 32> x{};
  bool operator==(const Ed25519Point&) const = default;
};
struct RsaNumbers {
  Bytes n;  ///< big-endian without leading zeros
  Bytes e;
  bool operator==(const RsaNumbers&) const = default;
};

class PublicKey {
 public:
  /// Fails: Malformed (lengths, point not on the curve)
  [[nodiscard]] static Result<PublicKey> from_ec(EcPoint point);
  [[nodiscard]] static Result<PublicKey> from_ed25519(BytesView x);
  /// Fails: Malformed (size outside 2048..8192 bits, even or tiny exponent)
  [[nodiscard]] static Result<PublicKey> from_rsa(RsaNumbers numbers);
  /// The key of a DER SubjectPublicKeyInfo (certificates). Slow (about 150 µs): never on a hot path.
  [[nodiscard]] static Result<PublicKey> from_spki(BytesView der);

  /// DER SubjectPublicKeyInfo, as certificates carry it.
  [[nodiscard]] Bytes to_spki() const;

  [[nodiscard]] KeyType type() const;
  [[nodiscard]] const std::variant<EcPoint, Ed25519Point, RsaNumbers>& parts() const { return parts_; }
  /// True when `algorithm` belongs to this kind of key and curve.
  [[nodiscard]] bool fits(SignatureAlgorithm algorithm) const;

  /// Verifies a JWS signature (EC as raw r||s). Fails: BadSignature, UnsupportedAlgorithm (key and algorithm do not
  /// fit) Thread: any
  [[nodiscard]] Result<void> verify(SignatureAlgorithm algorithm, BytesView message, BytesView signature) const;
  /// The same with EC signatures in DER, as WebAuthn has them.
  [[nodiscard]] Result<void> verify_der(SignatureAlgorithm algorithm, BytesView message, BytesView signature) const;

  bool operator==(const PublicKey& other) const { return parts_ == other.parts_; }

 private:
  PublicKey() = default;
  std::variant<EcPoint, Ed25519Point, RsaNumbers> parts_;
  std::shared_ptr<evp_pkey_st> ready_;  ///< ready key for RSA, P-384 and P-521
};

class PrivateKey {
 public:
  /// A new key for `algorithm` (RSA: 2048 bits, about 100 ms).
  [[nodiscard]] static Result<PrivateKey> generate(SignatureAlgorithm algorithm);
  /// PKCS#8 DER. Fails: Malformed
  [[nodiscard]] static Result<PrivateKey> from_pkcs8(const SecretBytes& der);
  [[nodiscard]] static Result<PrivateKey> from_pem(const SecretText& pem);
  /// From JWK numbers: the EC or OKP private value `d` with its public key.
  [[nodiscard]] static Result<PrivateKey> from_ec(const EcPoint& point, const SecretBytes& d);
  [[nodiscard]] static Result<PrivateKey> from_ed25519(const SecretBytes& seed);
  /// RSA from its two-prime form.
  struct RsaPrivateNumbers {
    SecretBytes d, p, q, dp, dq, qi;
  };
  [[nodiscard]] static Result<PrivateKey> from_rsa(const RsaNumbers& numbers, const RsaPrivateNumbers& secret);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] SecretBytes to_pkcs8() const;
  /// PKCS#8 PEM, for files that other tools read.
  [[nodiscard]] SecretText to_pem() const;
  /// The private value `d` of an EC or OKP key, for JWK export. Fails: UnsupportedAlgorithm for RSA
  [[nodiscard]] Result<SecretBytes> private_value() const;

  /// A JWS signature (EC as raw r||s). Thread: any
  [[nodiscard]] Result<Bytes> sign(SignatureAlgorithm algorithm, BytesView message) const;

  /// OpenSSL's handle, for TLS and certificates only.
  [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  /// Takes a key that OpenSSL has read, if it is of an allowed kind.
  static Result<PrivateKey> adopt(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<const evp_pkey_ctx_st> signing_;  ///< EC: initialised once, copied for each signature
  PublicKey public_key_;
};

}  // namespace signet::crypto
