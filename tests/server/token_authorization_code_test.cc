#include "crypto/digest.h"
#include "server/back_channel.h"
#include "server/context.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::loot_of;
using test::Parameters;
using test::TestClient;
using test::text_of;
using test::with;

class CodeGrant : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
};

// RFC6749-4.1.3
TEST_F(CodeGrant, ACodeIsRefusedToEveryoneButItsClient) {
  const TestClient other = add_client("other");
  const std::string code = code_for(client);
  expect_refused(redeem_as(other, code), 400, "invalid_grant");
  expect_refused(redeem_as(other, code, {{"redirect_uri", client.redirect_uri}}), 400, "invalid_grant");
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

TEST_F(CodeGrant, AnUnknownMissingOrOversizedCodeIsRefused) {
  expect_refused(redeem_as(client, "unknown"), 400, "invalid_grant");
  expect_refused(redeem_as(client, std::string(4000, 'x')), 400, "invalid_grant");
  expect_refused(redeem_as(client, "", {{"code", ""}}), 400, "invalid_request");
}

// RFC6749-4.1.2: with the second use everything of the first is taken back
TEST_F(CodeGrant, AfterItsSecondUseNothingOfTheFirstWorks) {
  const std::string code = code_for(client, {{"scope", "openid accounts offline_access"}});
  const auto loot = loot_of(redeem_as(client, code));
  EXPECT_TRUE(is_active(loot.access_token));
  EXPECT_TRUE(works(loot.access_token));
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
  EXPECT_FALSE(is_active(loot.access_token));
  EXPECT_EQ(call_with_key(loot.access_token, client.dpop_key).status, 401);
  expect_refused(refresh_as(client, loot.refresh_token), 400, "invalid_grant");
  EXPECT_TRUE(server.was_recorded("grant.revoked reuse"));
  EXPECT_EQ(server.context().metrics.value(server::Metrics::Counter::Revocations), 1U);
}

TEST_F(CodeGrant, OfTwoUsesAtOnceAtMostOneIsAnsweredAndNothingOfItWorks) {
  for (int i = 0; i < 10; ++i) {
    const auto answers = token_twice_at_once(client, code_form(client, code_for(client)));
    EXPECT_LE(std::ranges::count(answers, 200, &http::Response::status), 1);
    for (const auto& answer : answers) {
      if (answer.status == 200) EXPECT_FALSE(is_active(text_of(answer, "access_token")));
      if (answer.status != 200) expect_refused(answer, 400, "invalid_grant");
    }
  }
}

// RFC7523-3: an assertion that was used before says nothing about who sends it
TEST_F(CodeGrant, ARepeatedRequestIsToldSoAndTakesNothingBack) {
  const std::string code = code_for(client);
  const http::Request request = make_token_request(client, code_form(client, code));
  const auto loot = loot_of(server.send(request));
  server.clock.advance(seconds{1});
  expect_refused(server.send(request), 401, "invalid_client");
  http::Fields without_proof;
  without_proof.set("Content-Type", "application/x-www-form-urlencoded");
  http::Request unproven = server.make_request("POST", kToken, std::move(without_proof));
  unproven.body = request.body;
  expect_refused(server.send(unproven), 401, "invalid_client");
  EXPECT_TRUE(works(loot.access_token));
  EXPECT_FALSE(server.was_recorded("grant.revoked"));
  expect_refused(post_as(client, kToken, code_form(client, code)), 400, "invalid_grant");
  EXPECT_FALSE(works(loot.access_token)) << "a reuse by the client itself takes everything back, with a proof or not";
}

TEST_F(CodeGrant, OfOneRequestThatComesTwiceAtOnceOneIsAnsweredAndItsTokensWork) {
  for (int i = 0; i < 10; ++i) {
    const auto request = make_token_request(client, code_form(client, code_for(client)));
    const auto answers = send_at_once({request, request});
    EXPECT_EQ(std::ranges::count(answers, 200, &http::Response::status), 1);
    for (const auto& answer : answers) {
      if (answer.status == 200) EXPECT_TRUE(works(text_of(answer, "access_token")));
      if (answer.status != 200) expect_refused(answer, 401, "invalid_client");
    }
  }
}

TEST_F(CodeGrant, ARefusedRequestIsNotJudgedTwice) {
  const auto request = make_token_request(client, code_form(client, "unknown"));
  expect_refused(server.send(request), 400, "invalid_grant");
  expect_refused(server.send(request), 401, "invalid_client");
}

TEST_F(CodeGrant, ASpentCodeInTheHandsOfAnotherClientTakesNothingBack) {
  const TestClient other = add_client("other");
  const std::string code = code_for(client);
  const auto loot = loot_of(redeem_as(client, code));
  expect_refused(redeem_as(other, code), 400, "invalid_grant");
  EXPECT_TRUE(works(loot.access_token));
}

// FAPI2-SP-FINAL-5.3.2.1
TEST_F(CodeGrant, ACodeLivesForOneMinute) {
  const std::string late = code_for(client);
  server.clock.advance(seconds{60});
  expect_refused(redeem_as(client, late), 400, "invalid_grant");
  const std::string in_time = code_for(client);
  server.clock.advance(seconds{59});
  EXPECT_EQ(redeem_as(client, in_time).status, 200);
}

// RFC6749-4.1.3
TEST_F(CodeGrant, AnotherOrNoRedirectUriIsRefusedAndTheCodeStays) {
  const std::string code = code_for(client);
  for (const char* const uri : {"", "https://client.example/callback/", "https://client.example/callbacK",
                                "https://evil.example/callback", "https://client.example/callback?a=b"}) {
    expect_refused(redeem_as(client, code, {{"redirect_uri", uri}}), 400, "invalid_grant");
  }
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

// RFC7636-4.6
TEST_F(CodeGrant, AnotherOrNoVerifierIsRefusedAndTheCodeStays) {
  const std::string code = code_for(client);
  const std::string challenge = oauth::make_code_challenge(test::kVerifier);
  for (const std::string& verifier :
       {std::string(), std::string(43, 'a'), challenge, std::string("short"), std::string(test::kVerifier) + "x"}) {
    expect_refused(redeem_as(client, code, {{"code_verifier", verifier}}), 400, "invalid_grant");
  }
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

// RFC9449-10
TEST_F(CodeGrant, ACodeForAKeyIsRefusedWithAnotherKeyOrNone) {
  const std::string code = code_for(client, {{"dpop_jkt", test::jkt_of(client.dpop_key)}});
  const Parameters form = code_form(client, code);
  expect_refused(post_as(client, kToken, form, proof(thiefs_key, "POST", kToken)), 400, "invalid_grant");
  expect_refused(post_as(client, kToken, form), 400, "invalid_dpop_proof");
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

// RFC8707-2.2
TEST_F(CodeGrant, AResourceThatWasNotGrantedIsRefused) {
  const TestClient two = add_client("two", {{"resource", {"https://a.example", "https://b.example"}}});
  const std::string code = code_for(two, {{"resource", "https://a.example"}});
  expect_refused(redeem_as(two, code, {{"resource", "https://b.example"}}), 400, "invalid_target");
  expect_refused(redeem_as(two, code, {{"resource", "not a uri"}}), 400, "invalid_target");
  EXPECT_EQ(redeem_as(two, code, {{"resource", "https://a.example"}}).status, 200);
}

TEST_F(CodeGrant, ATokenIsForTheOneResourceThatWasAskedFor) {
  const TestClient two = add_client("two", {{"resource", {"https://a.example", "https://b.example"}}});
  TestClient asker("asker", "https://asker.example/");
  register_api(asker, {"https://a.example", "https://b.example"});
  const auto one = loot_of(redeem_as(two, code_for(two), {{"resource", "https://b.example"}}));
  EXPECT_EQ(text_of(introspect_as(asker, one.access_token), "aud"), "https://b.example");
  const auto both = test::body_of(introspect_as(asker, tokens_for(two).access_token));
  EXPECT_EQ(render_json(both.at("aud")), R"(["https://a.example","https://b.example"])");
}

TEST_F(CodeGrant, AResourceThatIsNamedTwiceIsOneAudience) {
  Parameters form = code_form(client, code_for(client));
  for (int i = 0; i < 2; ++i) form.push_back({"resource", std::string(test::kIssuer)});
  const auto credentials = credentials_of(client);
  form.insert(form.end(), credentials.begin(), credentials.end());
  http::Fields fields;
  fields.set("DPoP", proof(client.dpop_key, "POST", kToken));
  const auto answer = server.post(kToken, form, std::move(fields));
  EXPECT_EQ(text_of(introspect_as(api, text_of(answer, "access_token")), "aud"), test::kIssuer);
}

TEST_F(CodeGrant, AnAccountThatWasDisabledMeanwhileGivesNoToken) {
  const std::string code = code_for(client);
  disable_account("account-ada");
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
}

// RFC6749-5.1, RFC9449-5
TEST_F(CodeGrant, GivesAnOpaqueTokenBoundToTheKeyWithWhatWasGranted) {
  const auto answer = redeem_as(client, code_for(client, {{"scope", "openid accounts offline_access"}}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  EXPECT_EQ(answer.fields.get("Content-Type"), "application/json");
  EXPECT_EQ(answer.fields.count("DPoP-Nonce"), 0U);
  const auto body = test::body_of(answer);
  EXPECT_EQ(peek_string(body, "token_type"), "DPoP");
  EXPECT_EQ(peek_string(body, "scope"), "openid accounts offline_access");
  EXPECT_EQ(peek_string(body, "access_token").size(), 43U);
  EXPECT_EQ(peek_string(body, "refresh_token").size(), 43U);
  EXPECT_EQ(body.at("expires_in").as_int64(), 600);
}

// RFC6749-6: a refresh token is an extra power, given when it was asked for
TEST_F(CodeGrant, GivesNoRefreshTokenWithoutOfflineAccessOrRegistration) {
  EXPECT_EQ(tokens_for(client, "openid accounts").refresh_token, "");
  EXPECT_NE(tokens_for(client, "openid accounts offline_access").refresh_token, "");
  const TestClient once = add_client("once", {{"grant_types", {"authorization_code"}}});
  EXPECT_EQ(tokens_for(once, "openid accounts offline_access").refresh_token, "");
}

// OIDC-11: what gives nothing is not asked for and not said to be granted
TEST_F(CodeGrant, OfflineAccessIsIgnoredWhereTheClientMayNotRefresh) {
  const TestClient once = add_client("once", {{"grant_types", {"authorization_code"}}});
  const auto pushed = post_as(once, kPar, with(once.authorization_request(), {{"scope", "openid offline_access"}}));
  browser.open(test::TestServer::authorization_url(once, text_of(pushed, "request_uri"))).sign_in();
  const auto answer = redeem_as(once, browser.has_element("allow") ? browser.press("allow").code() : browser.code());
  EXPECT_EQ(text_of(answer, "scope"), "openid");
  EXPECT_EQ(peek_string(introspect(text_of(answer, "access_token")), "scope"), "openid");
}

// Nothing outlives the last access token, and nothing ends before it
TEST_F(CodeGrant, WithoutARefreshTokenTheGrantLastsAsLongAsItsLastAccessToken) {
  const Duration code = server.issuer().config().authorization_code_lifetime;
  const Duration token = server.issuer().config().access_token_lifetime;
  const std::string late = code_for(client, {{"scope", "openid accounts"}});
  server.clock.advance(code - seconds{1});
  const auto loot = loot_of(redeem_as(client, late));
  ASSERT_EQ(loot.refresh_token, "");
  server.clock.advance(token - seconds{1});
  EXPECT_TRUE(is_active(loot.access_token));
  EXPECT_TRUE(works(loot.access_token));
  EXPECT_EQ(introspect(loot.access_token).at("exp").as_int64(), to_unix_seconds(server.clock.now()) + 1);
  const auto grants = [&] {
    return test::value_of(run_blocking(server.store.grants.list("account-ada", server.clock.now()))).size();
  };
  EXPECT_EQ(grants(), 1U);
  server.clock.advance(seconds{2});
  EXPECT_EQ(grants(), 0U);
}

TEST_F(CodeGrant, AReusedCodeTakesBackAGrantWithoutARefreshToken) {
  const std::string code = code_for(client, {{"scope", "openid accounts"}});
  const auto loot = loot_of(redeem_as(client, code));
  server.clock.advance(server.issuer().config().access_token_lifetime - seconds{1});
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
  EXPECT_FALSE(is_active(loot.access_token));
}

// OIDC-2, OIDC-3.1.3.7
TEST_F(CodeGrant, TheIdTokenNamesIssuerClientNonceAndUser) {
  const auto claims = verified(tokens_for(client, {{"max_age", "3600"}}).id_token);
  const auto now = to_unix_seconds(server.clock.now());
  EXPECT_EQ(peek_string(claims, "iss"), test::kIssuer);
  EXPECT_EQ(peek_string(claims, "aud"), client.client_id);
  EXPECT_EQ(peek_string(claims, "sub"), "account-ada");
  EXPECT_EQ(peek_string(claims, "nonce"), "nonce-of-the-client-19c2");
  EXPECT_EQ(claims.at("iat").as_int64(), now);
  EXPECT_EQ(claims.at("auth_time").as_int64(), now);
  EXPECT_FALSE(claims.contains("email")) << "scopes speak of userinfo, not of the ID token (OIDC-5.4)";
}

TEST_F(CodeGrant, WithoutOpenidThereIsNoIdToken) {
  EXPECT_EQ(tokens_for(client, "accounts").id_token, "");
}

class CodeOfAnotherIssuer : public BackChannelTest {
 protected:
  CodeOfAnotherIssuer()
      : BackChannelTest({test::issuer_config(), test::issuer_config("other", "https://as.example/other")}) {
    server.register_client(client, "other");
  }
};

TEST_F(CodeOfAnotherIssuer, IsRefusedAlthoughTheClientHasTheSameName) {
  const std::string code = code_for(client);
  expect_refused(token_as(client, code_form(client, code), "https://as.example/other/token"), 400, "invalid_grant");
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

class CertificateCode : public BackChannelTest {
 protected:
  CertificateCode() { server.peer.certificate = authority.issue_client("bank"); }
  test::Authority authority{"Authority", server.clock.now()};
  const TestClient bank =
      add_client("bank", {{"dpop_bound_access_tokens", nullptr}, {"tls_client_certificate_bound_access_tokens", true}});
};

// RFC8705-3
TEST_F(CertificateCode, IsRefusedWithoutTheCertificate) {
  const std::string code = code_for(bank);
  const Bytes certificate = std::exchange(server.peer.certificate, {});
  expect_refused(post_as(bank, kToken, code_form(bank, code)), 400, "invalid_request");
  server.peer.certificate = certificate;
  EXPECT_EQ(post_as(bank, kToken, code_form(bank, code)).status, 200);
}

// RFC8705-3.2
TEST_F(CertificateCode, GivesABearerTokenBoundToTheCertificate) {
  const auto answer = post_as(bank, kToken, code_form(bank, code_for(bank)));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(text_of(answer, "token_type"), "Bearer");
  const auto known = introspect(text_of(answer, "access_token"));
  EXPECT_EQ(peek_string(known.at("cnf").as_object(), "x5t#S256"),
            encode_base64url(crypto::sha256(server.peer.certificate)));
}

class RedirectUriLeftOut : public BackChannelTest {
 protected:
  RedirectUriLeftOut() : BackChannelTest({test::issuer_config("main", "https://as.example", "openid")}) {}
  std::string code_without_redirect_uri() { return code_for(client, {{"redirect_uri", ""}, {"scope", "accounts"}}); }
};

// RFC6749-4.1.3: it is repeated when it was in the authorization request
TEST_F(RedirectUriLeftOut, AnotherOneThanTheFilledInIsRefused) {
  const std::string code = code_without_redirect_uri();
  expect_refused(redeem_as(client, code, {{"redirect_uri", "https://evil.example/"}}), 400, "invalid_grant");
}
TEST_F(RedirectUriLeftOut, MustBeRepeatedWhenItWasSent) {
  const std::string code = code_for(client, {{"scope", "accounts"}});
  expect_refused(redeem_as(client, code, {{"redirect_uri", ""}}), 400, "invalid_grant");
  EXPECT_EQ(redeem_as(client, code).status, 200);
}
TEST_F(RedirectUriLeftOut, NeedNotBeRepeated) {
  EXPECT_EQ(redeem_as(client, code_without_redirect_uri(), {{"redirect_uri", ""}}).status, 200);
  EXPECT_EQ(redeem_as(client, code_without_redirect_uri()).status, 200);
}

TEST_F(RedirectUriLeftOut, NeedNotBeRepeatedAfterARequestThroughTheBrowser) {
  const auto request = with(client.authorization_request(), {{"redirect_uri", ""}, {"scope", "accounts"}});
  const std::string code = browser.log_in(test::TestServer::plain_authorization_url(request));
  EXPECT_EQ(redeem_as(client, code, {{"redirect_uri", ""}}).status, 200);
}

}  // namespace
}  // namespace signet
