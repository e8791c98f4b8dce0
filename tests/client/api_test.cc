#include "client/client_fixture.h"

namespace signet::test {
namespace {

using ApiCall = ClientFixture;
using UserInfo = ClientFixture;

http::Response challenge(int status, std::string_view value) {
  http::Response response{.status = status, .fields = {}, .body = {}};
  response.fields.add("WWW-Authenticate", value);
  return response;
}

// RFC9449-4
TEST_F(ApiCall, TheProofNamesMethodAddressAndToken) {
  server_.on("/accounts", http::make_json_response(200, "[]"));
  const auto login = log_in();
  ASSERT_TRUE(run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts?page=2"})));
  const auto& request = server_.last("/accounts");
  EXPECT_EQ(request.fields.get("Authorization"), "DPoP access-token-1");
  const auto claims = read_claims(request.fields.get("DPoP"));
  EXPECT_EQ(peek_string(claims.members, "htm"), "GET");
  EXPECT_EQ(peek_string(claims.members, "htu"), "https://api.test/accounts");
  EXPECT_EQ(peek_string(claims.members, "ath"), oauth::make_ath("access-token-1"));
}

// RFC9449-9
TEST_F(ApiCall, ADemandForANonceIsMetOnce) {
  server_.on("/accounts", [](const net::OutgoingRequest& request) -> Result<http::Response> {
    if (peek_string(read_claims(request.fields.get("DPoP")).members, "nonce") == "r1") {
      return http::make_json_response(200, "[]");
    }
    auto response = challenge(401, R"(dpop error="use_dpop_nonce")");  // the scheme has no fixed case
    response.fields.add("DPoP-Nonce", "r1");
    return response;
  });
  const auto login = log_in();
  const auto answer = run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts"}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->response.status, 200);
  EXPECT_EQ(server_.count("/accounts"), 2U);
  ASSERT_TRUE(run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts"})));
  EXPECT_EQ(server_.count("/accounts"), 3U);  // remembered
}

TEST_F(ApiCall, NoncesOfTheApiAreNotUsedAtTheAuthorizationServerOfTheSameOrigin) {
  server_.on("/accounts", [](const net::OutgoingRequest&) -> Result<http::Response> {
    auto response = http::make_json_response(200, "[]");
    response.fields.add("DPoP-Nonce", "of-the-api");
    return response;
  });
  const auto login = log_in();
  ASSERT_TRUE(run_blocking(client_->call(login.tokens, {.url = "https://as.test/accounts"})));
  ASSERT_TRUE(run_blocking(client_->refresh(login.tokens)));
  EXPECT_EQ(peek_string(read_claims(server_.last("/token").fields.get("DPoP")).members, "nonce"), "");
}

// RFC9470-3
TEST_F(ApiCall, ADemandForAStrongerLoginIsAValue) {
  server_.on("/payments",
             challenge(401, R"(DPoP error="insufficient_user_authentication", acr_values="mfa", max_age="60")"));
  const auto login = log_in();
  const auto answer = run_blocking(client_->call(login.tokens, {.method = "POST", .url = "https://api.test/payments"}));
  ASSERT_TRUE(answer);
  ASSERT_TRUE(answer->step_up);
  EXPECT_EQ(answer->step_up->acr_values, std::vector<std::string>{"mfa"});
  EXPECT_EQ(answer->step_up->max_age, seconds{60});
}

// RFC6750-5.3
TEST_F(ApiCall, TheTokenIsNeverSentWithoutTls) {
  const auto login = log_in();
  EXPECT_EQ(code_of(run_blocking(client_->call(login.tokens, {.url = "http://api.test/accounts"}))), ErrorCode::Denied);
  EXPECT_EQ(code_of(run_blocking(client_->call(login.tokens, {.url = "ftp://api.test/accounts"}))), ErrorCode::Denied);
  EXPECT_EQ(server_.count("/accounts"), 0U);
}

TEST_F(ApiCall, ACallersOwnAuthorizationIsNotSent) {
  server_.on("/accounts", http::make_json_response(200, "[]"));
  const auto login = log_in();
  client::ApiRequest request{.url = "https://api.test/accounts"};
  request.fields.add("authorization", "Bearer x");
  request.fields.add("dpop", "x");
  ASSERT_TRUE(run_blocking(client_->call(login.tokens, request)));
  EXPECT_EQ(server_.last("/accounts").fields.count("Authorization"), 1U);
  EXPECT_EQ(server_.last("/accounts").fields.count("DPoP"), 1U);
}

TEST_F(ApiCall, ARedirectIsAnAnswerAndNotFollowed) {
  http::Response redirect{.status = 302, .fields = {}, .body = {}};
  redirect.fields.add("Location", "https://evil.test/");
  server_.on("/accounts", redirect);
  const auto login = log_in();
  const auto answer = run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts"}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->response.status, 302);
  EXPECT_EQ(server_.requests.back().url, "https://api.test/accounts");
}

// OIDC-5.3.4
TEST_F(UserInfo, ClaimsOfAnotherUserAreRefused) {
  const auto login = log_in();
  server_.userinfo["sub"] = "mallory";
  EXPECT_EQ(code_of(run_blocking(client_->userinfo(login.tokens))), ErrorCode::InvalidToken);
}

TEST_F(UserInfo, WithoutAnIdTokenThereIsNobodyToCompareWith) {
  auto login = log_in();
  login.tokens.sub.clear();
  EXPECT_EQ(code_of(run_blocking(client_->userinfo(login.tokens))), ErrorCode::InvalidToken);
}

TEST_F(UserInfo, TheClaimsOfTheUserComeBack) {
  const auto login = log_in();
  const auto claims = run_blocking(client_->userinfo(login.tokens));
  ASSERT_TRUE(claims);
  EXPECT_EQ(peek_string(*claims, "name"), "Alice");
}

client::ClientConfig make_mtls_config() {
  client::ClientConfig config = make_client_config();
  config.credential.method = oauth::ClientAuthMethod::TlsClientAuth;
  config.credential.signer.reset();
  config.credential.certificate_pem = "certificate";
  config.credential.private_key_pem = SecretText("key");
  config.sender_constraint = oauth::SenderConstraint::Kind::Mtls;
  return config;
}

class MutualTls : public ClientFixture {
 protected:
  MutualTls() : ClientFixture(make_mtls_config()) {
    server_.tokens.token_type = "Bearer";
    server_.metadata.mtls_endpoint_aliases.token_endpoint = "https://mtls.as.test/token";
    server_.metadata.mtls_endpoint_aliases.pushed_authorization_request_endpoint = "https://mtls.as.test/par";
  }
};

// RFC8705-5, FAPI2-SP-FINAL-5.2.2.1.1
TEST_F(MutualTls, TheAliasesAreUsedWithTheCertificate) {
  (void)log_in();
  EXPECT_EQ(server_.last("/par").url, "https://mtls.as.test/par");
  EXPECT_EQ(server_.last("/token").url, "https://mtls.as.test/token");
  EXPECT_EQ(server_.last("/token").tls.certificate_pem, "certificate");
  EXPECT_EQ(server_.last_form("/token").find("client_id"), "demo");
  EXPECT_FALSE(server_.last_form("/token").find("client_assertion"));
}

TEST_F(MutualTls, TheTokenGoesWithTheCertificateItIsBoundTo) {
  server_.on("/accounts", http::make_json_response(200, "[]"));
  const auto login = log_in();
  ASSERT_TRUE(run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts"})));
  EXPECT_EQ(server_.last("/accounts").fields.get("Authorization"), "Bearer access-token-1");
  EXPECT_EQ(server_.last("/accounts").fields.count("DPoP"), 0U);
  EXPECT_EQ(server_.last("/accounts").tls.certificate_pem, "certificate");
}

TEST(ClientConfig, WhatCannotWorkIsRefusedBeforeTheFirstRequest) {
  const auto refuses = [](auto change) {
    auto config = make_client_config();
    change(config);
    return !client::check_client_config(config).has_value();
  };
  EXPECT_TRUE(refuses([](auto& config) { config.issuer = "http://as.test"; }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuer = "as.test"; }));
  EXPECT_TRUE(refuses([](auto& config) { config.credential.client_id.clear(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.credential.signer.reset(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.sender_constraint = oauth::SenderConstraint::Kind::Mtls; }));
  EXPECT_TRUE(refuses([](auto& config) { config.credential.method = oauth::ClientAuthMethod::TlsClientAuth; }));
  EXPECT_FALSE(refuses([](auto&) {}));
}

}  // namespace
}  // namespace signet::test
