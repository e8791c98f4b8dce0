#include "jose/jwk.h"

#include <gtest/gtest.h>

#include "jose/jwks.h"

namespace signet::jose {
namespace {

using enum crypto::SignatureAlgorithm;

// RFC 7515 appendix A.3.1.
constexpr std::string_view kEc = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                 R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kEcD = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
// RFC 8037 appendix A.1 and A.2.
constexpr std::string_view kOkp = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kOkpD = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
// RFC 7638 section 3.1.
constexpr std::string_view kRsa =
    R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV)"
    R"(4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5h)"
    R"(ajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",)"
    R"("e":"AQAB","alg":"RS256","kid":"2011-04-29"})";

json::object object(std::string_view text) {
  return parse_json_object(text).value();
}

template <class T>
json::object with(std::string_view base, std::string_view name, const T& value) {
  json::object out = object(base);
  if constexpr (std::is_convertible_v<T, std::string_view>) {
    out[name] = std::string_view(value);
  } else {
    out[name] = value;
  }
  return out;
}

json::object without(std::string_view base, std::string_view name) {
  json::object out = object(base);
  out.erase(name);
  return out;
}

ErrorCode refusal(const json::object& jwk) {
  const auto parsed = parse_public_jwk(jwk);
  return parsed ? ErrorCode::Bug : parsed.error().code;
}

TEST(PublicJwk, AnyPrivateOrSymmetricMemberIsRefused) {
  // RFC9449-4.3: the jwk of a proof holds no private key.
  for (const auto name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    for (const auto base : {kEc, kOkp, kRsa}) EXPECT_EQ(refusal(with(base, name, "AQ")), ErrorCode::Malformed) << name;
    EXPECT_EQ(refusal(with(kEc, name, nullptr)), ErrorCode::Malformed) << name;
  }
  EXPECT_FALSE(parse_public_jwk(object(R"({"kty":"oct","k":"AAAA"})")));
  EXPECT_FALSE(parse_public_jwk(object(R"({"kty":"oct"})")));
}

// RFC7517-4.1, RFC7518-6
TEST(PublicJwk, AMissingMemberIsRefused) {
  for (const auto name : {"kty", "x", "y"}) EXPECT_EQ(refusal(without(kEc, name)), ErrorCode::Malformed) << name;
  EXPECT_EQ(refusal(without(kOkp, "x")), ErrorCode::Malformed);
  for (const auto name : {"n", "e"}) EXPECT_EQ(refusal(without(kRsa, name)), ErrorCode::Malformed) << name;
  EXPECT_EQ(refusal(without(kEc, "crv")), ErrorCode::UnsupportedAlgorithm);
}

TEST(PublicJwk, AMemberOfTheWrongTypeIsRefused) {
  for (const auto name : {"kty", "kid", "use", "alg", "key_ops", "x5c"})
    EXPECT_EQ(refusal(with(kEc, name, 1)), ErrorCode::Malformed) << name;
  for (const auto name : {"x", "y"}) EXPECT_EQ(refusal(with(kEc, name, json::array{})), ErrorCode::Malformed) << name;
}

TEST(PublicJwk, UnknownTypesCurvesAndAlgorithmsAreUnsupported) {
  EXPECT_EQ(refusal(with(kEc, "kty", "ec")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kEc, "crv", "secp256k1")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kEc, "crv", "p-256")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kOkp, "crv", "X25519")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kEc, "alg", "none")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kEc, "alg", "HS256")), ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(refusal(with(kRsa, "alg", "RSA-OAEP")), ErrorCode::UnsupportedAlgorithm);
}

// RFC7518-6.2.1.2
TEST(PublicJwk, CoordinatesHaveTheirExactLengthAndLieOnTheCurve) {
  const Bytes x = decode_base64url(peek_string(object(kEc), "x")).value();
  Bytes longer = x;
  longer.insert(longer.begin(), 0);
  EXPECT_EQ(refusal(with(kEc, "x", encode_base64url(longer))), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "x", encode_base64url(BytesView(x).first(31)))), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "x", peek_string(object(kEc), "y"))), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "crv", "P-384")), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "x", std::string(peek_string(object(kEc), "x")) + "=")), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kOkp, "x", encode_base64url(Bytes(32)))), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kRsa, "n", encode_base64url(Bytes(128, 0xff)))), ErrorCode::Malformed);
}

TEST(PublicJwk, AnAlgorithmThatDoesNotFitItsKeyIsRefused) {
  EXPECT_EQ(refusal(with(kEc, "alg", "ES384")), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "alg", "PS256")), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kRsa, "alg", "ES256")), ErrorCode::Malformed);
}

// RFC7517-4.3
TEST(PublicJwk, OperationsThatStandTwiceOrAllowNothingAreRefused) {
  EXPECT_EQ(refusal(with(kEc, "key_ops", json::array{"verify", "verify"})), ErrorCode::Malformed);
  EXPECT_EQ(refusal(with(kEc, "key_ops", json::array{})), ErrorCode::Malformed);
}

TEST(PublicJwk, AKeyMayOnlyDoWhatItSays) {
  EXPECT_TRUE(parse_public_jwk(object(kEc))->may_verify(ES256));
  EXPECT_FALSE(parse_public_jwk(object(kEc))->may_verify(ES384));
  EXPECT_FALSE(parse_public_jwk(with(kEc, "use", "enc"))->may_verify(ES256));
  EXPECT_FALSE(parse_public_jwk(with(kEc, "use", "SIG"))->may_verify(ES256));
  EXPECT_TRUE(parse_public_jwk(with(kEc, "use", "sig"))->may_verify(ES256));
  EXPECT_FALSE(parse_public_jwk(with(kEc, "key_ops", json::array{"sign"}))->may_verify(ES256));
  EXPECT_TRUE(parse_public_jwk(with(kEc, "key_ops", json::array{"sign", "verify"}))->may_verify(ES256));
  const Jwk rsa = parse_public_jwk(object(kRsa)).value();
  EXPECT_TRUE(rsa.may_verify(RS256));
  EXPECT_FALSE(rsa.may_verify(PS256));
  const Jwk any_rsa = parse_public_jwk(without(kRsa, "alg")).value();
  EXPECT_TRUE(any_rsa.may_verify(PS256) && any_rsa.may_verify(PS512) && any_rsa.may_verify(RS256));
}

// RFC7517-4.7
TEST(PublicJwk, CertificatesAreDecoded) {
  EXPECT_EQ(parse_public_jwk(with(kEc, "x5c", json::array{"AQID"}))->x5c.front(), (Bytes{1, 2, 3}));
  EXPECT_EQ(refusal(with(kEc, "x5c", json::array{"-_-_"})), ErrorCode::Malformed);
}

// RFC7638-3
TEST(Thumbprint, TheVectorsOfTheRfcsComeOut) {
  const auto of = [](std::string_view text) { return thumbprint(parse_public_jwk(object(text))->key); };
  EXPECT_EQ(of(kRsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");  // RFC 7638 section 3.1
  EXPECT_EQ(of(kOkp), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");  // RFC 8037 appendix A.3
  // RFC 9449 section 4.1 (the proof's key) and section 6.1 (its jkt).
  EXPECT_EQ(of(R"({"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",)"
               R"("y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"})"),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

// RFC7638-3.2
TEST(Thumbprint, OtherMembersDoNotChangeIt) {
  EXPECT_EQ(thumbprint(parse_public_jwk(with(kEc, "kid", "other"))->key),
            thumbprint(parse_public_jwk(object(kEc))->key));
}

TEST(RenderedJwk, WhatIsWrittenIsReadBack) {
  for (const auto text : {kEc, kOkp, kRsa}) {
    const Jwk jwk = parse_public_jwk(object(text)).value();
    EXPECT_EQ(parse_public_jwk(object(render_public_jwk(jwk.key)))->key, jwk.key);
  }
  json::object full = with(kEc, "kid", "k1");
  full["use"] = "sig";
  full["alg"] = "ES256";
  full["key_ops"] = json::array{"verify"};
  full["x5c"] = json::array{"AQID"};
  EXPECT_EQ(to_json(parse_public_jwk(full).value()), full);
}

TEST(PrivateJwk, APrivateValueThatDoesNotBelongToThePublicOneIsRefused) {
  EXPECT_FALSE(parse_private_jwk(object(kEc)));
  EXPECT_FALSE(parse_private_jwk(object(kOkp)));
  EXPECT_FALSE(parse_private_jwk(with(kEc, "d", kOkpD)));
  EXPECT_FALSE(parse_private_jwk(with(kOkp, "d", kEcD)));
  EXPECT_FALSE(parse_private_jwk(with(kRsa, "d", "AQAB")));
  EXPECT_FALSE(parse_private_jwk(object(R"({"kty":"oct","k":"AAAA"})")));
}

// RFC7518-6.3.2.7
TEST(PrivateJwk, AKeyWithMoreThanTwoPrimesIsUnsupported) {
  EXPECT_EQ(parse_private_jwk(with(kRsa, "oth", json::array{})).error().code, ErrorCode::UnsupportedAlgorithm);
}

TEST(PrivateJwk, TheKeysOfTheRfcsAreRead) {
  const PrivateJwk ec = parse_private_jwk(with(kEc, "d", kEcD)).value();
  EXPECT_EQ(ec.key.public_key(), parse_public_jwk(object(kEc))->key);
  const PrivateJwk okp = parse_private_jwk(with(kOkp, "d", kOkpD)).value();
  EXPECT_EQ(okp.key.public_key(), parse_public_jwk(object(kOkp))->key);
}

// The numbers of RFC 7515 appendix A.2.1.
TEST(PrivateJwk, AnRsaKeyOfTwoPrimesIsRead) {
  constexpr std::string_view kFull =
      R"({"kty":"RSA","kid":"r","alg":"PS256",)"
      R"("n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs)"
      R"(D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD)"
      R"(Zlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",)"
      R"("e":"AQAB",)"
      R"("d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0)"
      R"(BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQ)"
      R"(UShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",)"
      R"("p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPG)"
      R"(BY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",)"
      R"("q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA)"
      R"(-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",)"
      R"("dp":"BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb)"
      R"(34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",)"
      R"("dq":"h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-ky)"
      R"(NlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",)"
      R"("qi":"IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKL)"
      R"(EdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"})";
  const PrivateJwk jwk = parse_private_jwk(object(kFull)).value();
  EXPECT_EQ(jwk.kid, "r");
  EXPECT_EQ(jwk.alg, PS256);
  const Bytes signature = jwk.key.sign(PS256, as_bytes("m")).value();
  EXPECT_TRUE(jwk.key.public_key().verify(PS256, as_bytes("m"), signature));
  for (const auto name : {"d", "p", "q", "dp", "dq", "qi"}) {
    EXPECT_FALSE(parse_private_jwk(without(kFull, name))) << name;
    EXPECT_FALSE(parse_private_jwk(with(kFull, name, "AQAB"))) << name;
  }
}

TEST(JwkSet, PrivateOrSymmetricMembersSpoilTheWholeSet) {
  for (const auto& bad : {with(kEc, "d", kEcD), object(R"({"kty":"oct"})"), object(R"({"kty":"oct","k":"AA"})"),
                          object(R"({"kty":"unknown","k":"AA"})")}) {
    EXPECT_EQ(parse_jwk_set(json::object{{"keys", json::array{object(kOkp), bad}}}).error().code, ErrorCode::Malformed);
  }
}

TEST(JwkSet, WhatIsNoSetIsRefused) {
  for (const auto text :
       {"{}", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":null})", "[]", "x", R"({"keys":[],"keys":[]})"}) {
    EXPECT_FALSE(parse_jwk_set(text)) << text;
  }
  json::array many;
  for (int i = 0; i < 65; ++i) many.emplace_back(object(kOkp));
  EXPECT_EQ(parse_jwk_set(json::object{{"keys", many}}).error().code, ErrorCode::TooLarge);
}

// RFC7517-5
TEST(JwkSet, KeysThatAreNotUnderstoodAreLeftOut) {
  const json::array keys{with(kEc, "kty", "PQ"), with(kEc, "use", "wrap"), with(kEc, "crv", "P-512"),
                         with(kEc, "x", "AA"), object(kEc)};
  const JwkSet set = parse_jwk_set(json::object{{"keys", keys}}).value();
  EXPECT_EQ(set.keys().size(), 1U);
  EXPECT_TRUE(parse_jwk_set(R"({"keys":[]})")->empty());
}

TEST(JwkSet, ADuplicateKidIsToldApartByTypeUseAndAlgorithm) {
  // FAPI2-SP-FINAL-5.4
  const auto named = [](json::object key) {
    key["kid"] = "k";
    return key;
  };
  const json::array keys{named(object(kEc)), named(object(kOkp)), named(with(kEc, "use", "enc")), named(object(kRsa)),
                         object(kEc)};
  const JwkSet set = parse_jwk_set(json::object{{"keys", keys}}).value();
  ASSERT_EQ(set.candidates("k", ES256).size(), 1U);
  EXPECT_EQ(set.candidates("k", ES256).front(), &set.keys().front());
  EXPECT_EQ(set.candidates("k", EdDSA).size(), 1U);
  EXPECT_EQ(set.candidates("k", RS256).size(), 1U);
  EXPECT_TRUE(set.candidates("k", PS256).empty());
  EXPECT_TRUE(set.candidates("other", ES256).empty());
  EXPECT_EQ(set.candidates("", ES256).size(), 2U);
}

TEST(JwkSet, WhatIsWrittenIsReadBack) {
  const JwkSet set = parse_jwk_set(json::object{{"keys", json::array{object(kEc), object(kRsa)}}}).value();
  EXPECT_EQ(to_json(parse_jwk_set(render_json(to_json(set))).value()), to_json(set));
}

}  // namespace
}  // namespace signet::jose
