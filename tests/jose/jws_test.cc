#include "jose/jws.h"

#include <gtest/gtest.h>

namespace signet::jose {
namespace {

using enum crypto::SignatureAlgorithm;

const Signer& ec_signer() {
  static const Signer signer{crypto::PrivateKey::generate(ES256).value(), ES256, "ec-1"};
  return signer;
}

/// A token with a header of the attacker's own and an honest signature over it.
std::string signed_with_header(std::string_view header) {
  std::string token = encode_base64url(as_bytes(header)) + "." + encode_base64url(as_bytes(R"({"sub":"a"})"));
  const Bytes signature = ec_signer().key.sign(ES256, as_bytes(token)).value();
  return token + "." + encode_base64url(signature);
}

ErrorCode refusal(std::string_view token) {
  const auto jws = UnverifiedJws::parse(token);
  return jws ? ErrorCode::Bug : jws.error().code;
}

Jwk as_jwk(const Signer& signer) {
  return {signer.key.public_key(), signer.kid, "sig", signer.alg, {}, {}};
}

TEST(ParseJws, NoneAndHmacAreRefusedInEverySpelling) {
  // RFC8725-3.1, RFC8725-3.2
  for (const auto alg :
       {"none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "es256", "ES256K", "RS1", "A128GCM"}) {
    EXPECT_EQ(refusal(signed_with_header(std::string(R"({"alg":")") + alg + "\"}")), ErrorCode::UnsupportedAlgorithm)
        << alg;
  }
  EXPECT_EQ(refusal(encode_base64url(as_bytes(R"({"alg":"none"})")) + ".e30."), ErrorCode::UnsupportedAlgorithm);
}

TEST(ParseJws, AnAlgorithmThatIsMissingOrNoTextIsRefused) {
  for (const auto header :
       {"{}", R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":["ES256"]})", R"({"alg":1})", R"({"ALG":"ES256"})"}) {
    EXPECT_EQ(refusal(signed_with_header(header)), ErrorCode::Malformed) << header;
  }
}

TEST(ParseJws, AnyCriticalExtensionIsRefused) {
  // RFC7515-4.1.11
  for (const auto crit : {R"(["exp"])", R"(["b64"])", "[]", "null", R"("x")"}) {
    EXPECT_EQ(refusal(signed_with_header(std::string(R"({"alg":"ES256","crit":)") + crit + "}")), ErrorCode::Malformed)
        << crit;
  }
  EXPECT_EQ(refusal(signed_with_header(R"({"alg":"ES256","b64":false})")), ErrorCode::Malformed);
}

TEST(ParseJws, AHeaderWithRepeatedNamesIsRefused) {
  EXPECT_EQ(refusal(signed_with_header(R"({"alg":"ES256","alg":"ES256"})")), ErrorCode::Malformed);
  EXPECT_EQ(refusal(signed_with_header(R"({"alg":"ES256","jwk":{"kty":"EC","kty":"RSA"}})")), ErrorCode::Malformed);
}

TEST(ParseJws, AHeaderThatIsNoObjectIsRefused) {
  for (const auto header : {"[]", "1", "\"ES256\"", "null", "", "{", R"({"alg":"ES256"}x)"}) {
    EXPECT_EQ(refusal(signed_with_header(header)), ErrorCode::Malformed) << header;
  }
}

TEST(ParseJws, MembersOfTheWrongTypeAreRefused) {
  for (const auto member : {R"("typ":1)", R"("kid":{})", R"("cty":[])", R"("kid":null)"}) {
    EXPECT_EQ(refusal(signed_with_header(std::string(R"({"alg":"ES256",)") + member + "}")), ErrorCode::Malformed)
        << member;
  }
}

// RFC7515-3.1
TEST(ParseJws, OnlyThreePartsOfStrictBase64UrlAreAToken) {
  const std::string good = sign_jws(ec_signer(), "JWT", "{}").value();
  ASSERT_TRUE(UnverifiedJws::parse(good));
  const auto first = good.find('.');
  const auto second = good.rfind('.');
  for (const auto& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + ".", "." + good, good + ".e30",
        good + "=", good + " ", " " + good, good + "\n", good.substr(0, second), good.substr(0, second + 1),
        good.substr(first), good.substr(0, first) + "=" + good.substr(first),
        good.substr(0, second) + "\n" + good.substr(second), good.substr(0, first) + "+" + good.substr(first),
        good.substr(0, second) + "/" + good.substr(second)}) {
    EXPECT_EQ(refusal(token), ErrorCode::Malformed) << token;
  }
}

TEST(ParseJws, ATokenBeyondTheLimitIsRefusedUnread) {
  EXPECT_EQ(refusal(std::string(16 * 1024 + 1, 'x')), ErrorCode::TooLarge);
  const std::string good = sign_jws(ec_signer(), "", "{}").value();
  EXPECT_EQ(UnverifiedJws::parse(good, good.size() - 1).error().code, ErrorCode::TooLarge);
  EXPECT_TRUE(UnverifiedJws::parse(good, good.size()));
}

TEST(ParseJws, ADeepHeaderIsRefused) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  EXPECT_EQ(refusal(signed_with_header(R"({"alg":"ES256","x":)" + deep + "}")), ErrorCode::Malformed);
}

TEST(ParseJws, AHeaderIsReadOnceAndARefusedOneNeverKept) {
  const std::string good = R"({"alg":"ES256","kid":"a"})";
  const auto first = UnverifiedJws::parse(signed_with_header(good)).value();
  const auto second = UnverifiedJws::parse(signed_with_header(good)).value();
  EXPECT_EQ(first.shared_header(), second.shared_header());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(refusal(signed_with_header(R"({"alg":"none"})")), ErrorCode::UnsupportedAlgorithm);
    EXPECT_EQ(refusal(signed_with_header(R"({"alg":"ES256","crit":["b64"]})")), ErrorCode::Malformed);
  }
}

TEST(ParseJws, ManyHeadersInTurnAreToldApart) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string kid = "kid-" + std::to_string(i);
      const auto jws = UnverifiedJws::parse(signed_with_header(R"({"alg":"ES256","kid":")" + kid + "\"}")).value();
      EXPECT_EQ(jws.header().kid, kid);
    }
  }
}

TEST(ParseJws, TheTypeIsNormalised) {
  // RFC7515-4.1.9
  const auto typ = [](std::string_view text) {
    return UnverifiedJws::parse(sign_jws(ec_signer(), text, "{}").value())->header().typ;
  };
  EXPECT_EQ(typ("application/at+JWT"), "at+jwt");
  EXPECT_EQ(typ("DPoP+jwt"), "dpop+jwt");
  EXPECT_EQ(typ("Application/dpop+jwt"), "dpop+jwt");
  EXPECT_EQ(typ("application/a/b"), "application/a/b");
  EXPECT_EQ(typ(""), "");
}

TEST(VerifyJws, AnyChangeOfHeaderPayloadOrSignatureIsRefused) {
  const std::string token = sign_jws(ec_signer(), "JWT", R"({"sub":"alice","admin":false})").value();
  for (std::size_t i = 0; i < token.size(); i += 3) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto jws = UnverifiedJws::parse(changed);
    EXPECT_FALSE(jws && jws->verify(ec_signer().key.public_key())) << i;
  }
}

TEST(VerifyJws, TheKeyInTheHeaderIsNeverTrusted) {
  const Signer attacker{crypto::PrivateKey::generate(ES256).value(), ES256, "ec-1"};
  const std::string header =
      R"({"alg":"ES256","kid":"ec-1","jwk":)" + render_public_jwk(attacker.key.public_key()) + "}";
  const auto jws = UnverifiedJws::parse(sign_jws_with_header(attacker, header, "{}").value()).value();
  EXPECT_EQ(jws.verify(ec_signer().key.public_key()).error().code, ErrorCode::BadSignature);
  EXPECT_EQ(jws.verify(JwkSet({as_jwk(ec_signer())})).error().code, ErrorCode::BadSignature);
  EXPECT_TRUE(jws.verify(attacker.key.public_key()));
}

TEST(VerifyJws, AKeyOfAnotherAlgorithmIsRefused) {
  const Signer okp{crypto::PrivateKey::generate(EdDSA).value(), EdDSA, "okp"};
  const auto jws = UnverifiedJws::parse(sign_jws(okp, "", "{}").value()).value();
  EXPECT_EQ(jws.verify(ec_signer().key.public_key()).error().code, ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(jws.verify(JwkSet({as_jwk(ec_signer())})).error().code, ErrorCode::UnknownKey);
}

TEST(VerifyJws, AnUnknownKidIsAnUnknownKeyAndAMissingOneTriesAll) {
  const JwkSet keys({as_jwk({crypto::PrivateKey::generate(ES256).value(), ES256, "other"}), as_jwk(ec_signer())});
  Signer renamed = ec_signer();
  renamed.kid = "gone";
  EXPECT_EQ(UnverifiedJws::parse(sign_jws(renamed, "", "{}").value())->verify(keys).error().code,
            ErrorCode::UnknownKey);
  renamed.kid = "other";
  EXPECT_EQ(UnverifiedJws::parse(sign_jws(renamed, "", "{}").value())->verify(keys).error().code,
            ErrorCode::BadSignature);
  renamed.kid = "";
  EXPECT_TRUE(UnverifiedJws::parse(sign_jws(renamed, "", "{}").value())->verify(keys));
  EXPECT_EQ(UnverifiedJws::parse(sign_jws(renamed, "", "{}").value())->verify(JwkSet()).error().code,
            ErrorCode::UnknownKey);
}

TEST(VerifyJws, AtMostFourCandidatesAreTried) {
  std::vector<Jwk> keys;
  for (int i = 0; i < 4; ++i) keys.push_back(as_jwk({crypto::PrivateKey::generate(ES256).value(), ES256, "ec-1"}));
  keys.push_back(as_jwk(ec_signer()));
  const auto jws = UnverifiedJws::parse(sign_jws(ec_signer(), "", "{}").value()).value();
  EXPECT_EQ(jws.verify(JwkSet(keys)).error().code, ErrorCode::BadSignature);
  keys.erase(keys.begin());
  EXPECT_TRUE(jws.verify(JwkSet(keys)));
}

TEST(SignJws, AHeaderThatNamesAnotherAlgorithmIsRefused) {
  for (const auto header :
       {R"({"alg":"none"})", R"({"alg":"PS256"})", "{}", "[]", "x", R"({"alg":"ES256","alg":"ES256"})"}) {
    EXPECT_FALSE(sign_jws_with_header(ec_signer(), header, "{}")) << header;
  }
  EXPECT_FALSE(sign_jws({ec_signer().key, PS256, ""}, "", "{}"));
}

TEST(SignJws, WhatIsSignedIsVerified) {
  const auto jws = UnverifiedJws::parse(sign_jws(ec_signer(), "at+jwt", R"({"sub":"a"})").value()).value();
  EXPECT_EQ(jws.header().alg, ES256);
  EXPECT_EQ(jws.header().kid, "ec-1");
  EXPECT_EQ(jws.peek_payload(), R"({"sub":"a"})");
  EXPECT_EQ(jws.verify(ec_signer().key.public_key()).value(), R"({"sub":"a"})");
  EXPECT_EQ(jws.verify(JwkSet({as_jwk(ec_signer())})).value(), R"({"sub":"a"})");
}

// RFC 7515 appendix A.3.
TEST(VerifyJws, TheEs256ExampleOfRfc7515IsAccepted) {
  const auto jws = UnverifiedJws::parse(
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  const auto key = parse_public_jwk(
      parse_json_object(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})")
          .value());
  EXPECT_EQ(jws->verify(key->key).value(),
            "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
}

// RFC 8037 appendix A.4 and A.5.
// RFC8037-3.1
TEST(VerifyJws, TheEd25519ExampleOfRfc8037IsMadeAndAccepted) {
  constexpr std::string_view kToken =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  const auto seed = decode_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").value();
  const Signer signer{crypto::PrivateKey::from_ed25519(SecretBytes(seed)).value(), EdDSA, ""};
  EXPECT_EQ(sign_jws(signer, "", "Example of Ed25519 signing").value(), kToken);
  EXPECT_EQ(UnverifiedJws::parse(kToken)->verify(signer.key.public_key()).value(), "Example of Ed25519 signing");
}

}  // namespace
}  // namespace signet::jose
