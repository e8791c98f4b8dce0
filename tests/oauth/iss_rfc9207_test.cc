#include "oauth/iss_rfc9207.h"

#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;

constexpr std::string_view kIssuer = "https://as.example";

Result<AuthorizationResponse> check(std::string_view query, std::optional<std::string> state = "s",
                                    bool iss_required = true) {
  TRY_ASSIGN(const auto form, http::Form::parse(query));
  return check_authorization_response(form,
                                      {.issuer = kIssuer, .state = std::move(state), .iss_required = iss_required});
}

TEST(AuthorizationResponses, AMixUpIsRefusedBeforeAnythingElse) {
  EXPECT_EQ(code_of(check("code=c&state=s&iss=https://evil.example")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("code=c&state=s&iss=https://as.example/")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("code=c&state=s")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("error=access_denied&state=s")), ErrorCode::InvalidRequest);
}

TEST(AuthorizationResponses, AnotherStateIsRefused) {
  EXPECT_EQ(code_of(check("code=c&state=x&iss=https://as.example")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("code=c&iss=https://as.example")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("code=c&state=s&iss=https://as.example", std::nullopt)), ErrorCode::InvalidRequest);
}

TEST(AuthorizationResponses, RepeatedContradictoryAndEmptyResponsesAreRefused) {
  EXPECT_EQ(code_of(check("code=c&code=d&state=s&iss=https://as.example")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("code=c&error=e&state=s&iss=https://as.example")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check("state=s&iss=https://as.example")), ErrorCode::InvalidRequest);
}

TEST(AuthorizationResponses, AnOldServerMayLeaveOutIssButNotSendAWrongOne) {
  EXPECT_EQ(code_of(check("code=c&state=s", "s", false)), kAccepted);
  EXPECT_EQ(code_of(check("code=c&state=s&iss=https://evil.example", "s", false)), ErrorCode::InvalidRequest);
}

TEST(AuthorizationResponses, StateIsReturnedOnlyWhenItWasSent) {
  EXPECT_EQ(render_authorization_success("https://c.example/cb", kIssuer, "c", std::nullopt),
            "https://c.example/cb?code=c&iss=https%3A%2F%2Fas.example");
}

TEST(AuthorizationResponses, ParametersOfTheRedirectUriStayAndNothingCanBeInjected) {
  EXPECT_EQ(render_authorization_success("https://c.example/cb?dummy1=lorem&dummy2=ipsum", kIssuer, "c", "a&iss=x#y"),
            "https://c.example/cb?dummy1=lorem&dummy2=ipsum&code=c&state=a%26iss%3Dx%23y&iss=https%3A%2F%2Fas.example");
}

// RFC9207-2
TEST(AuthorizationResponses, WhatTheServerRedirectsAClientReads) {
  const std::string url = render_authorization_error(
      "https://c.example/cb", kIssuer, Error{ErrorCode::AccessDenied, "The user said no.", "private"}, "s");
  const auto response = check(url.substr(url.find('?') + 1));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->error, "access_denied");
  EXPECT_EQ(response->error_description, "The user said no.");
  EXPECT_EQ(url.find("private"), std::string::npos);
}

}  // namespace
}  // namespace signet::oauth
