#include "oauth/authorization_request.h"

#include "oauth/fapi2_security.h"
#include "oauth/par_rfc9126.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;

constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
constexpr std::string_view kFull =
    "client_id=bank&response_type=code&redirect_uri=https%3A%2F%2Fbank.example%2Fcb&scope=openid+accounts&state=s%20%"
    "22x&nonce=n"
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    "&resource=https%3A%2F%2Fapi.example&resource=https%3A%2F%2Fpay.example&prompt=login+consent&max_age=60&acr_values="
    "a+b"
    "&dpop_jkt=0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I&login_hint=alice&ui_locales=de+en&display=popup"
    "&claims=%7B%22id_token%22%3A%7B%22auth_time%22%3A%7B%22essential%22%3Atrue%7D%2C%22acr%22%3A%7B%22values%22%3A%5B%"
    "22a%22%5D%7D%7D"
    "%2C%22userinfo%22%3A%7B%22email%22%3Anull%7D%7D";

Result<AuthorizationRequest> parse(std::string_view text) {
  TRY_ASSIGN(const auto form, http::Form::parse(text));
  return parse_authorization_request(form);
}

TEST(AuthorizationRequests, ARepeatedParameterIsRefused) {
  EXPECT_EQ(code_of(parse("client_id=a&client_id=a")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(parse("unknown=a&unknown=b")), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(parse("resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example")), kAccepted);
}

// RFC9101-6
TEST(AuthorizationRequests, RequestObjectsAreRefusedByName) {
  EXPECT_EQ(code_of(parse("client_id=a&request=eyJ")), ErrorCode::RequestNotSupported);
  EXPECT_EQ(code_of(parse("client_id=a&request_uri=https%3A%2F%2Fevil.example")), ErrorCode::RequestUriNotSupported);
}

TEST(AuthorizationRequests, ValuesThatBreakTheirGrammarAreRefused) {
  for (const auto* text :
       {"client_id=a%20b", "state=%0d%0aX", "nonce=%00", "nonce=%7f", "prompt=none+login", "prompt=create",
        "max_age=-1", "max_age=1.5", "max_age=01", "max_age=99999999999", "dpop_jkt=short", "claims=%5B%5D", "claims=x",
        "claims=%7B%22id_token%22%3A1%7D", "claims=%7B%22userinfo%22%3A%7B%22email%22%3A1%7D%7D",
        "claims=%7B%22id_token%22%3A%7B%22a%22%3A%7B%22values%22%3A1%7D%7D%7D"}) {
    const auto code = code_of(parse(text));
    EXPECT_TRUE(code == ErrorCode::InvalidRequest || code == ErrorCode::Malformed) << text;
  }
  EXPECT_EQ(code_of(parse("scope=a%22b")), ErrorCode::InvalidScope);
  EXPECT_EQ(code_of(parse("resource=relative")), ErrorCode::InvalidTarget);
  EXPECT_EQ(code_of(parse("state=" + std::string(4097, 'x'))), ErrorCode::InvalidRequest);
}

TEST(AuthorizationRequests, UnknownParametersAndDisplaysAreIgnored) {
  const auto request = parse("client_id=a&extra=1&display=hologram");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->display, "");
}

TEST(AuthorizationRequests, EveryValueSurvivesTheStore) {
  const auto request = parse(kFull);
  ASSERT_TRUE(request) << request.error().public_text.view();
  EXPECT_EQ(request->state, "s \"x");
  EXPECT_EQ(request->resource.size(), 2U);
  EXPECT_EQ(request->max_age, Duration{seconds{60}});
  EXPECT_EQ(request->id_token_claims.size(), 2U);
  EXPECT_TRUE(request->id_token_claims[0].essential);
  EXPECT_EQ(request->id_token_claims[1].values, (std::vector<std::string>{"a"}));
  EXPECT_TRUE(request->asks_for_openid());
  const std::string stored = render_authorization_request(*request);
  const auto again = parse_stored_authorization_request(stored);
  ASSERT_TRUE(again) << again.error().public_text.view();
  EXPECT_EQ(render_authorization_request(*again), stored);
  EXPECT_EQ(again->state, request->state);
  EXPECT_EQ(again->max_age, request->max_age);
  EXPECT_EQ(again->id_token_claims, request->id_token_claims);
  EXPECT_EQ(again->userinfo_claims, request->userinfo_claims);
  EXPECT_EQ(again->dpop_jkt, request->dpop_jkt);
}

TEST(AuthorizationRequests, AnEmptyRequestStaysEmptyInTheStore) {
  EXPECT_EQ(render_authorization_request({}), "1");
  const auto again = parse_stored_authorization_request("1");
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, AuthorizationRequest{});
}

TEST(AuthorizationRequests, WhatWeDidNotStoreIsNotRead) {
  for (const auto* text : {"", "{}", "2", "1s", "1s3", "1s3:ab", "1s-1:", "1s99999999999999999999:a", "1?1:x",
                           "1E0:", "1V1:x", "1M1:x", "1M0:", "1c1:ax"}) {
    EXPECT_EQ(code_of(parse_stored_authorization_request(text)), ErrorCode::Malformed) << text;
  }
}

TEST(AuthorizationRequests, ValuesThatLookLikeMembersStayValuesInTheStore) {
  AuthorizationRequest request;
  request.state = "1c4:bank";
  request.nonce = "";
  request.redirect_uri_left_out = true;
  request.scope = {"a", "b"};
  request.id_token_claims = {{.name = "E0:", .essential = true, .values = {"", "V1:x"}}, {.name = "b", .values = {}}};
  request.userinfo_claims = {{.name = "c", .values = {"d"}}};
  const auto again = parse_stored_authorization_request(render_authorization_request(request));
  ASSERT_TRUE(again) << again.error().public_text.view();
  EXPECT_EQ(*again, request);
}

class Fapi2Requests : public ::testing::Test {
 protected:
  Fapi2Requests() {
    client_.client_id = "bank";
    client_.redirect_uris = {"https://bank.example/cb"};
    client_.grant_types = {"authorization_code"};
    client_.response_types = {"code"};
    client_.scope = {"openid", "accounts"};
    request_ = parse(kFull).value();
  }
  [[nodiscard]] std::optional<ErrorCode> check(RequestChannel channel = RequestChannel::Pushed) const {
    return code_of(check_authorization_request(request_, channel, client_, profile_));
  }
  [[nodiscard]] Result<std::string> redirect(RequestChannel channel = RequestChannel::Pushed) const {
    return select_redirect_uri(request_, channel, client_, profile_);
  }
  ClientMetadata client_;
  AuthorizationRequest request_;
  Profile profile_ = *find_profile("fapi2_security");
};

TEST_F(Fapi2Requests, AGoodRequestPasses) {
  EXPECT_EQ(check(), kAccepted);
  EXPECT_EQ(*redirect(), "https://bank.example/cb");
}

// RFC9126-6
TEST_F(Fapi2Requests, ARequestThatWasNotPushedIsRefused) {
  EXPECT_EQ(check(RequestChannel::FrontChannel), ErrorCode::InvalidRequest);
  profile_ = *find_profile("openid");
  EXPECT_EQ(check(RequestChannel::FrontChannel), kAccepted);
  client_.require_pushed_authorization_requests = true;  // stricter than its issuer
  EXPECT_EQ(check(RequestChannel::FrontChannel), ErrorCode::InvalidRequest);
}

// RFC6749-3.1.1, RFC9700-2.1.2
TEST_F(Fapi2Requests, AnyResponseTypeButCodeIsRefused) {
  for (const auto* type : {"code id_token", "token", "id_token", "none", "CODE", " code"}) {
    request_.response_type = type;
    EXPECT_EQ(check(), ErrorCode::UnsupportedResponseType) << type;
  }
  request_.response_type = "";
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
  request_.response_type = "code";
  client_.grant_types = {"client_credentials"};
  EXPECT_EQ(check(), ErrorCode::UnauthorizedClient);
}

TEST_F(Fapi2Requests, PkceCannotBeLeftOutOrWeakened) {
  request_.code_challenge_method = "plain";
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
  request_.code_challenge_method = "";
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
  request_.code_challenge = "";
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
}

// RFC9700-2.1.1
TEST_F(Fapi2Requests, PublicClientsNeedPkceUnderEveryProfile) {
  profile_ = *find_profile("openid");
  request_.code_challenge = "";
  request_.code_challenge_method = "";
  EXPECT_EQ(check(), kAccepted);
  client_.token_endpoint_auth_method = ClientAuthMethod::None;
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
  request_.code_challenge = kChallenge;
  request_.code_challenge_method = "plain";
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
}

// OAUTH-RESPONSE-TYPES-2.1
TEST_F(Fapi2Requests, AFragmentOrFormPostResponseIsRefused) {
  for (const auto* mode : {"fragment", "form_post", "jwt", "x"}) {
    request_.response_mode = mode;
    EXPECT_EQ(check(), ErrorCode::InvalidRequest) << mode;
  }
}

TEST_F(Fapi2Requests, AMissingRedirectUriIsRefused) {
  request_.redirect_uri = "";
  EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest);
  profile_ = *find_profile("oauth2");
  EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest);  // openid asks for it under every profile
  request_.scope = {"accounts"};
  EXPECT_EQ(*redirect(), "https://bank.example/cb");
  client_.redirect_uris.emplace_back("https://bank.example/cb2");
  EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest);
}

TEST_F(Fapi2Requests, AnUnregisteredRedirectUriIsRefused) {
  for (const auto* uri : {"https://evil.example/cb", "https://bank.example/cb?x=1", "https://bank.example/cb/", "/cb",
                          "https://bank.example/cb#f", "javascript:x"}) {
    request_.redirect_uri = uri;
    EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest) << uri;
  }
}

// RFC9126-2.4
TEST_F(Fapi2Requests, AnUnregisteredRedirectUriNeedsAProfileAPushAndAConfidentialClient) {
  profile_.require_registered_redirect_uri = false;
  request_.redirect_uri = "https://bank.example/new";
  EXPECT_EQ(code_of(redirect()), kAccepted);
  EXPECT_EQ(code_of(redirect(RequestChannel::FrontChannel)), ErrorCode::InvalidRequest);
  request_.redirect_uri = "http://bank.example/new";
  EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest);
  request_.redirect_uri = "https://bank.example/new";
  client_.token_endpoint_auth_method = ClientAuthMethod::None;
  EXPECT_EQ(code_of(redirect()), ErrorCode::InvalidRequest);
}

TEST_F(Fapi2Requests, LongNoncesAndStatesAreKeptWholeOrRefused) {
  request_.nonce = std::string(64, 'n');
  request_.state = std::string(1000, 's');
  EXPECT_EQ(check(), kAccepted);
  request_.nonce = std::string(512, 'n');
  EXPECT_EQ(check(), kAccepted);
  request_.nonce = std::string(513, 'n');
  EXPECT_EQ(check(), ErrorCode::InvalidRequest);
}

TEST_F(Fapi2Requests, AScopeTheClientDidNotRegisterIsRefused) {
  request_.scope.emplace_back("payments");
  EXPECT_EQ(check(), ErrorCode::InvalidScope);
  request_.scope = {"openid"};
  profile_ = *find_profile("oauth2");
  EXPECT_EQ(check(), ErrorCode::InvalidScope);
}

// RFC9126-2.1
TEST(PushedRequests, ARequestUriCannotBePushed) {
  EXPECT_EQ(code_of(check_pushed_parameters(*http::Form::parse("request_uri=urn%3Ax"))), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check_pushed_parameters(*http::Form::parse("client_id=a"))), kAccepted);
}

// RFC9101-10.5
TEST(PushedRequests, OnlyUrisOfOursAreRead) {
  const std::string token(43, 'A');
  EXPECT_EQ(*parse_request_uri(make_request_uri(token)), token);
  for (const auto& uri :
       {std::string("https://evil.example/x"), std::string(kRequestUriPrefix), make_request_uri("short"),
        make_request_uri(token + "A"), "URN:ietf:params:oauth:request_uri:" + token, make_request_uri(token) + " "}) {
    EXPECT_EQ(code_of(parse_request_uri(uri)), ErrorCode::InvalidRequestUri) << uri;
  }
}

// RFC9101-6.3
TEST(PushedRequests, TheFrontChannelCarriesTwoParametersAndAllOthersAreIgnored) {
  const std::string uri = "request_uri=urn:ietf:params:oauth:request_uri:" + std::string(43, 'A');
  const auto request = parse_front_channel_request(*http::Form::parse(uri + "&client_id=bank&state=x&state=y&scope=z"));
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->client_id, "bank");
  EXPECT_EQ((*request)->request_uri_token, std::string(43, 'A'));
  EXPECT_EQ(code_of(parse_front_channel_request(*http::Form::parse(uri))), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(parse_front_channel_request(*http::Form::parse(uri + "&client_id=a&client_id=b"))),
            ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(parse_front_channel_request(*http::Form::parse("request_uri=https://evil.example&client_id=a"))),
            ErrorCode::InvalidRequestUri);
  EXPECT_FALSE(*parse_front_channel_request(*http::Form::parse("client_id=bank")));
}

TEST(PushedRequests, WhatTheServerAnswersAClientReads) {
  const auto read = parse_pushed_response(render_pushed_response({make_request_uri("t"), seconds{90}}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request_uri, make_request_uri("t"));
  EXPECT_EQ(read->expires_in, seconds{90});
  EXPECT_EQ(code_of(parse_pushed_response("{}")), ErrorCode::Malformed);
  EXPECT_EQ(code_of(parse_pushed_response(R"({"request_uri":"u","expires_in":0})")), ErrorCode::Malformed);
}

}  // namespace
}  // namespace signet::oauth
