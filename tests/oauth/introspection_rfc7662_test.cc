#include "oauth/introspection_rfc7662.h"
#include "support/fakes.h"

#include "oauth/bearer_rfc6750.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "oauth/test_keys.h"
#include "oauth/token_hash.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;
using test::kNow;

const std::string kThumbprint(43, 'A');

IntrospectionResponse active_token() {
  IntrospectionResponse response;
  response.active = true;
  response.iss = "https://as.example";
  response.sub = "alice";
  response.client_id = "bank";
  response.token_type = "DPoP";
  response.scope = {"openid", "accounts"};
  response.aud = {"https://api.example"};
  response.exp = kNow + minutes{5};
  response.iat = kNow;
  response.jti = "t-1";
  response.acr = "urn:signet:acr:mfa";
  response.amr = {"pwd", "hwk"};
  response.auth_time = kNow - minutes{1};
  response.cnf = SenderConstraint::dpop(kThumbprint);
  response.authorization_details = R"([{"type":"payment"}])";
  return response;
}

// RFC7662-2.1
TEST(TokenQueries, AMissingOrRepeatedTokenIsRefused) {
  for (const char* const text : {"token_type_hint=access_token", "token=", "token=a&token=b"}) {
    EXPECT_EQ(code_of(parse_revocation_request(*http::Form::parse(text))), ErrorCode::InvalidRequest) << text;
    EXPECT_EQ(code_of(parse_introspection_request(*http::Form::parse(text))), ErrorCode::InvalidRequest) << text;
  }
}

// RFC7009-2.2, RFC7662-2.2
TEST(TokenQueries, WhatCannotBeATokenIsAnUnknownOne) {
  for (const auto& text : {std::string("token=a%20b"), std::string("token=%C3%A9"),
                           "token=" + std::string(kMaxAccessTokenBytes + 1, 'a')}) {
    const auto query = parse_revocation_request(*http::Form::parse(text));
    ASSERT_TRUE(query) << text.substr(0, 40);
    EXPECT_EQ(query->token, "") << text.substr(0, 40);
  }
}

TEST(TokenQueries, AnUnknownHintIsNoError) {
  const auto query = parse_revocation_request(*http::Form::parse("token=abc&token_type_hint=saml"));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->token, "abc");
  EXPECT_EQ(query->token_type_hint, "saml");
}

// RFC7662-2.2
TEST(Introspection, AnInactiveTokenSaysNothingElse) {
  IntrospectionResponse response = active_token();
  response.active = false;
  EXPECT_EQ(render_introspection(response), R"({"active":false})");
  EXPECT_EQ(parse_introspection(R"({"active":false,"sub":"alice"})")->sub, "");
}

// RFC9449-6.2, RFC9470-6.2
TEST(Introspection, WhatTheServerWritesTheResourceReads) {
  const auto read = parse_introspection(render_introspection(active_token()));
  ASSERT_TRUE(read) << read.error().public_text.view();
  EXPECT_EQ(render_introspection(*read), render_introspection(active_token()));
  EXPECT_EQ(read->cnf, SenderConstraint::dpop(kThumbprint));
  EXPECT_EQ(read->auth_time, kNow - minutes{1});
}

TEST(Introspection, AnAnswerThatDoesNotSayActiveOrHasWrongTypesIsMalformed) {
  for (const auto* body :
       {"{}", R"({"active":"true"})", R"({"active":1})", R"({"active":true,"exp":"soon"})",
        R"({"active":true,"exp":-1})", R"({"active":true,"exp":1e300})", R"({"active":true,"aud":1})",
        R"({"active":true,"scope":["a"]})", R"({"active":true,"cnf":{}})",
        R"({"active":true,"authorization_details":{}})", R"({"active":true,"authorization_details":["a"]})",
        R"({"active":false,"active":true})", ""}) {
    EXPECT_EQ(code_of(parse_introspection(std::string_view(body))), ErrorCode::Malformed) << body;
  }
}

// RFC7800-3.1
TEST(Cnf, ABindingThatCannotBeCheckedIsNotReadAsNoBinding) {
  for (const auto& text : {std::string(R"({"cnf":{}})"), std::string(R"({"cnf":null})"), std::string(R"({"cnf":"x"})"),
                           std::string(R"({"cnf":{"kid":"1"}})"), std::string(R"({"cnf":{"jkt":"short"}})"),
                           std::string(R"({"cnf":{"jkt":7}})"),
                           R"({"cnf":{"jkt":")" + kThumbprint + R"(","x5t#S256":")" + kThumbprint + R"("}})",
                           R"({"cnf":{"jkt":")" + kThumbprint + R"(","jwk":{}}})"}) {
    EXPECT_EQ(code_of(parse_cnf(parse_json_object(text).value())), ErrorCode::Malformed) << text;
  }
}

// RFC8705-3.2, RFC9449-6
TEST(Cnf, BothKindsAndNoneAreReadBack) {
  for (const auto& cnf : {SenderConstraint::dpop(kThumbprint), SenderConstraint::mtls(kThumbprint)}) {
    const auto object = parse_json_object(R"({"cnf":)" + cnf.render_cnf() + "}");
    EXPECT_EQ(*parse_cnf(*object), cnf);
    EXPECT_TRUE(cnf.is_bound());
  }
  EXPECT_FALSE(parse_cnf({})->is_bound());
  EXPECT_EQ(SenderConstraint{}.render_cnf(), "");
  EXPECT_EQ(SenderConstraint::dpop(kThumbprint).token_type(), "DPoP");
  EXPECT_EQ(SenderConstraint::mtls(kThumbprint).token_type(), "Bearer");
}

class SignedIntrospection : public ::testing::Test {
 protected:
  static std::string make(std::string_view typ = kIntrospectionJwtTyp, std::string_view issuer = "https://as.example",
                          std::string_view audience = "api", Instant at = kNow) {
    return test::sign(signer(), typ, render_introspection_claims(issuer, audience, at, active_token()));
  }
  static std::optional<ErrorCode> check(std::string_view text) {
    static constexpr crypto::SignatureAlgorithm kAlgorithms[] = {crypto::SignatureAlgorithm::ES256};
    return code_of(verify_introspection_jwt(
        text, test::public_set(signer()),
        {.issuer = "https://as.example", .resource_server = "api", .now = kNow, .algorithms = kAlgorithms}));
  }
  static const jose::Signer& signer() {
    static const jose::Signer kSigner = test::make_signer();
    return kSigner;
  }
};

// RFC9701-8.2
TEST_F(SignedIntrospection, AnAnswerForAnotherResourceServerIsRefused) {
  EXPECT_EQ(check(make(kIntrospectionJwtTyp, "https://as.example", "other")), ErrorCode::InvalidToken);
}

TEST_F(SignedIntrospection, AnAnswerOfAnotherIssuerTypeOrKeyIsRefused) {
  EXPECT_EQ(check(make(kIntrospectionJwtTyp, "https://evil.example")), ErrorCode::InvalidToken);
  EXPECT_EQ(check(make("at+jwt")), ErrorCode::InvalidToken);
  EXPECT_EQ(check(make("JWT")), ErrorCode::InvalidToken);
  const auto thief = test::make_signer();
  EXPECT_EQ(check(test::sign(thief, kIntrospectionJwtTyp,
                             render_introspection_claims("https://as.example", "api", kNow, active_token()))),
            ErrorCode::BadSignature);
}

TEST_F(SignedIntrospection, AnOldOrFutureAnswerIsRefused) {
  EXPECT_EQ(check(make(kIntrospectionJwtTyp, "https://as.example", "api", kNow - minutes{3})), ErrorCode::Expired);
  EXPECT_EQ(check(make(kIntrospectionJwtTyp, "https://as.example", "api", kNow + minutes{3})), ErrorCode::NotYetValid);
}

TEST_F(SignedIntrospection, AnAnswerWithoutItsObjectIsMalformed) {
  const auto now = std::to_string(to_unix_seconds(kNow));
  EXPECT_EQ(check(test::sign(signer(), kIntrospectionJwtTyp,
                             R"({"iss":"https://as.example","aud":"api","active":true,"iat":)" + now + "}")),
            ErrorCode::Malformed);
  EXPECT_EQ(check(test::sign(signer(), kIntrospectionJwtTyp,
                             R"({"iss":"https://as.example","aud":"api","token_introspection":{"active":true}})")),
            ErrorCode::InvalidToken);
}

TEST_F(SignedIntrospection, AGoodAnswerIsAcceptedAndIsNoAccessToken) {
  EXPECT_EQ(check(make()), kAccepted);
  const auto claims =
      jose::parse_claims(render_introspection_claims("https://as.example", "api", kNow, active_token()));
  EXPECT_FALSE(claims->sub || claims->exp);  // RFC9701-5
}

TEST(TokenHashes, AreTypesOfTheirOwn) {
  static_assert(!std::is_convertible_v<TokenHash, CodeHash>);
  static_assert(!std::is_constructible_v<TokenHash, std::string>);
  EXPECT_EQ(TokenHash::of("a"), TokenHash::of("a"));
  EXPECT_NE(TokenHash::of("a"), TokenHash::of("b"));
  EXPECT_EQ(*TokenHash::from_bytes(TokenHash::of("a").bytes()), TokenHash::of("a"));
  EXPECT_EQ(code_of(CodeHash::from_bytes(Bytes(31))), ErrorCode::Malformed);
  // FIPS 180-2, B.1, without the first six bytes: a foreign text has no time.
  EXPECT_EQ(encode_hex(TokenHash::of("abc").bytes()),
            "000000000000cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Credentials, BeginWithTheTimeTheyExpireAndAreOtherwiseRandom) {
  test::FixedRandom random;
  const Instant at = from_unix_seconds(1'800'000'000);
  const std::string first = make_credential(random, at);
  const std::string second = make_credential(random, at);
  EXPECT_EQ(first.size(), 43U);
  EXPECT_NE(first, second);
  const TokenHash hash = TokenHash::of(first);
  EXPECT_EQ(Bytes(hash.bytes().begin(), hash.bytes().begin() + kTimeBytes), expiry_prefix(at));
  EXPECT_NE(hash, TokenHash::of(second));
  const TokenHash later = TokenHash::of(make_credential(random, at + seconds{1}));
  EXPECT_LT(hash.digest(), later.digest());
}

}  // namespace
}  // namespace signet::oauth
