// Vectors: https://github.com/C2SP/wycheproof, testvectors_v1 (Apache 2.0), trimmed as
// tests/vectors/wycheproof/README.md says.

#include <gtest/gtest.h>

#include "crypto/key.h"
#include "support/wycheproof.h"

namespace signet::crypto {
namespace {

struct Case {
  std::string file;
  SignatureAlgorithm algorithm;
  int count;         ///< tests whose key is allowed here
  int refused_keys;  ///< groups with an RSA exponent of 3
};

class Wycheproof : public testing::TestWithParam<Case> {};

Bytes hex_member(const json::object& object, std::string_view name) {
  return decode_hex(peek_string(object, name)).value();
}

TEST_P(Wycheproof, EveryVerdictIsTheOneOfTheVectors) {
  int seen = 0;
  int refused_keys = 0;
  const json::object file = test::load_wycheproof(GetParam().file);
  for (const auto& group : file.at("testGroups").as_array()) {
    const Bytes spki = hex_member(group.as_object(), "publicKeyDer");
    const auto key = PublicKey::from_spki(spki);
    if (!key) {
      ++refused_keys;
      continue;
    }
    EXPECT_EQ(key->to_spki(), spki);
    for (const auto& value : group.as_object().at("tests").as_array()) {
      const json::object& test = value.as_object();
      const auto verdict = key->verify(GetParam().algorithm, hex_member(test, "msg"), hex_member(test, "sig"));
      const auto expected = test::expected_result(test);
      ++seen;
      if (expected == test::Expected::Either) continue;
      EXPECT_EQ(verdict.has_value(), expected == test::Expected::Valid)
          << "tcId " << test.at("tcId").as_int64() << ": " << peek_string(test, "comment");
      if (!verdict) EXPECT_EQ(verdict.error().code, ErrorCode::BadSignature);
    }
  }
  EXPECT_EQ(seen, GetParam().count);
  EXPECT_EQ(refused_keys, GetParam().refused_keys);
}

INSTANTIATE_TEST_SUITE_P(Signatures, Wycheproof,
                         testing::Values(Case{"ecdsa_secp256r1_sha256_p1363", SignatureAlgorithm::ES256, 262, 0},
                                         Case{"ecdsa_secp384r1_sha384_p1363", SignatureAlgorithm::ES384, 280, 0},
                                         Case{"ecdsa_secp521r1_sha512_p1363", SignatureAlgorithm::ES512, 318, 0},
                                         Case{"ed25519", SignatureAlgorithm::EdDSA, 151, 0},
                                         Case{"rsa_pss_2048_sha256_mgf1_32", SignatureAlgorithm::PS256, 108, 0},
                                         Case{"rsa_signature_2048_sha256", SignatureAlgorithm::RS256, 257, 2}),
                         [](const auto& info) { return std::string(name_of(info.param.algorithm)); });

}  // namespace
}  // namespace signet::crypto
