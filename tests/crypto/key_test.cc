#include "crypto/key.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <thread>

#include "crypto/ecdsa_signature.h"
#include "crypto/random.h"

namespace signet::crypto {
namespace {

using enum SignatureAlgorithm;

constexpr SignatureAlgorithm kAll[] = {ES256, ES384, ES512, PS256, PS384, PS512, RS256, EdDSA};

/// RSA keys are slow to make, so one serves the whole program.
const PrivateKey& key_for(SignatureAlgorithm algorithm) {
  static const PrivateKey p256 = PrivateKey::generate(ES256).value();
  static const PrivateKey p384 = PrivateKey::generate(ES384).value();
  static const PrivateKey p521 = PrivateKey::generate(ES512).value();
  static const PrivateKey okp = PrivateKey::generate(EdDSA).value();
  static const PrivateKey rsa = PrivateKey::generate(PS256).value();
  switch (algorithm) {
    case ES256:
      return p256;
    case ES384:
      return p384;
    case ES512:
      return p521;
    case EdDSA:
      return okp;
    default:
      return rsa;
  }
}

Bytes signed_by(SignatureAlgorithm algorithm, std::string_view message) {
  return key_for(algorithm).sign(algorithm, as_bytes(message)).value();
}

class EveryAlgorithm : public testing::TestWithParam<SignatureAlgorithm> {};

TEST_P(EveryAlgorithm, AnyChangedByteOfTheSignatureIsRefused) {
  const PublicKey& key = key_for(GetParam()).public_key();
  const Bytes signature = signed_by(GetParam(), "message");
  for (std::size_t i = 0; i < signature.size(); i += 5) {
    Bytes changed = signature;
    changed[i] ^= 0x04;
    const auto verdict = key.verify(GetParam(), as_bytes("message"), changed);
    ASSERT_FALSE(verdict) << i;
    EXPECT_EQ(verdict.error().code, ErrorCode::BadSignature);
  }
}

TEST_P(EveryAlgorithm, AnotherMessageOrKeyIsRefused) {
  const Bytes signature = signed_by(GetParam(), "message");
  EXPECT_FALSE(key_for(GetParam()).public_key().verify(GetParam(), as_bytes("messagf"), signature));
  EXPECT_FALSE(key_for(GetParam()).public_key().verify(GetParam(), {}, signature));
  if (key_for(GetParam()).public_key().type() == KeyType::Rsa) return;
  const PrivateKey other = PrivateKey::generate(GetParam()).value();
  EXPECT_FALSE(other.public_key().verify(GetParam(), as_bytes("message"), signature));
}

// RFC7518-3.4, RFC8017-8.1.2
TEST_P(EveryAlgorithm, ASignatureOfAnotherLengthIsRefused) {
  const PublicKey& key = key_for(GetParam()).public_key();
  const Bytes signature = signed_by(GetParam(), "message");
  EXPECT_FALSE(key.verify(GetParam(), as_bytes("message"), {}));
  EXPECT_FALSE(key.verify(GetParam(), as_bytes("message"), BytesView(signature).first(signature.size() - 1)));
  Bytes longer = signature;
  longer.push_back(0);
  EXPECT_FALSE(key.verify(GetParam(), as_bytes("message"), longer));
  Bytes leading{0};
  leading.insert(leading.end(), signature.begin(), signature.end());
  EXPECT_FALSE(key.verify(GetParam(), as_bytes("message"), leading));
}

TEST_P(EveryAlgorithm, AKeyOfAnotherKindIsRefusedBeforeAnyArithmetic) {
  for (const auto other : kAll) {
    const PrivateKey& key = key_for(other);
    if (key.public_key().fits(GetParam())) continue;
    EXPECT_EQ(key.public_key().verify(GetParam(), as_bytes("m"), Bytes(64)).error().code,
              ErrorCode::UnsupportedAlgorithm);
    EXPECT_EQ(key.sign(GetParam(), as_bytes("m")).error().code, ErrorCode::UnsupportedAlgorithm);
  }
}

TEST_P(EveryAlgorithm, AnHonestSignatureIsAccepted) {
  for (int i = 0; i < 5; ++i) {
    const std::string message(static_cast<std::size_t>(i) * 100, 'm');
    EXPECT_TRUE(key_for(GetParam()).public_key().verify(GetParam(), as_bytes(message), signed_by(GetParam(), message)));
  }
}

TEST_P(EveryAlgorithm, AKeySurvivesItsFileForms) {
  const PrivateKey& key = key_for(GetParam());
  const PrivateKey from_der = PrivateKey::from_pkcs8(key.to_pkcs8()).value();
  const PrivateKey from_pem = PrivateKey::from_pem(key.to_pem()).value();
  EXPECT_TRUE(key.to_pem().reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(from_der.public_key(), key.public_key());
  EXPECT_EQ(from_pem.public_key(), key.public_key());
  EXPECT_EQ(PublicKey::from_spki(key.public_key().to_spki()).value(), key.public_key());
  const Bytes signature = from_pem.sign(GetParam(), as_bytes("m")).value();
  EXPECT_TRUE(key.public_key().verify(GetParam(), as_bytes("m"), signature));
}

TEST_P(EveryAlgorithm, FailuresLeaveNothingInTheErrorQueue) {
  const Bytes zeros(key_for(GetParam()).public_key().type() == KeyType::Rsa ? 256 : 64);
  EXPECT_FALSE(key_for(GetParam()).public_key().verify(GetParam(), as_bytes("m"), zeros));
  EXPECT_FALSE(PublicKey::from_spki(as_bytes("nonsense")));
  EXPECT_FALSE(PrivateKey::from_pem(SecretText(std::string("nonsense"))));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Key, EveryAlgorithm, testing::ValuesIn(kAll),
                         [](const auto& info) { return std::string(name_of(info.param)); });

// RFC7518-3.1, RFC9864-2.2
TEST(AlgorithmNames, NoneHmacAndOtherSpellingsAreNoAlgorithms) {
  for (const auto name : {"", "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "es256", "ES256 ", "ES256K",
                          "RS1", "RS384", "RS512", "ES521", "Ed448", "EDDSA", "ed25519"}) {
    EXPECT_FALSE(find_signature_algorithm(name)) << name;
  }
  for (const auto algorithm : kAll) EXPECT_EQ(find_signature_algorithm(name_of(algorithm)), algorithm);
  EXPECT_EQ(find_signature_algorithm("Ed25519"), EdDSA);
}

TEST(EcKey, APointOffItsCurveIsRefused) {
  for (const auto algorithm : {ES256, ES384, ES512}) {
    auto point = std::get<EcPoint>(key_for(algorithm).public_key().parts());
    point.y.back() ^= 1;
    EXPECT_EQ(PublicKey::from_ec(point).error().code, ErrorCode::Malformed);
    EXPECT_FALSE(PublicKey::from_ec({point.curve, Bytes(point.x.size()), Bytes(point.x.size())}));
    EXPECT_FALSE(PublicKey::from_ec({point.curve, Bytes(point.x.size(), 0xff), Bytes(point.x.size(), 0xff)}));
  }
}

TEST(EcKey, ACoordinateOfAnotherLengthIsRefused) {
  const auto point = std::get<EcPoint>(key_for(ES256).public_key().parts());
  EcPoint shorter = point;
  shorter.x.pop_back();
  EcPoint longer = point;
  longer.y.insert(longer.y.begin(), 0);
  EXPECT_FALSE(PublicKey::from_ec(shorter));
  EXPECT_FALSE(PublicKey::from_ec(longer));
  EXPECT_FALSE(PublicKey::from_ec({Curve::P384, point.x, point.y}));
}

TEST(EcKey, ABadPointInBetweenDoesNotDisturbTheThreadsVerifier) {
  const auto good = std::get<EcPoint>(key_for(ES256).public_key().parts());
  EcPoint bad = good;
  bad.y.front() ^= 1;
  const Bytes signature = signed_by(ES256, "m");
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(PublicKey::from_ec(bad));
    EXPECT_TRUE(key_for(ES256).public_key().verify(ES256, as_bytes("m"), signature));
    const PrivateKey other = PrivateKey::generate(ES256).value();
    EXPECT_FALSE(other.public_key().verify(ES256, as_bytes("m"), signature));
  }
}

/// p - y: on the curve with the same x, and a key of somebody else.
Bytes mirrored(const Bytes& y) {
  constexpr std::uint8_t kPrime[32] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    1,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  Bytes out(32);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = kPrime[i] - y[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    out[i] = static_cast<std::uint8_t>(digit & 0xff);
  }
  return out;
}

TEST(EcKey, TheMirroredPointIsAnotherKey) {
  const auto point = std::get<EcPoint>(key_for(ES256).public_key().parts());
  const PublicKey mirror = PublicKey::from_ec({point.curve, point.x, mirrored(point.y)}).value();
  const Bytes signature = signed_by(ES256, "m");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(key_for(ES256).public_key().verify(ES256, as_bytes("m"), signature));
    EXPECT_FALSE(mirror.verify(ES256, as_bytes("m"), signature));
  }
}

TEST(EcKey, ManyKeysInTurnVerifyTheirOwnSignaturesOnly) {
  struct Signed {
    PublicKey key;
    Bytes signature;
  };
  std::vector<Signed> all;
  for (int i = 0; i < 1200; ++i) {
    const PrivateKey key = PrivateKey::generate(ES256).value();
    all.push_back({key.public_key(), key.sign(ES256, as_bytes("m")).value()});
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(all[i].key.verify(ES256, as_bytes("m"), all[i].signature));
    EXPECT_FALSE(all[i].key.verify(ES256, as_bytes("m"), all[(i + 1) % all.size()].signature));
  }
}

TEST(EcKey, ADerSignatureIsAcceptedInItsOneFormOnly) {
  for (const auto algorithm : {SignatureAlgorithm::ES256, SignatureAlgorithm::ES384, SignatureAlgorithm::ES512}) {
    const BytesView message = as_bytes("what was signed");
    const PrivateKey& key = key_for(algorithm);
    const Bytes raw = key.sign(algorithm, message).value();
    const DerSignature made = der_from_raw_signature(raw);
    const Bytes der(made.bytes.begin(), made.bytes.begin() + static_cast<std::ptrdiff_t>(made.size));
    const auto code = [&](const Bytes& signature) {
      const auto done = key.public_key().verify_der(algorithm, message, signature);
      return done ? std::optional<ErrorCode>() : done.error().code;
    };
    EXPECT_EQ(code(der), std::nullopt);
    EXPECT_EQ(code(raw), ErrorCode::BadSignature);
    EXPECT_EQ(code({}), ErrorCode::BadSignature);
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_EQ(code(longer), ErrorCode::BadSignature);
    EXPECT_EQ(code(Bytes(der.begin(), der.end() - 1)), ErrorCode::BadSignature);
    Bytes padded = der;  // r with a zero before it that it does not need
    const std::size_t header = der[1] == 0x81 ? 3 : 2;
    padded.insert(padded.begin() + static_cast<std::ptrdiff_t>(header) + 2, {0, 0});
    padded[header - 1] = static_cast<std::uint8_t>(padded[header - 1] + 2);
    padded[header + 1] = static_cast<std::uint8_t>(padded[header + 1] + 2);
    EXPECT_EQ(code(padded), ErrorCode::BadSignature);
  }
}

TEST(EcKey, ManyThreadsMayUseOneKey) {
  const PrivateKey& key = key_for(ES256);
  std::atomic<int> failed = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string message = std::to_string(t);
      for (int i = 0; i < 50; ++i) {
        const auto signature = key.sign(ES256, as_bytes(message));
        failed += signature && key.public_key().verify(ES256, as_bytes(message), *signature) ? 0 : 1;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failed, 0);
}

TEST(EcKey, APrivateValueOfAnotherPublicKeyIsRefused) {
  const PrivateKey& key = key_for(ES256);
  const auto point = std::get<EcPoint>(key.public_key().parts());
  const auto other = std::get<EcPoint>(PrivateKey::generate(ES256)->public_key().parts());
  const SecretBytes d = key.private_value().value();
  EXPECT_FALSE(PrivateKey::from_ec(other, d));
  EXPECT_FALSE(PrivateKey::from_ec(point, SecretBytes(Bytes(32))));
  EXPECT_FALSE(PrivateKey::from_ec(point, SecretBytes(Bytes(32, 0xff))));
  EXPECT_FALSE(PrivateKey::from_ec(point, SecretBytes(Bytes(31, 1))));
  EXPECT_EQ(PrivateKey::from_ec(point, d)->public_key(), key.public_key());
}

TEST(Ed25519Key, PointsOfSmallOrderAndOffTheCurveAreRefused) {
  // The eight points of small order and non-canonical forms, as in libsodium's own list (ed25519_ref10.c).
  for (const auto* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "0200000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_FALSE(PublicKey::from_ed25519(decode_hex(hex).value())) << hex;
  }
  EXPECT_FALSE(PublicKey::from_ed25519(Bytes(31, 1)));
  EXPECT_FALSE(PublicKey::from_ed25519(Bytes(33, 1)));
}

// RFC 8032 section 7.1, test 2.
TEST(Ed25519Key, TheVectorOfRfc8032ComesOut) {
  const auto seed = decode_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
  const PrivateKey key = PrivateKey::from_ed25519(SecretBytes(seed)).value();
  EXPECT_EQ(encode_hex(std::get<Ed25519Point>(key.public_key().parts()).x),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(encode_hex(key.sign(EdDSA, Bytes{0x72}).value()),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4"
            "302aeeb00d"
            "291612bb0c00");
  EXPECT_EQ(key.private_value()->reveal(), seed);
}

TEST(RsaKey, SizesAndExponentsOutsideTheRangeAreRefused) {
  const auto good = std::get<RsaNumbers>(key_for(PS256).public_key().parts());
  EXPECT_EQ(good.n.size(), 256U);
  const auto with = [&](Bytes n, Bytes e) { return PublicKey::from_rsa({std::move(n), std::move(e)}).has_value(); };
  EXPECT_TRUE(with(good.n, good.e));
  EXPECT_FALSE(with({}, good.e));
  EXPECT_FALSE(with(good.n, {}));
  for (const Bytes& e : {Bytes{1}, Bytes{3}, Bytes{17}, Bytes{1, 0, 0}, Bytes{0, 1, 0, 1}, Bytes(9, 0xff)}) {
    EXPECT_FALSE(with(good.n, e)) << encode_hex(e);
  }
  Bytes odd(128, 0xff);
  EXPECT_FALSE(with(odd, good.e));  // 1024 bits
  Bytes just_below(256, 0xff);
  just_below.front() = 0x7f;
  EXPECT_FALSE(with(just_below, good.e));  // 2047 bits
  EXPECT_FALSE(with(Bytes(1025, 0xff), good.e));
  Bytes even = good.n;
  even.back() &= 0xfe;
  EXPECT_FALSE(with(even, good.e));
  Bytes padded = good.n;
  padded.insert(padded.begin(), 0);
  EXPECT_FALSE(with(padded, good.e));
}

// RFC7518-3.5
TEST(RsaKey, APssSignatureIsNoPkcs1SignatureAndTheDigestsDoNotMix) {
  const PublicKey& key = key_for(PS256).public_key();
  for (const auto made : {PS256, PS384, PS512, RS256}) {
    const Bytes signature = signed_by(made, "m");
    for (const auto read : {PS256, PS384, PS512, RS256}) {
      EXPECT_EQ(key.verify(read, as_bytes("m"), signature).has_value(), made == read) << name_of(made) << name_of(read);
    }
  }
}

TEST(RsaKey, ThereIsNoSinglePrivateValue) {
  EXPECT_EQ(key_for(RS256).private_value().error().code, ErrorCode::UnsupportedAlgorithm);
}

TEST(PrivateKeyFiles, WhatIsNoAllowedKeyIsRefused) {
  EXPECT_FALSE(PrivateKey::from_pkcs8(SecretBytes()));
  EXPECT_FALSE(PrivateKey::from_pkcs8(SecretBytes(to_bytes("nonsense"))));
  Bytes longer = key_for(ES256).to_pkcs8().reveal();
  longer.push_back(0);
  EXPECT_FALSE(PrivateKey::from_pkcs8(SecretBytes(longer)));
  EXPECT_FALSE(PrivateKey::from_pem(SecretText()));
  // A key on secp256k1, made with `openssl genpkey`.
  EXPECT_FALSE(PrivateKey::from_pem(SecretText(std::string(R"(-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgmArRogvu2NDocprD5gTH
UfHqqChjV73GYhrQRGHIZY6hRANCAATf/COge4NWxW/+R7nmbN1YGiOpIP9xAtCw
33ASEtcMkjE9QMsBCaIGL+VIXLMnDTUfhwbrkDBaMXFZFA3YWc6O
-----END PRIVATE KEY-----
)"))));
}

TEST(PrivateKeyFiles, AnEncryptedFileIsRefusedWithoutAskingForItsPassword) {
  EXPECT_FALSE(PrivateKey::from_pem(SecretText(std::string(R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgP1uvWsm+cCgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMonBNdi5QIlL5euyP2hS3sEgZCY
rmpawtFlCujWtpMRsIybDhKfL+RjzyGGjW/FjT/Pxmkl1Qa/kb7oNcIfuYZb0Mx+
Wom6dGMwEIYYrIrlWUCepZUpBiykjcCVeHGnH7XWeReO0xvYkZ65eUE11s6eWTMN
GEtsWLaOUN3z42aTs4FaRBWU5AU6UIEs7txlKHxUDvIxBnYjJ094BfWI9ZzeboQ=
-----END ENCRYPTED PRIVATE KEY-----
)"))));
}

TEST(SystemRandom, ItDoesNotRepeatItself) {
  SystemRandom random;
  const std::string first = make_random_token(random);
  EXPECT_EQ(first.size(), 43U);
  EXPECT_NE(first, make_random_token(random));
  EXPECT_EQ(make_random_id(random).size(), 22U);
}

}  // namespace
}  // namespace signet::crypto
