#include "client/client_fixture.h"
#include "client/token_file.h"

namespace signet::test {
namespace {

using Refresh = ClientFixture;
using ClientCredentials = ClientFixture;
using Revocation = ClientFixture;
using Introspection = ClientFixture;

// RFC6749-6
TEST_F(Refresh, ARotatedTokenTakesThePlaceOfTheOldOne) {
  const auto login = log_in();
  server_.tokens.refresh_token = "refresh-token-2";
  const auto fresh = run_blocking(client_->refresh(login.tokens));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->refresh_token.reveal(), "refresh-token-2");
  EXPECT_EQ(server_.last_form("/token").find("refresh_token"), "refresh-token-1");
}

TEST_F(Refresh, AServerThatDoesNotRotateLeavesTheOldOne) {
  const auto login = log_in();
  server_.tokens.refresh_token.clear();
  const auto fresh = run_blocking(client_->refresh(login.tokens));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->refresh_token.reveal(), "refresh-token-1");
}

TEST_F(Refresh, TheNewTokenIsBoundToTheSameKey) {
  const auto login = log_in();
  const auto fresh = run_blocking(client_->refresh(login.tokens));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->dpop_key->public_key(), login.tokens.dpop_key->public_key());
  const auto proof = jose::UnverifiedJws::parse(server_.last("/token").fields.get("DPoP")).value();
  EXPECT_TRUE(proof.verify(login.tokens.dpop_key->public_key()));
}

// OIDC-12.2
TEST_F(Refresh, AnIdTokenOfAnotherUserIsRefused) {
  const auto login = log_in();
  server_.pushed_nonce.clear();
  server_.id_token.sub = "mallory";
  server_.id_token_text = [&] { return server_.make_id_token(); };
  EXPECT_EQ(code_of(run_blocking(client_->refresh(login.tokens))), ErrorCode::InvalidToken);
}

TEST_F(Refresh, AnIdTokenWithTheNonceOfAnotherLoginIsRefused) {
  const auto login = log_in();
  server_.id_token.nonce = "of-another-login";
  EXPECT_EQ(code_of(run_blocking(client_->refresh(login.tokens))), ErrorCode::InvalidToken);
}

TEST_F(Refresh, AnIdTokenWithoutANonceIsAccepted) {
  const auto login = log_in();
  server_.pushed_nonce.clear();
  server_.id_token_text = [&] { return server_.make_id_token(); };
  EXPECT_TRUE(run_blocking(client_->refresh(login.tokens)));
}

TEST_F(Refresh, ABearerTokenInsteadOfABoundOneIsRefused) {
  const auto login = log_in();
  server_.tokens.token_type = "Bearer";
  EXPECT_EQ(code_of(run_blocking(client_->refresh(login.tokens))), ErrorCode::InvalidToken);
}

TEST_F(Refresh, WithoutARefreshTokenNothingIsSent) {
  auto login = log_in();
  login.tokens.refresh_token = {};
  EXPECT_EQ(code_of(run_blocking(client_->refresh(login.tokens))), ErrorCode::InvalidGrant);
  EXPECT_EQ(server_.count("/token"), 1U);
}

TEST_F(ClientCredentials, ATokenForTheClientItselfIsBoundAsWell) {
  const auto tokens = run_blocking(client_->client_credentials({"accounts"}, {"https://api.test"}));
  ASSERT_TRUE(tokens);
  const http::Form form = server_.last_form("/token");
  EXPECT_EQ(form.find("grant_type"), "client_credentials");
  EXPECT_EQ(form.find("scope"), "accounts");
  EXPECT_EQ(form.find("resource"), "https://api.test");
  EXPECT_TRUE(tokens->dpop_key);
}

// RFC7009-2
TEST_F(Revocation, TheTokenGoesIntoTheFormWithTheClientsAuthentication) {
  ASSERT_TRUE(run_blocking(client_->revoke(SecretText("t1"), "refresh_token")));
  const http::Form form = server_.last_form("/revoke");
  EXPECT_EQ(form.find("token"), "t1");
  EXPECT_EQ(form.find("token_type_hint"), "refresh_token");
  EXPECT_TRUE(form.find("client_assertion"));
}

TEST_F(Revocation, ARefusalIsAnError) {
  server_.on("/revoke", http::make_json_response(503, R"({"error":"temporarily_unavailable"})"));
  EXPECT_EQ(cause_of(code_of(run_blocking(client_->revoke(SecretText("t1"))))), Cause::Unavailable);
}

TEST_F(Introspection, ASignedAnswerIsVerified) {
  server_.introspection.active = true;
  server_.introspection.sub = "alice";
  const auto answer = run_blocking(client_->introspect(SecretText("t1")));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->active);
  EXPECT_EQ(answer->sub, "alice");
}

// RFC9701-4
TEST_F(Introspection, AnUnsignedAnswerIsRefusedUnlessItWasAskedFor) {
  server_.on("/introspect", http::make_json_response(200, R"({"active":true})"));
  EXPECT_EQ(code_of(run_blocking(client_->introspect(SecretText("t1")))), ErrorCode::InvalidToken);
  EXPECT_TRUE(run_blocking(client_->introspect(SecretText("t1"), true)));
}

TEST_F(Introspection, AnAnswerForAnotherResourceServerIsRefused) {
  server_.client_id = "other";
  EXPECT_EQ(code_of(run_blocking(client_->introspect(SecretText("t1")))), ErrorCode::InvalidToken);
}

TEST_F(Introspection, AnAnswerSignedBySomebodyElseIsRefused) {
  server_.signer = new_signer("k1");
  EXPECT_EQ(code_of(run_blocking(client_->introspect(SecretText("t1")))), ErrorCode::BadSignature);
}

// OIDC-10.1
TEST_F(Introspection, AnAnswerSignedByANewKeyThatIsNotNamedIsBelieved) {
  for (int i = 0; i < 2; ++i) {
    server_.signer = new_signer("");
    server_.published = {server_.signer};
    EXPECT_TRUE(run_blocking(client_->introspect(SecretText("t1")))) << i;
    clock_.advance(seconds{11});
  }
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

TEST_F(Refresh, ATokenFileKeepsWhatIsNeededToGoOn) {
  server_.tokens.authorization_details = R"([{"type":"account_information"}])";
  const auto login = log_in();
  const auto text = client::render_token_file({"https://as.test", "demo.json", login.tokens}).value();
  const auto file = client::parse_token_file(text);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->client_file, "demo.json");
  EXPECT_EQ(file->tokens.access_token.reveal(), "access-token-1");
  EXPECT_EQ(file->tokens.dpop_key->public_key(), login.tokens.dpop_key->public_key());
  EXPECT_EQ(file->tokens.sub, "alice");
  EXPECT_EQ(file->tokens.authorization_details, login.tokens.authorization_details);
  EXPECT_FALSE(file->tokens.authorization_details.empty());
  EXPECT_EQ(file->tokens.expires_at, login.tokens.expires_at);
}

TEST(TokenFile, ABoundTokenWithoutItsKeyIsRefused) {
  EXPECT_FALSE(client::parse_token_file(SecretText(R"({"binding":"dpop","access_token":"a"})")));
  EXPECT_FALSE(client::parse_token_file(SecretText(R"({"binding":"magic","access_token":"a"})")));
  EXPECT_FALSE(client::parse_token_file(SecretText(R"({"binding":"mtls"})")));
}

}  // namespace
}  // namespace signet::test
