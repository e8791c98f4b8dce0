#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::with;

class Authorize : public testing::Test {
 protected:
  Authorize() {
    server.register_client(client);
    server.add_user();
  }
  std::string push(const Parameters& more = {}) {
    return server.push(client, with(client.authorization_request(), more));
  }
  std::string url_of(const Parameters& more = {}) { return TestServer::authorization_url(client, push(more)); }
  /// Of another user, who has signed in with a browser of her own.
  std::string id_token_of_grace() {
    server.add_user("grace");
    Browser of_grace(server);
    of_grace.open(url_of()).sign_in("grace");
    const auto tokens = server.redeem(client, of_grace.press("allow").code());
    return std::string(peek_string(test::value_of(parse_json_object(tokens.body)), "id_token"));
  }
  http::Response post_from_another_site(const Parameters& form) {
    return server.post("https://as.example/authorize", with(form, {{"client_id", client.client_id}}));
  }
  void expect_error_page(const std::string& name) {
    EXPECT_EQ(browser.status(), 400);
    EXPECT_EQ(browser.left_for(), "");
    EXPECT_TRUE(browser.has_element("error"));
    EXPECT_TRUE(browser.shows(name)) << browser.page();
  }
  void expect_error(const std::string& name) {
    EXPECT_EQ(browser.status(), 303);
    EXPECT_EQ(browser.answer("error"), name) << browser.left_for() << browser.page();
    EXPECT_EQ(browser.answer("code"), "");
    EXPECT_EQ(browser.answer("state"), test::kState);
    EXPECT_EQ(browser.answer("iss"), "https://as.example");
  }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

// RFC9126-4, FAPI2-SP-FINAL-5.3.2.2
TEST_F(Authorize, AnUnknownRequestUriIsAPageAndNoRedirect) {
  browser.open(
      TestServer::authorization_url(client, "urn:ietf:params:oauth:request_uri:" + make_random_token(server.random)));
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, AnExpiredRequestUriIsAPageAndNoRedirect) {
  const std::string url = url_of();
  server.clock.advance(seconds{91});
  browser.open(url);
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, ARequestUriOfAnotherClientIsAPageAndNoRedirect) {
  const TestClient other("client-2", "https://other.example/callback");
  server.register_client(other);
  browser.open(TestServer::authorization_url(other, push()));
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, ARequestUriOfAnotherIssuerIsAPageAndNoRedirect) {
  TestServer two({test::issuer_config(), test::issuer_config("second", "https://as.example/second")});
  two.register_client(client);
  two.register_client(client, "second");
  const std::string request_uri = two.push(client);
  Browser visitor(two);
  visitor.open(TestServer::authorization_url(client, request_uri, "https://as.example/second"));
  EXPECT_EQ(visitor.status(), 400);
  EXPECT_TRUE(visitor.shows("invalid_request_uri"));
}

// RFC9126-7.3
TEST_F(Authorize, ARequestUriWorksOnce) {
  const std::string url = url_of();
  (void)browser.log_in(url);
  browser.open(url);
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, ARequestUriIsStillGoodAfterPageLoadsAndPrefetching) {
  const std::string url = url_of();
  Browser somebody(server);
  somebody.open(url);
  browser.open(url);
  browser.open(url);
  EXPECT_EQ(browser.log_in(url).size(), 43U);
}

TEST_F(Authorize, APrefetchOrAHeadRequestOfASignedInBrowserSpendsNothing) {
  (void)browser.log_in(url_of());
  const std::string url = url_of();
  http::Request prefetch = server.make_request("GET", url);
  prefetch.fields.set("Cookie", "__Host-signet-session=" + browser.cookies.at("__Host-signet-session"));
  http::Request head = prefetch;
  prefetch.fields.set("Sec-Purpose", "prefetch;prerender");
  head.method = "HEAD";
  for (const http::Request& unseen : {prefetch, head}) {
    const http::Response response = server.send(unseen);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.fields.get("Retry-After"), "1");
    EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
  }
  EXPECT_EQ(browser.open(url).code().size(), 43U);
}

TEST_F(Authorize, ALoginThatBeganInTimeMayEndAfterTheRequestUriHasExpired) {
  const std::string url = url_of();
  browser.open(url);
  server.clock.advance(minutes{5});
  EXPECT_TRUE(browser.sign_in().has_element("allow"));
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
}

TEST_F(Authorize, OfTwoLoginsForOneRequestUriOnlyTheFirstGetsACode) {
  const std::string url = url_of();
  Browser other(server);
  browser.open(url).sign_in();
  other.open(url).sign_in();
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
  other.press("allow");
  EXPECT_EQ(other.status(), 400);
  EXPECT_EQ(other.left_for(), "");
  EXPECT_TRUE(other.shows("invalid_request_uri"));
}

// conformance rows 18, 19, 22: what stands beside request_uri counts for nothing
TEST_F(Authorize, ParametersBesideTheRequestUriAreIgnored) {
  const std::string url = url_of({{"state", ""}}) + "&" +
                          http::render_form({{"state", "outer"},
                                             {"redirect_uri", "https://evil.example/"},
                                             {"scope", "payments"},
                                             {"scope", "twice"},
                                             {"nonce", "outer"}});
  (void)browser.log_in(url);
  EXPECT_TRUE(browser.left_for().starts_with("https://client.example/callback?code="));
  EXPECT_FALSE(browser.left_for().contains("state="));
}

TEST_F(Authorize, ARequestUriWithoutItsClientIdIsAPage) {
  browser.open("https://as.example/authorize?" + http::render_form({{"request_uri", push()}}));
  expect_error_page("invalid_request");
}

// RFC6749-4.1.1
TEST_F(Authorize, AnUnknownClientIsAPageAndNoRedirect) {
  browser.open(TestServer::plain_authorization_url(with(client.authorization_request(), {{"client_id", "nobody"}})));
  expect_error_page("invalid_client");
}

TEST_F(Authorize, ARedirectUriThatIsNotRegisteredIsAPageAndNoRedirect) {
  browser.open(TestServer::plain_authorization_url(
      with(client.authorization_request(), {{"redirect_uri", "https://evil.example/callback"}})));
  EXPECT_EQ(browser.status(), 400);
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_FALSE(browser.shows("evil.example"));
}

// FAPI2-SP-FINAL-5.3.2.2
TEST_F(Authorize, ARequestThatWasNotPushedIsRefusedAtTheRegisteredRedirectUri) {
  browser.open(TestServer::plain_authorization_url(client.authorization_request()));
  expect_error("invalid_request");
}

TEST_F(Authorize, AForeignRequestUriIsNeverFetched) {
  browser.open(
      "https://as.example/authorize?" +
      http::render_form({{"client_id", client.client_id}, {"request_uri", "https://client.example/request.jwt"}}));
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, APageSaysNothingThatTheRequestBrought) {
  browser.open("https://as.example/authorize?client_id=%3Cscript%3Ealert(1)%3C/script%3E");
  EXPECT_EQ(browser.status(), 400);
  EXPECT_FALSE(browser.shows("script>"));
}

TEST_F(Authorize, NamesOfAClientAreEscapedOnThePage) {
  TestClient evil("client-3");
  evil.metadata["client_name"] = R"("><script>alert(1)</script>)";
  server.register_client(evil);
  browser.open(TestServer::authorization_url(evil, server.push(evil)));
  EXPECT_TRUE(browser.has_element("login"));
  EXPECT_FALSE(browser.shows("<script>"));
}

// OIDC-3.1.2
TEST_F(Authorize, ALoginAndAConsentGiveACodeWithStateAndIssuer) {
  EXPECT_EQ(browser.log_in(url_of()).size(), 43U);
  EXPECT_TRUE(browser.left_for().starts_with("https://client.example/callback?"));
  EXPECT_EQ(browser.answer("state"), test::kState);
  EXPECT_EQ(browser.answer("iss"), "https://as.example");
  EXPECT_EQ(browser.status(), 303);
  EXPECT_EQ(browser.response().fields.get("Cache-Control"), "no-store");
  EXPECT_EQ(browser.response().fields.get("Referrer-Policy"), "no-referrer");
  EXPECT_TRUE(server.was_recorded("authorization granted"));
}

TEST_F(Authorize, TheCodeCanBeRedeemed) {
  EXPECT_EQ(server.redeem(client, browser.log_in(url_of())).status, 200);
}

TEST_F(Authorize, TheCodeIsBoundToThePushedDpopKey) {
  const auto other_key = test::make_signer("");
  const std::string code = browser.log_in(url_of({{"dpop_jkt", test::jkt_of(other_key)}}));
  EXPECT_EQ(server.redeem(client, code).status, 400);
}

TEST_F(Authorize, ALiveSessionWithConsentIsAnsweredAtOnce) {
  (void)browser.log_in(url_of());
  browser.open(url_of());
  EXPECT_EQ(browser.status(), 303);
  EXPECT_EQ(browser.code().size(), 43U);
  EXPECT_EQ(server.redeem(client, browser.code()).status, 200);
}

TEST_F(Authorize, OfTwoVisitsOfASignedInBrowserOnlyTheFirstGetsACode) {
  (void)browser.log_in(url_of());
  const std::string url = url_of();
  EXPECT_EQ(browser.open(url).code().size(), 43U);
  browser.open(url);
  expect_error_page("invalid_request_uri");
}

TEST_F(Authorize, ASessionEndsWhenItIsIdle) {
  (void)browser.log_in(url_of());
  server.clock.advance(minutes{31});
  EXPECT_TRUE(browser.open(url_of()).has_element("login"));
}

TEST_F(Authorize, ASessionInUseEndsAtItsAbsoluteLimit) {
  (void)browser.log_in(url_of());
  for (int i = 0; i < 35; ++i) {
    server.clock.advance(minutes{20});
    ASSERT_EQ(browser.open(url_of()).code().size(), 43U) << i;
    (void)server.audit();
  }
  server.clock.advance(minutes{20});
  EXPECT_TRUE(browser.open(url_of()).has_element("login"));
}

TEST_F(Authorize, ASessionOfADisabledAccountIsWorthNothing) {
  (void)browser.log_in(url_of());
  test::disable_account(server.store, "account-ada", server.clock.now());
  EXPECT_TRUE(browser.open(url_of()).has_element("login"));
  browser.open(url_of({{"prompt", "none"}}));
  expect_error("login_required");
}

TEST_F(Authorize, ASessionCookieOfAnotherIssuerIsWorthNothing) {
  TestServer two({test::issuer_config(), test::issuer_config("second", "https://as.example/second")});
  two.register_client(client);
  two.register_client(client, "second");
  two.add_user();
  Browser visitor(two);
  (void)visitor.log_in(TestServer::authorization_url(client, two.push(client)));
  const std::string second = "https://as.example/second";
  visitor.cookies["__Host-signet-session-second"] = visitor.cookies.at("__Host-signet-session-main");
  visitor.open(TestServer::authorization_url(client, two.push(client, client.authorization_request(), second), second));
  EXPECT_TRUE(visitor.has_element("login"));
}

// OIDC-3.1.2.1, OIDC-3.1.2.6
TEST_F(Authorize, PromptNoneWithoutASessionIsLoginRequired) {
  browser.open(url_of({{"prompt", "none"}}));
  expect_error("login_required");
  EXPECT_TRUE(server.was_recorded("authorization refused"));
}

TEST_F(Authorize, PromptNoneWithASessionAndConsentIsSilent) {
  (void)browser.log_in(url_of());
  EXPECT_EQ(browser.open(url_of({{"prompt", "none"}})).code().size(), 43U);
}

TEST_F(Authorize, PromptNoneForAScopeThatWasNotAllowedIsConsentRequired) {
  (void)browser.log_in(url_of());
  browser.open(url_of({{"prompt", "none"}, {"scope", "openid accounts payments"}}));
  expect_error("consent_required");
}

TEST_F(Authorize, PromptLoginAsksAgainAndTheLoginIsNew) {
  (void)browser.log_in(url_of());
  const std::string before = browser.cookies.at("__Host-signet-session");
  server.clock.advance(minutes{1});
  EXPECT_TRUE(browser.open(url_of({{"prompt", "login"}})).has_element("login"));
  EXPECT_TRUE(browser.shows("confirm that it is you"));
  EXPECT_EQ(browser.sign_in().code().size(), 43U);
  EXPECT_NE(browser.cookies.at("__Host-signet-session"), before);
}

TEST_F(Authorize, PromptConsentAsksAgainThoughEverythingWasAllowed) {
  (void)browser.log_in(url_of());
  EXPECT_TRUE(browser.open(url_of({{"prompt", "consent"}})).has_element("allow"));
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
}

TEST_F(Authorize, MaxAgeAsksForALoginThatIsTooOld) {
  (void)browser.log_in(url_of());
  server.clock.advance(seconds{30});
  EXPECT_EQ(browser.open(url_of({{"max_age", "60"}})).code().size(), 43U);
  server.clock.advance(seconds{31});
  EXPECT_TRUE(browser.open(url_of({{"max_age", "60"}})).has_element("login"));
}

TEST_F(Authorize, ALoginHintOfAnotherAccountAsksForALogin) {
  (void)browser.log_in(url_of());
  EXPECT_EQ(browser.open(url_of({{"login_hint", "ada@example.com"}})).code().size(), 43U);
  browser.open(url_of({{"login_hint", "grace"}}));
  EXPECT_TRUE(browser.has_element("login"));
  EXPECT_TRUE(browser.shows("value=\"grace\""));
}

// A name has at most 128 bytes; half a character would end the login without a word to the client.
TEST_F(Authorize, ALoginHintThatIsTooLongForANameIsLeftOut) {
  std::string names;
  for (int i = 0; i < 43; ++i) names += "密";
  for (const std::string& hint : {names, std::string(127, 'a') + "é", std::string(512, 'a')}) {
    EXPECT_TRUE(browser.open(url_of({{"login_hint", hint}})).has_element("login")) << browser.page();
    EXPECT_FALSE(browser.shows("value=\"" + hint.substr(0, 3))) << browser.page();
  }
  const std::string longest = std::string(126, 'a') + "é";
  EXPECT_TRUE(browser.open(url_of({{"login_hint", longest}})).shows("value=\"" + longest + "\"")) << browser.page();
  EXPECT_EQ(browser.sign_in().press("allow").code().size(), 43U);
}

TEST_F(Authorize, AnIdTokenHintOfAnotherAccountWantsThatAccount) {
  const std::string hint = id_token_of_grace();
  (void)browser.log_in(url_of());
  browser.open(url_of({{"id_token_hint", hint}, {"prompt", "none"}}));
  expect_error("login_required");
  browser.open(url_of({{"id_token_hint", hint}})).sign_in();
  EXPECT_TRUE(browser.has_element("problem")) << browser.page();
  EXPECT_EQ(browser.sign_in("grace").code().size(), 43U);
}

// OIDC-3.1.2.1, OIDC-5.5.1
TEST_F(Authorize, ASubAskedForByItsValueWantsThatUser) {
  const std::string id_token = id_token_of_grace();
  const auto claims =
      test::value_of(jose::parse_claims(test::value_of(jose::UnverifiedJws::parse(id_token)).peek_payload()));
  const std::string of_her = R"({"id_token":{"sub":{"value":")" + claims.sub.value_or("") + R"("}}})";
  (void)browser.log_in(url_of());
  browser.open(url_of({{"claims", of_her}, {"prompt", "none"}}));
  expect_error("login_required");
  browser.open(url_of({{"claims", of_her}})).sign_in();
  EXPECT_TRUE(browser.has_element("problem")) << browser.page();
  EXPECT_EQ(browser.sign_in("grace").code().size(), 43U);
  EXPECT_EQ(browser.open(url_of({{"claims", of_her}, {"prompt", "none"}})).code().size(), 43U);
  browser.open(url_of({{"claims", R"({"id_token":{"sub":{"value":"nobody"}}})"}, {"prompt", "none"}}));
  expect_error("login_required");
  browser.open(url_of({{"claims", R"({"id_token":{"sub":{"values":["a","b"]}}})"}}));
  expect_error("invalid_request");
  browser.open(url_of({{"claims", R"({"id_token":{"sub":{"value":"nobody"}}})"}, {"id_token_hint", id_token}}));
  expect_error("invalid_request");
  EXPECT_EQ(browser.open(url_of({{"claims", R"({"id_token":{"sub":null}})"}, {"prompt", "none"}})).code().size(), 43U);
}

TEST_F(Authorize, AnAccessTokenOrAForeignTokenIsNoIdTokenHint) {
  const auto& signer = server.issuer().keys()->current.front();
  const std::string claims = R"({"iss":"https://as.example","sub":"account-ada","aud":"client-1"})";
  browser.open(url_of({{"id_token_hint", test::value_of(jose::sign_jws(signer, "at+jwt", claims))}}));
  expect_error("invalid_request");
  browser.open(url_of({{"id_token_hint", test::value_of(jose::sign_jws(client.signer, "JWT", claims))}}));
  expect_error("invalid_request");
}

// OIDC-5.5.1.1
TEST_F(Authorize, AnEssentialAcrThatALoginCannotReachIsRefused) {
  auto config = test::issuer_config();
  config.acr_values = {"urn:example:1", "urn:example:2"};
  TestServer levels({config});
  levels.register_client(client);
  levels.add_user();
  Browser visitor(levels);
  const auto url = [&](const std::string& value) {
    return TestServer::authorization_url(
        client,
        levels.push(client,
                    with(client.authorization_request(),
                         {{"claims", R"({"id_token":{"acr":{"essential":true,"values":[")" + value + R"("]}}})"}})));
  };
  levels.config().login.enrolment_at_login = false;
  visitor.open(url("urn:example:2")).sign_in();
  EXPECT_EQ(visitor.answer("error"), "unmet_authentication_requirements");
  EXPECT_EQ(visitor.log_in(url("urn:example:1")).size(), 43U);
}

TEST_F(Authorize, ALongStateComesBackWhole) {
  const std::string state(1000, 's');
  (void)browser.log_in(url_of({{"state", state}}));
  EXPECT_EQ(browser.answer("state"), state);
}

TEST_F(Authorize, ARedirectUriWithAQueryKeepsIt) {
  const TestClient other("client-2", "https://client.example/callback?dummy1=lorem&dummy2=ipsum");
  server.register_client(other);
  (void)browser.log_in(TestServer::authorization_url(other, server.push(other)));
  EXPECT_EQ(browser.answer("dummy1"), "lorem");
  EXPECT_EQ(browser.answer("dummy2"), "ipsum");
}

// RFC6749-3.1
TEST_F(Authorize, ARequestMayBePosted) {
  const std::string request_uri = push();
  browser.submit("https://as.example/authorize", {{"client_id", client.client_id}, {"request_uri", request_uri}});
  EXPECT_TRUE(browser.has_element("login"));
}

// OIDC-3.1.2.1: a POST from the client's site comes without our cookies (SameSite=Lax), and is answered as a GET is
TEST_F(Authorize, APostFromAnotherSiteFindsTheSession) {
  (void)browser.log_in(url_of());
  const http::Response posted = post_from_another_site({{"request_uri", push({{"prompt", "none"}})}});
  EXPECT_EQ(posted.status, 303) << posted.body;
  EXPECT_EQ(posted.fields.count("Set-Cookie"), 0U) << "the cookie of other open logins would be lost";
  EXPECT_EQ(browser.open(std::string(posted.fields.get("Location"))).code().size(), 43U);
}

TEST_F(Authorize, APostFromAnotherSiteThatIsRefusedIsAnsweredStraight) {
  const http::Response unknown = post_from_another_site({{"request_uri", "urn:ietf:params:oauth:request_uri:no"}});
  EXPECT_EQ(unknown.status, 400);
  const http::Response plain = post_from_another_site(client.authorization_request());
  EXPECT_TRUE(plain.fields.get("Location").starts_with("https://client.example/callback?error=invalid_request"));
}

TEST_F(Authorize, NoCrossOriginReadingIsAllowed) {
  http::Fields fields;
  fields.set("Origin", "https://client.example");
  EXPECT_EQ(server.get(url_of(), fields).fields.count("Access-Control-Allow-Origin"), 0U);
}

class PlainAuthorize : public testing::Test {
 protected:
  PlainAuthorize() {
    server.register_client(client);
    server.add_user();
  }
  std::string url_of(const Parameters& more = {}) {
    return TestServer::plain_authorization_url(with(client.authorization_request(), more));
  }
  TestServer server{{test::issuer_config("main", "https://as.example", "openid")}};
  TestClient client;
  Browser browser{server};
};

TEST_F(PlainAuthorize, ARequestInTheQueryGivesACode) {
  EXPECT_EQ(server.redeem(client, browser.log_in(url_of())).status, 200);
}

TEST_F(PlainAuthorize, FaultsAfterTheRedirectUriWasFoundGoodAreRedirected) {
  browser.open(url_of({{"response_type", "token"}}));
  EXPECT_EQ(browser.answer("error"), "unsupported_response_type");
  browser.open(url_of({{"scope", "openid phone"}}));
  EXPECT_EQ(browser.answer("error"), "invalid_scope") << "offered, and not to this client";
  browser.open(url_of({{"scope", "admin nosuchscope"}}));
  EXPECT_EQ(browser.answer("error"), "invalid_scope") << "nothing is left of it";
  browser.open(url_of({{"code_challenge_method", "plain"}}));
  EXPECT_EQ(browser.answer("error"), "invalid_request");
  browser.open(url_of({{"resource", "https://other.example/api"}}));
  EXPECT_EQ(browser.answer("error"), "invalid_target");
  browser.open(url_of() + "&scope=openid");
  EXPECT_EQ(browser.answer("error"), "invalid_request");
  EXPECT_EQ(browser.answer("iss"), "https://as.example");
  EXPECT_EQ(browser.answer("state"), test::kState);
}

// OIDC-3.1.2.1
TEST_F(PlainAuthorize, AScopeThatNobodyKnowsIsIgnored) {
  const std::string code = browser.log_in(url_of({{"scope", "openid nosuchscope accounts"}}));
  const auto tokens = test::value_of(parse_json_object(server.redeem(client, code).body));
  EXPECT_EQ(peek_string(tokens, "scope"), "openid accounts");
  const std::string pushed = server.login_url(client, {{"scope", "openid nosuchscope"}});
  EXPECT_EQ(browser.open(pushed).code().size(), 43U);
}

// OIDC-3.1.2.1
TEST_F(PlainAuthorize, APostedRequestFromAnotherSiteIsKeptForTheGetThatFollows) {
  (void)browser.log_in(url_of());
  const auto form = with(client.authorization_request(), {{"prompt", "none"}});
  const http::Response posted = server.post("https://as.example/authorize", form);
  EXPECT_EQ(posted.status, 303) << posted.body;
  EXPECT_EQ(posted.fields.count("Set-Cookie"), 0U);
  const std::string location(posted.fields.get("Location"));
  for (const std::string_view kept : {"code_challenge", "nonce", "callback"}) EXPECT_FALSE(location.contains(kept));
  EXPECT_EQ(server.redeem(client, browser.open(location).code()).status, 200);
  EXPECT_EQ(browser.answer("state"), test::kState);
  EXPECT_TRUE(browser.open(location).shows("invalid_request_uri")) << "it is used once";
}

TEST_F(PlainAuthorize, APostWithOurCookiesIsAnsweredAtOnce) {
  (void)browser.log_in(url_of());
  browser.submit("https://as.example/authorize", with(client.authorization_request(), {{"prompt", "none"}}));
  EXPECT_EQ(browser.address(), "/authorize");
  EXPECT_EQ(browser.code().size(), 43U);
}

TEST_F(PlainAuthorize, ARequestObjectOrAForeignRequestUriIsAnsweredAsNotSupported) {
  browser.open(url_of({{"request", "e30.e30."}}));
  EXPECT_EQ(browser.answer("error"), "request_not_supported");
  browser.open(url_of({{"request_uri", "https://client.example/r"}}));
  EXPECT_EQ(browser.answer("error"), "request_uri_not_supported");
}

TEST_F(PlainAuthorize, TwoRedirectUrisAreAPage) {
  browser.open(url_of() + "&redirect_uri=https%3A%2F%2Fevil.example%2F");
  EXPECT_EQ(browser.status(), 400);
  EXPECT_EQ(browser.left_for(), "");
}

}  // namespace
}  // namespace signet
