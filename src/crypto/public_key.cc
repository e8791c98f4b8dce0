#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>
#include <stdexcept>

#include "crypto/algorithms.h"
#include "crypto/digest.h"
#include "crypto/ecdsa_signature.h"
#include "crypto/roca.h"
#include "crypto/sodium.h"

namespace signet::crypto {
namespace {

constexpr std::string_view kEd25519SpkiPrefix{"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12};
constexpr std::size_t kMinimumRsaBits = 2048;
constexpr std::size_t kMaximumRsaBits = 8192;

std::unexpected<Error> bad_signature() {
  return evp::refuse(ErrorCode::BadSignature, "The signature does not verify.");
}

Bytes joined(std::string_view prefix, BytesView rest) {
  Bytes out = to_bytes(prefix);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

/// A public EC key built from scratch: about 25 µs.
Result<evp::Key> make_ec_key(const CurveFacts& facts, Bytes point) {
  std::string group = facts.group;
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                         OSSL_PARAM_construct_end()};
  const evp::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return evp::refuse(ErrorCode::Malformed, "The EC point is not on its curve.");
  }
  return evp::Key(key);
}

Result<evp::Key> make_rsa_key(const RsaNumbers& numbers) {
  // OSSL_PARAM wants unsigned integers in the byte order of the machine (little-endian here).
  Bytes n(numbers.n.rbegin(), numbers.n.rend());
  Bytes e(numbers.e.rbegin(), numbers.e.rend());
  OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
                         OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e.data(), e.size()),
                         OSSL_PARAM_construct_end()};
  const evp::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return evp::refuse(ErrorCode::Malformed, "The RSA numbers make no key.");
  }
  return evp::Key(key);
}

/// A P-256 key that is ready to verify. Each thread keeps some, found by their point: loading another point into one
/// takes about three microseconds, a new EVP_PKEY twenty.
class P256Verifier {
 public:
  /// This thread's verifier with `point` in it; null when the point is not on the curve.
  [[nodiscard]] static const P256Verifier* holding(const EcPoint& point) {
    thread_local std::array<std::unique_ptr<P256Verifier>, kKept> kept;
    std::array<std::uint8_t, 65> encoded{0x04};
    std::ranges::copy(point.y, std::ranges::copy(point.x, encoded.begin() + 1).out);
    // The last bits of x are as good as random.
    auto& verifier = kept[(encoded[31] * 256U + encoded[32]) % kKept];
    if (verifier == nullptr) verifier.reset(new P256Verifier());
    return verifier->load(encoded) ? verifier.get() : nullptr;
  }

  [[nodiscard]] bool verify(BytesView message, BytesView der) const {
    const Digest256 digest = sha256(message);
    return EVP_PKEY_verify(context_.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
  }

 private:
  static constexpr std::size_t kKept = 1024;  ///< of about 4 kB each, made when they are needed

  P256Verifier() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")) {
    evp::require(key_ != nullptr);
    context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    evp::require(context_ != nullptr && EVP_PKEY_verify_init(context_.get()) == 1 &&
                 EVP_PKEY_CTX_set_signature_md(context_.get(), evp::sha256_md()) == 1);
  }

  bool load(const std::array<std::uint8_t, 65>& point) {
    if (point_ == point) return true;
    const bool done = EVP_PKEY_set1_encoded_public_key(key_.get(), point.data(), point.size()) == 1;
    point_ = done ? point : std::array<std::uint8_t, 65>{};  // after a failure nobody knows what the key holds
    return done;
  }

  evp::Key key_;
  evp::KeyContext context_;
  std::array<std::uint8_t, 65> point_{};  ///< what `key_` holds; begins with 0 while that is nothing of ours
};

/// P-384, P-521 and RSA: a context of their own for each signature.
bool verify_with_new_context(EVP_PKEY* key, const AlgorithmFacts& facts, BytesView message, BytesView signature) {
  const evp::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || EVP_PKEY_verify_init(context.get()) != 1) return false;
  const bool ready = facts.type == KeyType::Rsa ? set_rsa_scheme(context.get(), facts)
                                                : EVP_PKEY_CTX_set_signature_md(context.get(), facts.md()) == 1;
  const MessageDigest digest = digest_for(facts.algorithm, message);
  return ready &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.bytes.data(), digest.size) == 1;
}

/// Zero and values beyond the order are refused by the library.
bool verify_ec(const EcPoint& point, EVP_PKEY* ready, const AlgorithmFacts& facts, BytesView message, BytesView der) {
  if (point.curve != Curve::P256) return verify_with_new_context(ready, facts, message, der);
  const P256Verifier* const verifier = P256Verifier::holding(point);
  return verifier != nullptr && verifier->verify(message, der);
}

bool verify_ed25519(const Ed25519Point& point, BytesView message, BytesView signature) {
  start_sodium();
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), point.x.data()) == 0;
}

std::size_t bit_length(BytesView number) {
  return number.empty() ? 0 : number.size() * 8 - static_cast<std::size_t>(std::countl_zero(number.front()));
}

Result<void> check_rsa_numbers(const RsaNumbers& numbers) {
  if (numbers.n.empty() || numbers.e.empty() || numbers.n.front() == 0 || numbers.e.front() == 0) {
    return fail(ErrorCode::Malformed, "An RSA number is empty or has leading zeros.");
  }
  const std::size_t bits = bit_length(numbers.n);
  if (bits < kMinimumRsaBits || bits > kMaximumRsaBits) {
    return fail(ErrorCode::Malformed, "The RSA key has fewer than 2048 or more than 8192 bits.");
  }
  // An even modulus has no two odd primes; an exponent of more than 64 bits only makes verification slow for us.
  const bool odd = (numbers.n.back() & 1) == 1 && (numbers.e.back() & 1) == 1;
  if (!odd || bit_length(numbers.e) < 17 || numbers.e.size() > 8) {
    return fail(ErrorCode::Malformed, "The RSA modulus or exponent is unsound.");
  }
  if (has_roca_fingerprint(numbers.n)) return fail(ErrorCode::Malformed, "The RSA key was made by a faulty generator.");
  return {};
}

Result<Bytes> number_of(const EVP_PKEY* key, const char* name, std::size_t width) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
    return evp::refuse(ErrorCode::Malformed, "The key lacks a number.");
  const std::unique_ptr<BIGNUM, evp::Deleter<BN_free>> owned(number);
  const auto size = static_cast<std::size_t>(BN_num_bytes(number));
  Bytes out(std::max(width, size));
  if (BN_bn2binpad(number, out.data(), static_cast<int>(out.size())) < 0) {
    return evp::refuse(ErrorCode::Malformed, "The key has a number of the wrong size.");
  }
  return out;
}

Result<PublicKey> ec_key_of(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) {
    return evp::refuse(ErrorCode::Malformed, "The EC key has no named curve.");
  }
  const CurveFacts* const facts = find_curve(group.data());
  if (facts == nullptr) return fail(ErrorCode::Malformed, "The EC key is on a curve that is not allowed.");
  TRY_ASSIGN(Bytes x, number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, facts->width));
  TRY_ASSIGN(Bytes y, number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, facts->width));
  return PublicKey::from_ec({facts->curve, std::move(x), std::move(y)});
}

Result<PublicKey> ed25519_key_of(const EVP_PKEY* key) {
  Ed25519Point point;
  std::size_t size = point.x.size();
  if (EVP_PKEY_get_raw_public_key(key, point.x.data(), &size) != 1) {
    return evp::refuse(ErrorCode::Malformed, "The Ed25519 key has no public value.");
  }
  return PublicKey::from_ed25519(point.x);
}

Result<PublicKey> rsa_key_of(const EVP_PKEY* key) {
  TRY_ASSIGN(Bytes n, number_of(key, OSSL_PKEY_PARAM_RSA_N, 0));
  TRY_ASSIGN(Bytes e, number_of(key, OSSL_PKEY_PARAM_RSA_E, 0));
  return PublicKey::from_rsa({std::move(n), std::move(e)});
}

}  // namespace

Result<PublicKey> public_key_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") == 1) return ec_key_of(key);
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return ed25519_key_of(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) return rsa_key_of(key);
  return fail(ErrorCode::Malformed, "The key is of a kind that is not allowed.");
}

Result<PublicKey> PublicKey::from_ec(EcPoint point) {
  const CurveFacts& facts = facts_of(point.curve);
  if (point.x.size() != facts.width || point.y.size() != facts.width) {
    return fail(ErrorCode::Malformed, "An EC coordinate has the wrong length.");  // RFC7518-6.2.1.2
  }
  PublicKey key;
  if (point.curve != Curve::P256) {
    TRY_ASSIGN(evp::Key ready, make_ec_key(facts, encode_point(point)));
    key.ready_ = std::move(ready);
  } else if (P256Verifier::holding(point) == nullptr) {
    return evp::refuse(ErrorCode::Malformed, "The EC point is not on its curve.");
  }
  key.parts_ = std::move(point);
  return key;
}

Result<PublicKey> PublicKey::from_ed25519(BytesView x) {
  start_sodium();
  // Refuses points off the curve, of small order and outside the prime-order group: no honest key is one of them.
  if (x.size() != 32 || crypto_core_ed25519_is_valid_point(x.data()) != 1) {
    return fail(ErrorCode::Malformed, "The Ed25519 key is not a valid point.");
  }
  Ed25519Point point;
  std::ranges::copy(x, point.x.begin());
  PublicKey key;
  key.parts_ = point;
  return key;
}

Result<PublicKey> PublicKey::from_rsa(RsaNumbers numbers) {
  TRY(check_rsa_numbers(numbers));
  TRY_ASSIGN(evp::Key ready, make_rsa_key(numbers));
  PublicKey key;
  key.ready_ = std::move(ready);
  key.parts_ = std::move(numbers);
  return key;
}

Result<PublicKey> PublicKey::from_spki(BytesView der) {
  const std::uint8_t* at = der.data();
  const evp::Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (key == nullptr || at != der.data() + der.size()) {
    return evp::refuse(ErrorCode::Malformed, "The public key is not a SubjectPublicKeyInfo.");
  }
  return public_key_of(key.get());
}

Bytes PublicKey::to_spki() const {
  if (const auto* point = std::get_if<EcPoint>(&parts_)) {
    return joined(facts_of(point->curve).spki_prefix, encode_point(*point));
  }
  if (const auto* point = std::get_if<Ed25519Point>(&parts_)) return joined(kEd25519SpkiPrefix, point->x);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(ready_.get(), &der);
  evp::require(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

KeyType PublicKey::type() const {
  if (std::holds_alternative<EcPoint>(parts_)) return KeyType::Ec;
  return std::holds_alternative<RsaNumbers>(parts_) ? KeyType::Rsa : KeyType::Okp;
}

bool PublicKey::fits(SignatureAlgorithm algorithm) const {
  if (const auto* point = std::get_if<EcPoint>(&parts_)) return facts_of(point->curve).algorithm == algorithm;
  return facts_of(algorithm).type == type();
}

Result<void> PublicKey::verify(SignatureAlgorithm algorithm, BytesView message, BytesView signature) const {
  const auto* const ec = std::get_if<EcPoint>(&parts_);
  if (ec == nullptr || !fits(algorithm)) return verify_der(algorithm, message, signature);
  // RFC7518-3.4: exactly twice the width of the curve
  if (signature.size() != facts_of(ec->curve).width * 2) return bad_signature();
  const DerSignature der = der_from_raw_signature(signature);
  return verify_der(algorithm, message, BytesView(der.bytes).first(der.size));
}

Result<void> PublicKey::verify_der(SignatureAlgorithm algorithm, BytesView message, BytesView signature) const {
  // RFC8725-3.1: the key decides which algorithms it may be used with, not the message.
  if (!fits(algorithm)) return fail(ErrorCode::UnsupportedAlgorithm, "The key does not fit the signature algorithm.");
  const AlgorithmFacts& facts = facts_of(algorithm);
  bool valid = false;
  if (const auto* ec = std::get_if<EcPoint>(&parts_)) {
    valid = verify_ec(*ec, ready_.get(), facts, message, signature);
  } else if (const auto* okp = std::get_if<Ed25519Point>(&parts_)) {
    valid = verify_ed25519(*okp, message, signature);
  } else {
    // RFC8017-8.1.2: a signature is exactly as long as the modulus.
    valid = signature.size() == std::get<RsaNumbers>(parts_).n.size() &&
            verify_with_new_context(ready_.get(), facts, message, signature);
  }
  if (!valid) return bad_signature();
  return {};
}

}  // namespace signet::crypto
