#include "oauth/assertion_rfc7523.h"

#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;
using test::kNow;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kEndpoint = "https://as.example/token";

std::string payload(std::string_view changed_name = "", std::string_view changed_json = "") {
  std::string out = "{";
  const std::int64_t now = to_unix_seconds(kNow);
  const std::pair<std::string_view, std::string> members[] = {
      {"iss", "\"bank\""},         {"sub", "\"bank\""},          {"aud", "\"https://as.example\""},
      {"jti", "\"j-1\""},          {"iat", std::to_string(now)}, {"exp", std::to_string(now + 60)},
      {"nbf", std::to_string(now)}};
  for (const auto& [name, json] : members) {
    const std::string_view value = name == changed_name ? changed_json : std::string_view(json);
    if (value.empty()) continue;
    if (out.size() > 1) out += ',';
    out += "\"" + std::string(name) + "\":" + std::string(value);
  }
  return out + "}";
}

class Assertions : public ::testing::Test {
 protected:
  static const jose::Signer& signer() {
    static const jose::Signer kSigner = test::make_signer();
    return kSigner;
  }
  static http::Form form_with(std::string assertion) {
    return *http::Form::parse(http::render_form(
        {{"client_assertion_type", std::string(kClientAssertionType)}, {"client_assertion", std::move(assertion)}}));
  }
  static http::Form form(std::string_view text, std::string_view typ = "client-authentication+jwt") {
    return form_with(test::sign(signer(), typ, text));
  }
  static Result<AssertionReplay> check(std::string_view text, std::string_view typ = "client-authentication+jwt",
                                       std::string_view profile = "fapi2_security") {
    TRY_ASSIGN(const auto assertion, parse_client_assertion(form(text, typ)));
    static constexpr std::string_view kUrls[] = {kEndpoint};
    return check_client_assertion_claims(*assertion, {.client_id = "bank",
                                                      .issuer = kIssuer,
                                                      .endpoint_urls = kUrls,
                                                      .profile = *find_profile(profile),
                                                      .registered_alg = {},
                                                      .now = kNow});
  }
  static std::string at(Duration offset) { return std::to_string(to_unix_seconds(kNow + offset)); }
};

TEST_F(Assertions, AnAudienceOtherThanTheIssuerStringIsRefusedUnderFapi2) {
  for (const auto* aud :
       {R"("https://as.example/token")", R"("https://as.example/par")", R"(["https://as.example"])",
        R"(["https://as.example","https://other.example"])", R"("https://as.example/")", R"("")", "[]"}) {
    EXPECT_EQ(code_of(check(payload("aud", aud))), ErrorCode::InvalidClient) << aud;
  }
  EXPECT_EQ(code_of(check(payload("aud", ""))), ErrorCode::InvalidClient);
}

// RFC10070-3
TEST_F(Assertions, TheLaxerProfileTakesOneElementOfAnArrayAndNoMore) {
  EXPECT_EQ(code_of(check(payload("aud", R"(["https://as.example"])"), "", "oauth2")), kAccepted);
  EXPECT_EQ(code_of(check(payload("aud", R"(["https://as.example","https://as.example/token"])"), "", "oauth2")),
            ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("aud", R"("https://as.example/token")"), "", "oauth2")), ErrorCode::InvalidClient);
}

// RFC7521-4.2
TEST_F(Assertions, AnAssertionOfAnotherClientIsRefused) {
  EXPECT_EQ(code_of(check(payload("sub", "\"other\""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("iss", "\"other\""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("sub", ""))), ErrorCode::InvalidClient);
  const std::string foreign = http::render_form({{"client_assertion_type", std::string(kClientAssertionType)},
                                                 {"client_assertion", test::sign(signer(), "", payload())},
                                                 {"client_id", "other"}});
  EXPECT_EQ(code_of(parse_client_assertion(*http::Form::parse(foreign))), ErrorCode::InvalidClient);
}

TEST_F(Assertions, ExpiryIsRequiredAndBounded) {
  EXPECT_EQ(code_of(check(payload("exp", ""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("exp", at(minutes{-5})))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("exp", at(hours{1})))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("iat", at(hours{-1})))), ErrorCode::InvalidClient);
}

TEST_F(Assertions, NotBeforeIsTakenEightSecondsAheadAndRefusedSixtyTwo) {
  EXPECT_EQ(code_of(check(payload("nbf", at(seconds{8})))), kAccepted);
  EXPECT_EQ(code_of(check(payload("nbf", at(seconds{62})))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("iat", at(seconds{62})))), ErrorCode::InvalidClient);
}

TEST_F(Assertions, AMissingOrEndlessJtiIsRefused) {
  EXPECT_EQ(code_of(check(payload("jti", ""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("jti", "\"\""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check(payload("jti", "\"" + std::string(257, 'j') + "\""))), ErrorCode::InvalidClient);
}

// RFC10070-4
TEST_F(Assertions, AJwtMadeForAnotherPurposeIsRefused) {
  for (const auto* typ :
       {"oauth-authz-req+jwt", "at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt"}) {
    EXPECT_EQ(code_of(check(payload(), typ)), ErrorCode::InvalidClient) << typ;
  }
  for (const auto* typ : {"", "JWT", "client-authentication+jwt", "application/client-authentication+jwt"}) {
    EXPECT_EQ(code_of(check(payload(), typ)), kAccepted) << typ;
  }
}

TEST_F(Assertions, AnAlgorithmTheProfileOrTheClientDidNotNameIsRefused) {
  const jose::Signer rsa = test::make_signer(crypto::SignatureAlgorithm::RS256);
  const auto assertion = parse_client_assertion(form_with(test::sign(rsa, "", payload())));
  ASSERT_TRUE(assertion);
  AssertionExpectation expected{.client_id = "bank",
                                .issuer = kIssuer,
                                .endpoint_urls = {},
                                .profile = *find_profile("fapi2_security"),
                                .registered_alg = {},
                                .now = kNow};
  EXPECT_EQ(code_of(check_client_assertion_claims(**assertion, expected)), ErrorCode::InvalidClient);

  const auto ours = parse_client_assertion(form(payload()));
  expected.registered_alg = crypto::SignatureAlgorithm::PS256;
  EXPECT_EQ(code_of(check_client_assertion_claims(**ours, expected)), ErrorCode::InvalidClient);
  expected.registered_alg = crypto::SignatureAlgorithm::ES256;
  EXPECT_EQ(code_of(check_client_assertion_claims(**ours, expected)), kAccepted);
}

TEST_F(Assertions, HalfOfThePairOrAForeignTypeIsRefused) {
  EXPECT_EQ(code_of(parse_client_assertion(*http::Form::parse("client_assertion=a.b.c"))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(parse_client_assertion(form_with(""))), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(parse_client_assertion(form_with("eyJhbGciOiJub25lIn0.e30."))), ErrorCode::InvalidClient);
  EXPECT_FALSE(*parse_client_assertion(*http::Form::parse("client_id=bank")));
}

TEST_F(Assertions, WhatAClientRendersTheServerAccepts) {
  const auto replay = check(render_client_assertion_claims("bank", kIssuer, "j-2", kNow));
  ASSERT_TRUE(replay) << replay.error().public_text.view();
  EXPECT_EQ(replay->jti, "j-2");
  EXPECT_GE(replay->until, kNow + seconds{60});
}

}  // namespace
}  // namespace signet::oauth
