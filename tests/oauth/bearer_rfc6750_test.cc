#include "oauth/bearer_rfc6750.h"

#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;

Result<std::optional<PresentedToken>> parse(std::string_view value) {
  const std::string_view values[] = {value};
  return parse_presented_token(values);
}

// RFC9700-4.3.2
TEST(PresentedToken, ATokenInQueryOrFormIsRefused) {
  EXPECT_EQ(code_of(parse_presented_token({}, {.query = true})), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(parse_presented_token({}, {.form = true})), ErrorCode::InvalidRequest);
}

// RFC6750-2.2, RFC6750-2.3
TEST(PresentedToken, ATokenParameterIsSeenHoweverItsNameIsWritten) {
  for (const auto* form : {"access_token=t", "access_token=", "access_token", "a=1&access_token=t", "&&access_token=t",
                           "access%5Ftoken=t", "%61%63%63%65%73%73%5f%74%6f%6b%65%6e", "access_token==="}) {
    EXPECT_TRUE(has_token_parameter(form)) << form;
  }
}

TEST(PresentedToken, ATokenParameterIsSeenInAFormThatIsBrokenElsewhere) {
  EXPECT_TRUE(has_token_parameter("a=%zz&access%5Ftoken=t"));
  EXPECT_TRUE(has_token_parameter("%&access%5Ftoken=%00"));
  EXPECT_TRUE(has_token_parameter("\xff=1&access_token"));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a=1&";
  EXPECT_TRUE(has_token_parameter(many + "access%5Ftoken=t"));
}

TEST(PresentedToken, ParametersOfOtherNamesAreNoToken) {
  for (const auto* form : {"", "&", "=access_token", "q=access_token", "my_access_token=t", "access_tokens=t",
                           "ACCESS_TOKEN=t", "access_token%00=t", "access_token%=t", "access%255Ftoken=t"}) {
    EXPECT_FALSE(has_token_parameter(form)) << form;
  }
}

// RFC6750-2
TEST(PresentedToken, TwoAuthorizationFieldsAreRefused) {
  const std::string_view values[] = {"Bearer a", "DPoP b"};
  EXPECT_EQ(code_of(parse_presented_token(values)), ErrorCode::InvalidRequest);
}

TEST(PresentedToken, WhatIsNoToken68IsRefused) {
  for (const auto* value : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,DPoP b", "Bearer =a", "Bearer \"a\"",
                            "DPoP a\tb", "Bearer \xc3\xa9", "Bearer =="}) {
    EXPECT_EQ(code_of(parse(value)), ErrorCode::InvalidRequest) << value;
  }
}

TEST(PresentedToken, ATokenBeyondTheLimitIsRefused) {
  EXPECT_EQ(code_of(parse("Bearer " + std::string(kMaxAccessTokenBytes + 1, 'a'))), ErrorCode::InvalidRequest);
  EXPECT_TRUE(parse("Bearer " + std::string(kMaxAccessTokenBytes, 'a')));
}

// RFC9110-11.1
TEST(PresentedToken, TheSchemeIsReadWithoutCase) {
  for (const auto* value : {"DPoP abc", "dpop abc", "dPOP   abc"}) {
    const auto token = parse(value);
    ASSERT_TRUE(token && *token) << value;
    EXPECT_EQ((*token)->scheme, TokenScheme::Dpop);
    EXPECT_EQ((*token)->token, "abc");
  }
  EXPECT_EQ((**parse("bEARER abc==")).scheme, TokenScheme::Bearer);
}

TEST(PresentedToken, NoCredentialOfOursIsNothing) {
  EXPECT_FALSE(*parse_presented_token({}));
  EXPECT_FALSE(*parse("Basic dXNlcjpwYXNz"));
  EXPECT_FALSE(*parse("BearerX abc"));
}

// RFC6750-3
TEST(Challenges, AreRenderedWithEveryMember) {
  Challenge challenge;
  challenge.scheme = TokenScheme::Dpop;
  challenge.realm = "bank";
  challenge.error = "use_dpop_nonce";
  challenge.error_description = "Send a \"nonce\".\r\nX-Evil: 1";
  challenge.scope = {"a", "b"};
  challenge.acr_values = {"urn:x"};
  challenge.max_age = seconds{0};
  challenge.resource_metadata = "https://api.example/.well-known/oauth-protected-resource";
  challenge.algs = {"ES256", "PS256"};
  EXPECT_EQ(
      render_challenge(challenge),
      "DPoP realm=\"bank\", error=\"use_dpop_nonce\", error_description=\"Send a nonce.X-Evil: 1\", scope=\"a b\", "
      "acr_values=\"urn:x\", max_age=\"0\", "
      "resource_metadata=\"https://api.example/.well-known/oauth-protected-resource\", algs=\"ES256 PS256\"");
  EXPECT_EQ(render_challenge(Challenge{}), "Bearer");
}

// RFC9110-11.6.1
TEST(Challenges, WhatIsRenderedIsReadBack) {
  const std::string_view values[] = {
      R"(Basic realm="x", Bearer realm="a \"b\"" , error=invalid_token,DPoP algs="ES256 PS256")",
      R"(Negotiate abc==, DPoP error="use_dpop_nonce", max_age=60)"};
  const auto challenges = parse_challenges(values);
  ASSERT_TRUE(challenges);
  ASSERT_EQ(challenges->size(), 3U);
  EXPECT_EQ((*challenges)[0].realm, "a \"b\"");
  EXPECT_EQ((*challenges)[0].error, "invalid_token");
  EXPECT_EQ((*challenges)[1].algs, (std::vector<std::string>{"ES256", "PS256"}));
  EXPECT_EQ((*challenges)[2].error, "use_dpop_nonce");
  EXPECT_EQ((*challenges)[2].max_age, Duration{seconds{60}});
}

TEST(Challenges, BrokenSyntaxIsRefused) {
  for (const auto* text : {"Bearer error=\"open", "Bearer error=\"a\\", "\"x\"", "Bearer ;", "=a"}) {
    const std::string_view values[] = {text};
    EXPECT_EQ(code_of(parse_challenges(values)), ErrorCode::Malformed) << text;
  }
  const std::string many = [] {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "Bearer realm=\"a\", ";
    return text;
  }();
  const std::string_view values[] = {many};
  EXPECT_EQ(code_of(parse_challenges(values)), ErrorCode::TooLarge);
  const std::string_view twice[] = {R"(Bearer realm="a", Bearer realm="b", Bearer realm="c", Bearer realm="d")",
                                    std::string_view(many)};
  EXPECT_EQ(code_of(parse_challenges(twice)), ErrorCode::TooLarge);
}

}  // namespace
}  // namespace signet::oauth
