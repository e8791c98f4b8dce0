#include "base/text.h"
#include "client/client_fixture.h"
#include "oauth/pkce_rfc7636.h"

namespace signet::test {
namespace {

using Start = ClientFixture;
using Callback = ClientFixture;
using TokenAnswer = ClientFixture;
using IdTokenCheck = ClientFixture;

// FAPI2-SP-FINAL-5.3.3.2
TEST_F(Start, TheBrowserCarriesClientIdAndRequestUriAndNothingElse) {
  const auto login = start();
  EXPECT_EQ(login.authorization_url,
            "https://as.test/authorize?client_id=demo&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aabc");
}

TEST_F(Start, TheRequestIsPushedWithPkceStateNonceAndTheKeyTheCodeIsBoundTo) {
  const auto login = start();
  const http::Form form = server_.last_form("/par");
  EXPECT_EQ(form.find("response_type"), "code");
  EXPECT_EQ(form.find("redirect_uri"), "https://app.test/callback");
  EXPECT_EQ(form.find("scope"), "openid accounts");
  EXPECT_EQ(form.find("state"), login.pending.state);
  EXPECT_EQ(form.find("nonce"), login.pending.nonce);
  EXPECT_EQ(form.find("code_challenge_method"), "S256");
  EXPECT_EQ(form.find("code_challenge"), oauth::make_code_challenge(login.pending.code_verifier.reveal()));
  EXPECT_EQ(form.find("dpop_jkt"), jose::thumbprint(login.pending.dpop_key->public_key()));
}

// RFC9396-3, RFC9396-7
TEST_F(Start, AuthorizationDetailsArePushedAndThoseThatWereGrantedComeBack) {
  client::LoginRequest request;
  request.authorization_details = {json::object{{"type", "account_information"}, {"actions", {"list_accounts"}}}};
  auto login = run_blocking(client_->start(request));
  ASSERT_TRUE(login);
  EXPECT_EQ(server_.last_form("/par").find("authorization_details"),
            R"([{"type":"account_information","actions":["list_accounts"]}])");
  server_.tokens.authorization_details = R"([{"type":"account_information","identifier":"7"}])";
  const auto done = log_in();
  EXPECT_EQ(render_json(done.tokens.authorization_details), server_.tokens.authorization_details);
  (void)start();
  EXPECT_FALSE(server_.last_form("/par").find("authorization_details"));
}

TEST_F(Start, EveryLoginHasSecretsOfItsOwn) {
  const auto first = start().pending;
  const auto second = start().pending;
  EXPECT_NE(first.state, second.state);
  EXPECT_NE(first.nonce, second.nonce);
  EXPECT_NE(first.code_verifier.reveal(), second.code_verifier.reveal());
  EXPECT_FALSE(first.dpop_key->public_key() == second.dpop_key->public_key());
}

// FAPI2-SP-FINAL-5.3.3.1
TEST_F(Start, TheAudienceOfTheAssertionIsTheIssuerAsOneString) {
  (void)start();
  const auto claims = read_claims(*server_.last_form("/par").find("client_assertion"));
  EXPECT_EQ(claims.aud, std::vector<std::string>{"https://as.test"});
  EXPECT_FALSE(claims.aud_is_array);
  EXPECT_EQ(claims.iss, "demo");
  EXPECT_EQ(claims.sub, "demo");
}

TEST_F(Start, NoAssertionIsSentTwice) {
  (void)start();
  const auto first = read_claims(*server_.last_form("/par").find("client_assertion")).jti;
  (void)start();
  EXPECT_NE(first, read_claims(*server_.last_form("/par").find("client_assertion")).jti);
}

// RFC8414-3.3
TEST_F(Start, MetadataOfAnotherIssuerStopsTheLoginBeforeAnythingIsSent) {
  server_.metadata.issuer = "https://evil.test";
  const auto login = run_blocking(client_->start({}));
  EXPECT_EQ(code_of(login), ErrorCode::InvalidRequest);
  EXPECT_EQ(server_.count("/par"), 0U);
}

// RFC8414-3
TEST_F(Start, ARedirectInsteadOfMetadataIsNotFollowed) {
  http::Response redirect{.status = 302, .fields = {}, .body = {}};
  redirect.fields.add("Location", "https://evil.test/metadata");
  server_.on("/.well-known/oauth-authorization-server", redirect);
  EXPECT_EQ(code_of(run_blocking(client_->start({}))), ErrorCode::Unavailable);
  EXPECT_EQ(server_.requests.size(), 1U);
}

TEST_F(Start, EndpointsWithoutHttpsAreRefused) {
  server_.metadata.token_endpoint = "http://as.test/token";
  EXPECT_FALSE(run_blocking(client_->start({})));
}

// RFC9126-5
TEST_F(Start, AServerWithoutPushedRequestsIsRefused) {
  server_.metadata.pushed_authorization_request_endpoint.clear();
  EXPECT_EQ(code_of(run_blocking(client_->start({}))), ErrorCode::Unavailable);
}

// RFC9449-5.1
TEST_F(Start, AServerThatDoesNotTakeOurProofAlgorithmIsRefused) {
  server_.metadata.dpop_signing_alg_values_supported = {"PS256"};
  EXPECT_EQ(code_of(run_blocking(client_->start({}))), ErrorCode::UnsupportedAlgorithm);
}

TEST_F(Start, ARefusalComesBackByItsCode) {
  server_.on("/par", http::make_json_response(400, R"({"error":"invalid_scope","error_description":"no \"x\""})"));
  const auto login = run_blocking(client_->start({}));
  ASSERT_FALSE(login);
  EXPECT_EQ(login.error().code, ErrorCode::InvalidScope);
  EXPECT_EQ(login.error().detail, "status 400, invalid_scope: no x");
}

TEST_F(Start, AnAnswerOtherThan201IsNoRequestUri) {
  server_.on("/par", http::make_json_response(200, R"({"request_uri":"urn:x","expires_in":90})"));
  EXPECT_FALSE(run_blocking(client_->start({})));
}

TEST_F(Start, AnOversizedAnswerIsRefused) {
  server_.on("/par", http::make_json_response(201, std::string(1024 * 1024, ' ')));
  EXPECT_EQ(code_of(run_blocking(client_->start({}))), ErrorCode::TooLarge);
}

// RFC9449-8
TEST_F(Start, ADemandForANonceIsMetOnceWithANewAssertionAndProof) {
  server_.on("/par", [](const net::OutgoingRequest& request) -> Result<http::Response> {
    const auto proof = read_claims(request.fields.get("DPoP"));
    if (peek_string(proof.members, "nonce") == "n1") {
      return http::make_json_response(201, R"({"request_uri":"urn:x:1","expires_in":90})");
    }
    auto response = http::make_json_response(400, R"({"error":"use_dpop_nonce"})");
    response.fields.add("DPoP-Nonce", "n1");
    return response;
  });
  (void)start();
  ASSERT_EQ(server_.count("/par"), 2U);
  const auto& first = server_.requests[server_.requests.size() - 2];
  const auto& second = server_.requests.back();
  EXPECT_NE(read_claims(first.fields.get("DPoP")).jti, read_claims(second.fields.get("DPoP")).jti);
  EXPECT_NE(first.body, second.body);
}

TEST_F(Start, AServerThatIsNeverContentWithItsNonceIsLeft) {
  int count = 0;
  server_.on("/par", [&](const net::OutgoingRequest&) -> Result<http::Response> {
    auto response = http::make_json_response(400, R"({"error":"use_dpop_nonce"})");
    response.fields.add("DPoP-Nonce", "n" + std::to_string(++count));
    return response;
  });
  EXPECT_EQ(code_of(run_blocking(client_->start({}))), ErrorCode::UseDpopNonce);
  EXPECT_EQ(count, 2);
}

TEST_F(Start, StepUpDemandsGoIntoTheRequest) {
  const auto login = start({.step_up = {.acr_values = {"mfa"}, .max_age = seconds{60}}});
  EXPECT_EQ(server_.last_form("/par").find("acr_values"), "mfa");
  EXPECT_EQ(server_.last_form("/par").find("max_age"), "60");
}

// RFC9207-2.4: the mix-up attack
TEST_F(Callback, AnAnswerOfAnotherIssuerIsRefusedAndItsCodeGoesNowhere) {
  const auto login = start();
  const auto result = finish_with("code=c&state=" + login.pending.state + "&iss=https%3A%2F%2Fevil.test", login);
  EXPECT_EQ(code_of(result), ErrorCode::InvalidRequest);
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, AnAnswerWithoutAnIssuerIsRefused) {
  const auto login = start();
  EXPECT_FALSE(finish_with("code=c&state=" + login.pending.state, login));
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, AnAnswerWithoutAnIssuerIsRefusedEvenIfTheServerDoesNotPromiseOne) {
  server_.metadata.authorization_response_iss_parameter_supported = false;
  const auto login = start();
  EXPECT_FALSE(finish_with("code=c&state=" + login.pending.state, login));
}

// RFC6749-10.12
TEST_F(Callback, TheStateOfAnotherLoginIsRefused) {
  const auto mine = start();
  const auto theirs = start();
  EXPECT_EQ(code_of(finish_with(callback(theirs), mine)), ErrorCode::InvalidRequest);
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, AMissingStateIsRefused) {
  EXPECT_FALSE(finish_with("code=c&iss=https%3A%2F%2Fas.test", start()));
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, ARepeatedParameterIsRefused) {
  const auto login = start();
  EXPECT_FALSE(finish_with(callback(login) + "&code=other", login));
  EXPECT_FALSE(finish_with(callback(login) + "&state=" + login.pending.state, login));
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, BothCodeAndErrorIsRefused) {
  const auto login = start();
  EXPECT_FALSE(finish_with(callback(login) + "&error=access_denied", login));
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, TheUsersRefusalIsAnError) {
  const auto login = start();
  const auto result =
      finish_with("error=access_denied&state=" + login.pending.state + "&iss=https%3A%2F%2Fas.test", login);
  EXPECT_EQ(code_of(result), ErrorCode::AccessDenied);
}

TEST_F(Callback, AnErrorOfAnotherIssuerIsNotBelieved) {
  const auto login = start();
  const auto result =
      finish_with("error=access_denied&state=" + login.pending.state + "&iss=https%3A%2F%2Fevil.test", login);
  EXPECT_EQ(code_of(result), ErrorCode::InvalidRequest);
}

TEST_F(Callback, ALoginStartedAtAnotherServerIsRefused) {
  auto login = start();
  login.pending.issuer = "https://other.test";
  EXPECT_EQ(code_of(finish(std::move(login))), ErrorCode::InvalidRequest);
  EXPECT_EQ(server_.count("/token"), 0U);
}

TEST_F(Callback, ABrokenQueryIsRefused) {
  EXPECT_FALSE(finish_with("code=%zz", start()));
}

// RFC6749-5.1
TEST_F(TokenAnswer, AnHonestLoginGivesBoundTokensAndVerifiedClaims) {
  const auto login = log_in();
  EXPECT_EQ(login.tokens.access_token.reveal(), "access-token-1");
  EXPECT_EQ(login.tokens.sub, "alice");
  EXPECT_EQ(login.tokens.expires_at, clock_.now() + minutes{5});
  EXPECT_EQ(login.tokens.scope, (std::vector<std::string>{"openid", "accounts"}));
  EXPECT_EQ(login.id_token->sub, "alice");
}

TEST_F(TokenAnswer, TheCodeIsRedeemedWithTheVerifierAndAProofOfTheSameKey) {
  const auto started = start();
  ASSERT_TRUE(finish(started));
  const http::Form form = server_.last_form("/token");
  EXPECT_EQ(form.find("grant_type"), "authorization_code");
  EXPECT_EQ(form.find("code"), "code-1");
  EXPECT_EQ(form.find("redirect_uri"), "https://app.test/callback");
  EXPECT_EQ(form.find("code_verifier"), started.pending.code_verifier.reveal());
  const auto proof = jose::UnverifiedJws::parse(server_.last("/token").fields.get("DPoP")).value();
  EXPECT_TRUE(proof.verify(started.pending.dpop_key->public_key()));
  EXPECT_EQ(peek_string(read_claims(server_.last("/token").fields.get("DPoP")).members, "htu"),
            "https://as.test/token");
}

// RFC9449-5: the server has not bound the token
TEST_F(TokenAnswer, ABearerTokenInAnswerToAProofIsRefused) {
  server_.tokens.token_type = "Bearer";
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

// RFC6749-7.1
TEST_F(TokenAnswer, TheTokenTypeIsComparedWithoutCase) {
  server_.tokens.token_type = "dpop";
  EXPECT_TRUE(finish(start()));
}

TEST_F(TokenAnswer, AMissingLifetimeIsAccepted) {
  server_.on("/token", [&](const net::OutgoingRequest&) -> Result<http::Response> {
    return http::make_json_response(
        200, R"({"access_token":"a","token_type":"DPoP","id_token":")" + server_.make_id_token() + "\"}");
  });
  const auto login = finish(start());
  ASSERT_TRUE(login);
  EXPECT_FALSE(login->tokens.expires_at);
}

TEST_F(TokenAnswer, ARefusalIsAnErrorByItsCode) {
  server_.on("/token", http::make_json_response(400, R"({"error":"invalid_grant"})"));
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidGrant);
}

TEST_F(TokenAnswer, ARedirectIsNotFollowedAndNotAccepted) {
  http::Response redirect{.status = 307, .fields = {}, .body = {}};
  redirect.fields.add("Location", "https://evil.test/token");
  server_.on("/token", redirect);
  EXPECT_FALSE(finish(start()));
  EXPECT_EQ(server_.count("/token"), 1U);
}

TEST_F(TokenAnswer, WhatIsNoJsonIsRefused) {
  server_.on("/token", http::make_json_response(200, "<html>"));
  EXPECT_EQ(code_of(finish(start())), ErrorCode::Malformed);
}

TEST_F(TokenAnswer, ARepeatedMemberIsRefused) {
  server_.on("/token", http::make_json_response(200, R"({"access_token":"a","access_token":"b","token_type":"DPoP"})"));
  EXPECT_EQ(code_of(finish(start())), ErrorCode::Malformed);
}

TEST_F(TokenAnswer, AnOversizedAnswerIsRefused) {
  server_.on("/token", http::make_json_response(200, std::string(1024 * 1024, ' ')));
  EXPECT_EQ(code_of(finish(start())), ErrorCode::TooLarge);
}

TEST_F(TokenAnswer, WithoutOpenidThereIsNoIdTokenToAskFor) {
  const auto login = finish(start({.scope = {"accounts"}}));
  ASSERT_TRUE(login);
  EXPECT_FALSE(login->id_token);
  EXPECT_FALSE(server_.last_form("/par").find("nonce"));
}

// OIDC-3.1.3.3
TEST_F(IdTokenCheck, AMissingIdTokenIsRefused) {
  server_.id_token_text = [] { return std::string(); };
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AnotherNonceIsRefused) {
  server_.id_token.nonce = "stolen";
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AMissingNonceIsRefused) {
  server_.on("/par", http::make_json_response(201, R"({"request_uri":"urn:x:1","expires_in":90})"));
  server_.id_token_text = [&] { return server_.make_id_token(); };  // the server never saw the nonce
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AnotherIssuerIsRefused) {
  server_.id_token.iss = "https://evil.test";
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AnotherAudienceIsRefused) {
  server_.id_token.aud = "other-client";
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AnOwnSignatureOfAnUnknownKeyIsRefused) {
  server_.signer = new_signer("k1");  // same kid, other key
  EXPECT_EQ(code_of(finish(start())), ErrorCode::BadSignature);
}

// OIDC-10.1: a server with one key need not name it
TEST_F(IdTokenCheck, ANewKeyThatIsNotNamedIsFetched) {
  for (int i = 0; i < 2; ++i) {
    server_.signer = new_signer("");
    server_.published = {server_.signer};
    EXPECT_TRUE(finish(start())) << i;
    clock_.advance(seconds{11});
  }
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

TEST_F(IdTokenCheck, ASignatureThatNamesNoKeyAndThatNobodyMadeIsRefused) {
  server_.signer = new_signer("");
  EXPECT_EQ(code_of(finish(start())), ErrorCode::BadSignature);
}

TEST_F(IdTokenCheck, AnAccessTokenOfAnotherLoginIsRefused) {
  server_.id_token.at_hash = oauth::left_half_hash(crypto::SignatureAlgorithm::ES256, "another-token");
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AlgNoneIsRefused) {
  server_.id_token_text = [&] {
    const std::string correct = server_.make_id_token();
    const std::string payload(split(correct, '.')[1]);
    return encode_base64url(as_bytes(R"({"alg":"none"})")) + "." + payload + ".";
  };
  EXPECT_FALSE(finish(start()));
}

TEST_F(IdTokenCheck, AnHmacOverThePublicKeyIsRefused) {
  server_.id_token_text = [&] {
    const std::string payload(split(server_.make_id_token(), '.')[1]);
    const std::string input = encode_base64url(as_bytes(R"({"alg":"HS256","kid":"k1"})")) + "." + payload;
    const std::string key = jose::render_public_jwk(server_.signer.key.public_key());
    return input + "." + encode_base64url(crypto::hmac_sha256(as_bytes(key), as_bytes(input)));
  };
  EXPECT_FALSE(finish(start()));
}

TEST_F(IdTokenCheck, AnAlgorithmTheClientDoesNotAllowIsRefused) {
  server_.signer = new_signer("rs", crypto::SignatureAlgorithm::RS256);
  server_.published = {server_.signer};
  EXPECT_EQ(code_of(finish(start())), ErrorCode::UnsupportedAlgorithm);
}

/// An ID token made of these claims and signed correctly.
std::string sign_claims(const FakeAuthorizationServer& server, json::object claims) {
  return server.sign("", render_json(claims));
}
json::object correct_claims(const FakeAuthorizationServer& server, const Clock& clock) {
  const auto now = to_unix_seconds(clock.now());
  return {{"iss", "https://as.test"}, {"sub", "alice"}, {"aud", "demo"},
          {"exp", now + 60},          {"iat", now},     {"nonce", server.pushed_nonce}};
}

TEST_F(IdTokenCheck, EachOfExpIatAudSubIsRequired) {
  for (const std::string_view missing : {"exp", "iat", "aud", "sub", "iss"}) {
    server_.id_token_text = [&] {
      auto claims = correct_claims(server_, clock_);
      claims.erase(missing);
      return sign_claims(server_, claims);
    };
    EXPECT_FALSE(finish(start())) << missing;
  }
}

TEST_F(IdTokenCheck, AnExpiredOneIsRefused) {
  server_.id_token_text = [&] {
    auto claims = correct_claims(server_, clock_);
    claims["exp"] = to_unix_seconds(clock_.now()) - 301;
    return sign_claims(server_, claims);
  };
  EXPECT_EQ(code_of(finish(start())), ErrorCode::Expired);
}

TEST_F(IdTokenCheck, OneFromTheFutureIsRefused) {
  server_.id_token_text = [&] {
    auto claims = correct_claims(server_, clock_);
    claims["iat"] = to_unix_seconds(clock_.now()) + 3600;
    claims["exp"] = to_unix_seconds(clock_.now()) + 7200;
    return sign_claims(server_, claims);
  };
  EXPECT_EQ(code_of(finish(start())), ErrorCode::NotYetValid);
}

TEST_F(IdTokenCheck, TheAudienceMayBeAListOfOne) {
  server_.id_token_text = [&] {
    auto claims = correct_claims(server_, clock_);
    claims["aud"] = json::array{"demo"};
    return sign_claims(server_, claims);
  };
  EXPECT_TRUE(finish(start()));
}

TEST_F(IdTokenCheck, AStrangerAmongTheAudiencesIsRefused) {
  server_.id_token_text = [&] {
    auto claims = correct_claims(server_, clock_);
    claims["aud"] = json::array{"demo", "stranger"};
    return sign_claims(server_, claims);
  };
  EXPECT_EQ(code_of(finish(start())), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, ALoginOlderThanMaxAgeIsRefused) {
  server_.id_token.auth_time = clock_.now() - minutes{10};
  EXPECT_EQ(code_of(finish(start({.step_up = {.acr_values = {}, .max_age = minutes{1}}}))), ErrorCode::InvalidToken);
}

TEST_F(IdTokenCheck, AKeyPublishedAfterTheFirstFetchIsFetched) {
  (void)log_in();
  server_.signer = new_signer("k2");
  server_.published.push_back(server_.signer);
  clock_.advance(seconds{11});
  EXPECT_TRUE(finish(start()));
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

TEST_F(IdTokenCheck, UnknownKeysCannotMakeTheClientFetchAgainAndAgain) {
  (void)log_in();
  server_.signer = new_signer("unknown");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of(finish(start())), ErrorCode::UnknownKey);
  EXPECT_EQ(server_.count("/jwks"), 1U);
}

}  // namespace
}  // namespace signet::test
