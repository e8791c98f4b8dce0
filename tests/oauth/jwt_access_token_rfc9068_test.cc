#include "oauth/jwt_access_token_rfc9068.h"

#include "oauth/resource_rfc8707.h"
#include "oauth/step_up_rfc9470.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;
using test::kNow;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kApi = "https://api.example";

JwtAccessToken make_token() {
  JwtAccessToken token;
  token.iss = kIssuer;
  token.sub = "alice";
  token.aud = {std::string(kApi)};
  token.client_id = "bank";
  token.exp = kNow + minutes{10};
  token.iat = kNow;
  token.jti = "t-1";
  token.scope = {"accounts"};
  token.acr = "mfa";
  token.auth_time = kNow;
  token.cnf = SenderConstraint::dpop(std::string(43, 'A'));
  return token;
}

std::optional<ErrorCode> check(const JwtAccessToken& token) {
  return code_of(check_access_token_claims(token, kIssuer, kApi, kNow, {}));
}

// RFC9068-4
TEST(JwtAccessTokens, ATokenOfAnotherIssuerResourceOrTimeIsRefused) {
  auto token = make_token();
  token.iss = "https://evil.example";
  EXPECT_EQ(check(token), ErrorCode::InvalidToken);
  token = make_token();
  token.aud = {"https://other.example"};
  EXPECT_EQ(check(token), ErrorCode::InvalidToken);
  token = make_token();
  token.exp = kNow - seconds{30};
  EXPECT_EQ(check(token), ErrorCode::InvalidToken);
  token = make_token();
  token.iat = kNow + minutes{2};
  EXPECT_EQ(check(token), ErrorCode::InvalidToken);
  EXPECT_EQ(check(make_token()), kAccepted);
}

// RFC8725-3.11, RFC9068-2
TEST(JwtAccessTokens, AJwtOfAnotherKindIsRefused) {
  static constexpr crypto::SignatureAlgorithm kAlgorithms[] = {crypto::SignatureAlgorithm::ES256};
  jose::JwsHeader header;
  for (const auto* typ : {"", "jwt", "logout+jwt", "token-introspection+jwt"}) {
    header.typ = typ;
    EXPECT_EQ(code_of(check_access_token_header(header, kAlgorithms)), ErrorCode::InvalidToken) << typ;
  }
  header.typ = "at+jwt";
  EXPECT_EQ(code_of(check_access_token_header(header, kAlgorithms)), kAccepted);
  header.alg = crypto::SignatureAlgorithm::RS256;
  EXPECT_EQ(code_of(check_access_token_header(header, kAlgorithms)), ErrorCode::InvalidToken);
}

// RFC9068-2.2
TEST(JwtAccessTokens, EveryRequiredClaimIsRequired) {
  for (const auto* name : {"iss", "sub", "aud", "client_id", "exp", "iat", "jti"}) {
    auto object = parse_json_object(render_access_token_claims(make_token())).value();
    object.erase(name);
    EXPECT_EQ(code_of(parse_access_token_claims(render_json(object))), ErrorCode::Malformed) << name;
  }
}

// RFC9068-2.2.1, RFC9068-2.2.3
TEST(JwtAccessTokens, WhatTheServerMintsTheResourceReads) {
  const auto read = parse_access_token_claims(render_access_token_claims(make_token()));
  ASSERT_TRUE(read) << read.error().public_text.view();
  EXPECT_EQ(render_access_token_claims(*read), render_access_token_claims(make_token()));
}

// RFC8707-2
TEST(ResourceIndicators, RelativeAndFragmentUrisAreRefused) {
  for (const auto& text :
       {std::string(), std::string("api"), std::string("/api"), std::string("https://api.example/#x"),
        std::string("https://api.example/ x"), "https://a.example/" + std::string(2048, 'a')}) {
    EXPECT_EQ(code_of(check_resource_indicator(text)), ErrorCode::InvalidTarget) << text.substr(0, 40);
  }
  EXPECT_EQ(code_of(check_resource_indicator("urn:example:api")), kAccepted);
}

// RFC8707-2.2
TEST(ResourceIndicators, ARequestMayOnlyNarrow) {
  EXPECT_EQ(code_of(narrow_resources({"a", "c"}, {"a", "b"})), ErrorCode::InvalidTarget);
  EXPECT_EQ(code_of(narrow_resources({"a"}, {})), ErrorCode::InvalidTarget);
  EXPECT_EQ(*narrow_resources({"a"}, {"a", "b"}), (std::vector<std::string>{"a"}));
  EXPECT_EQ(*narrow_resources({}, {"a", "b"}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*narrow_resources({"b", "a", "b"}, {"a", "b"}), (std::vector<std::string>{"b", "a"}));
}

// RFC9470-5
TEST(StepUp, ATokenThatDoesNotSayIsNotGoodEnough) {
  const StepUpDemand demand{.acr_values = {"mfa"}, .max_age = minutes{5}};
  constexpr auto kCode = ErrorCode::InsufficientUserAuthentication;
  EXPECT_EQ(code_of(check_step_up(demand, "", kNow, kNow)), kCode);
  EXPECT_EQ(code_of(check_step_up(demand, "pwd", kNow, kNow)), kCode);
  EXPECT_EQ(code_of(check_step_up(demand, "mfa", std::nullopt, kNow)), kCode);
  EXPECT_EQ(code_of(check_step_up(demand, "mfa", kNow - minutes{6}, kNow)), kCode);
  EXPECT_EQ(code_of(check_step_up(demand, "mfa", kNow - minutes{5}, kNow)), kAccepted);
  EXPECT_EQ(code_of(check_step_up({}, "", std::nullopt, kNow)), kAccepted);
}

TEST(StepUp, TheClientReadsTheDemandOutOfTheChallenge) {
  const StepUpDemand demand{.acr_values = {"mfa", "hwk"}, .max_age = seconds{0}};
  Challenge challenge;
  challenge.scheme = TokenScheme::Dpop;
  challenge.error = "insufficient_user_authentication";
  challenge.acr_values = demand.acr_values;
  challenge.max_age = demand.max_age;
  const std::string text = render_challenge(challenge);
  const std::string_view values[] = {text};
  const auto found = find_step_up(*parse_challenges(values));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->acr_values, demand.acr_values);
  EXPECT_EQ(found->max_age, demand.max_age);
  EXPECT_FALSE(find_step_up({}));
}

}  // namespace
}  // namespace signet::oauth
