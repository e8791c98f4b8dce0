#include "gateway/credential.h"

#include "gateway/private_keys.h"
#include "http/form.h"
#include "oauth/assertion_rfc7523.h"
#include "oauth/test_keys.h"
#include "support/fakes.h"

namespace signet::gateway {
namespace {

using test::code_of;
using test::kNow;
using enum crypto::SignatureAlgorithm;

constexpr std::string_view kIssuer = "https://as.example";

std::string make_set(std::string_view keys) {
  return fmt::format(R"({{"keys":[{}]}})", keys);
}
Result<void> parse_and_check(std::string_view text) {
  TRY_ASSIGN(const jose::Signer signer, parse_signer(text));
  return check_signer(signer);
}

TEST(GatewayKey, WhatIsNoPrivateKeyIsRefused) {
  const std::string rows[] = {"",
                              "nonsense",
                              "[]",
                              "{}",
                              R"({"kty":"oct","k":"AAAA"})",
                              "-----BEGIN PRIVATE KEY-----",
                              test::make_jwk(test::kEcPublic, R"("kid":"public")"),
                              test::make_jwk(test::kEcPublic, R"("d":"")"),
                              test::make_jwk(test::kEcPublic, R"("d":"AAAA")"),
                              test::make_jwk(test::kEcPublic, R"("d":7)")};
  for (const auto& text : rows) EXPECT_FALSE(parse_signer(text)) << text;
  for (const auto& text : rows) EXPECT_FALSE(parse_signer(make_set(text))) << text;
}

TEST(GatewayKey, ASetOfNoneOrTwoKeysIsRefused) {
  EXPECT_EQ(code_of(parse_signer(make_set(""))), ErrorCode::Malformed);
  EXPECT_EQ(code_of(parse_signer(make_set(test::ec_jwk() + "," + test::ed_jwk()))), ErrorCode::Malformed);
  EXPECT_EQ(code_of(parse_signer(make_set(test::ec_jwk() + "," + test::ec_jwk()))), ErrorCode::Malformed);
  EXPECT_EQ(code_of(parse_signer(R"({"keys":null})")), ErrorCode::Malformed);
  EXPECT_EQ(code_of(parse_signer(R"({"keys":{}})")), ErrorCode::Malformed);
  // The key beside an empty set is not the one that was meant
  EXPECT_EQ(code_of(parse_signer(test::make_jwk(test::kEcPublic, std::string(test::kEcPrivate) + R"(,"keys":[])"))),
            ErrorCode::Malformed);
}

TEST(GatewayKey, HalvesOfTwoKeysAreRefused) {
  EXPECT_FALSE(parse_and_check(test::mismatched_ec_jwk()));
  EXPECT_FALSE(parse_and_check(test::mismatched_ed_jwk()));
  EXPECT_FALSE(parse_and_check(make_set(test::mismatched_ec_jwk())));
}

TEST(GatewayKey, AnAlgorithmTheKeyCannotDoIsRefused) {
  for (const auto* alg : {"EdDSA", "PS256", "HS256", "none", "ECDH-ES", ""}) {
    EXPECT_FALSE(
        parse_and_check(test::make_jwk(test::kEcPublic, fmt::format(R"({},"alg":"{}")", test::kEcPrivate, alg))))
        << alg;
  }
}

TEST(GatewayKey, AKeyIsReadAloneOrInASetOfOne) {
  for (const auto& text : {test::ec_jwk(), make_set(test::ec_jwk())}) {
    const auto signer = parse_signer(text);
    ASSERT_TRUE(signer);
    EXPECT_EQ(signer->alg, ES256);
    EXPECT_EQ(signer->kid, "");
    EXPECT_TRUE(check_signer(*signer));
  }
}

TEST(GatewayKey, ItsAlgorithmIsTheOneItNamesOrTheOneThatFits) {
  EXPECT_EQ(parse_signer(test::ed_jwk())->alg, EdDSA);
  EXPECT_TRUE(parse_and_check(test::ed_jwk()));
  const std::string named = std::string(test::kEcPrivate) + R"(,"alg":"ES256","kid":"gateway-1")";
  const auto signer = parse_signer(test::make_jwk(test::kEcPublic, named));
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->alg, ES256);
  EXPECT_EQ(signer->kid, "gateway-1");
}

class Questions : public ::testing::Test {
 protected:
  Result<http::Form> ask(std::string_view name = "token", std::string_view value = "t") {
    TRY_ASSIGN(const std::string text,
               make_question(credential_, {{std::string(name), std::string(value)}}, random_, kNow));
    return http::Form::parse(text);
  }
  Credential credential_{.client_id = "the gateway", .issuer = std::string(kIssuer), .signer = test::make_signer()};
  test::FixedRandom random_;
};

// RFC7523-3, FAPI2-SP-FINAL-5.3.2.1
TEST_F(Questions, AreSignedForTheIssuerByTheGateway) {
  credential_.client_id = "gateway";
  const auto form = ask();
  ASSERT_TRUE(form);
  EXPECT_EQ(form->find("client_id"), "gateway");
  const auto assertion = oauth::parse_client_assertion(*form);
  ASSERT_TRUE(assertion && *assertion);
  EXPECT_EQ((*assertion)->client_id, "gateway");
  EXPECT_EQ((*assertion)->claims.iss, "gateway");
  EXPECT_EQ((*assertion)->claims.aud, std::vector<std::string>{std::string(kIssuer)});
  EXPECT_FALSE((*assertion)->claims.aud_is_array);
  EXPECT_EQ((*assertion)->jws.header().typ, oauth::kClientAssertionTyp);
  EXPECT_EQ((*assertion)->jws.header().kid, "key-1");
  EXPECT_TRUE((*assertion)->jws.verify(credential_.signer->key.public_key()));
  EXPECT_TRUE(oauth::check_client_assertion_claims(**assertion, {.client_id = "gateway",
                                                                 .issuer = kIssuer,
                                                                 .endpoint_urls = {},
                                                                 .profile = *oauth::find_profile("fapi2_security"),
                                                                 .registered_alg = {},
                                                                 .now = kNow}));
}

// RFC7523-3
TEST_F(Questions, HaveANewNameEachTime) {
  credential_.client_id = "gateway";
  const auto first = oauth::parse_client_assertion(*ask());
  const auto second = oauth::parse_client_assertion(*ask());
  ASSERT_TRUE((*first)->claims.jti && (*second)->claims.jti);
  EXPECT_EQ((*first)->claims.jti->size(), 43U);
  EXPECT_NE((*first)->claims.jti, (*second)->claims.jti);
}

// RFC8705-2
TEST_F(Questions, OverMutualTlsNameTheClientAndHoldNoAssertion) {
  credential_.signer.reset();
  const auto form = ask();
  ASSERT_TRUE(form);
  EXPECT_EQ(form->parameters().size(), 2U);
  EXPECT_EQ(form->find("client_id"), "the gateway");
  EXPECT_EQ(form->find("token"), "t");
}

TEST_F(Questions, LetNoTokenAddAParameter) {
  credential_.signer.reset();
  const auto form = ask("token", "t&client_id=victim&token_type_hint=%00\r\n+ü");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->parameters().size(), 2U);
  EXPECT_EQ(form->find("token"), "t&client_id=victim&token_type_hint=%00\r\n+ü");
  EXPECT_EQ(form->find("client_id"), "the gateway");
}

TEST_F(Questions, LeaveAnEmptyValueOut) {
  const auto form = ask("cursor", "");
  ASSERT_TRUE(form);
  EXPECT_FALSE(form->find("cursor"));
  EXPECT_EQ(form->parameters().front().name, "client_id");
  EXPECT_EQ(ask("cursor", "c1")->find("cursor"), "c1");
}

}  // namespace
}  // namespace signet::gateway
