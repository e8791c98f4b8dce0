#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::with;

class Consent : public testing::Test {
 protected:
  Consent() {
    client.metadata["resource"] = json::array{"https://api.example/accounts", "https://api.example/payments"};
    server.register_client(client);
    server.add_user();
  }
  std::string url_of(const Parameters& more = {}) { return server.login_url(client, more); }
  Browser& asked(const Parameters& more = {}) { return browser.open(url_of(more)).sign_in(); }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

// FAPI2-SP-FINAL-5.3.2.2
TEST_F(Consent, ThePageNamesClientScopesDataServicesAndTime) {
  asked({{"scope", "openid accounts offline_access"},
         {"resource", "https://api.example/accounts"},
         {"claims", R"({"userinfo":{"phone_number":null},"id_token":{"auth_time":{"essential":true}}})"}});
  for (const auto* part : {"Acme Budget", "acme.example", "Signed in as Ada Lovelace", "Know that it is you",
                           "See your accounts", "Your phone number", "https://api.example/accounts", "Up to 90 days"}) {
    EXPECT_TRUE(browser.shows(part)) << part << "\n" << browser.page();
  }
  EXPECT_FALSE(browser.shows("auth_time"));
}

TEST_F(Consent, AScopeOfTheHousesOwnIsShownByItsName) {
  asked({{"scope", "openid profile email"}});
  EXPECT_TRUE(browser.shows("See your profile"));
  EXPECT_TRUE(browser.shows("Each time that you sign in there, for up to 10 minutes"));
}

TEST_F(Consent, DenyGoesBackWithAccessDeniedAndIsNotRemembered) {
  const std::string url = url_of();
  browser.open(url).sign_in().press("deny");
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_EQ(browser.answer("state"), test::kState);
  EXPECT_EQ(browser.answer("iss"), "https://as.example");
  EXPECT_TRUE(server.was_recorded("consent cancelled"));
  EXPECT_TRUE(browser.open(url).shows("invalid_request_uri"));
  EXPECT_TRUE(browser.open(url_of()).has_element("allow"));
}

// somebody else's session was left open in this browser
TEST_F(Consent, WhoIsNotTheOneThatIsSignedInSignsInAsAnother) {
  server.add_user("grace", "another long password", {{"name", "Grace Hopper"}});
  asked().press("other_account");
  ASSERT_TRUE(browser.has_element("login")) << browser.page();
  EXPECT_FALSE(browser.shows("Ada")) << browser.page();
  browser.sign_in("grace", "another long password");
  EXPECT_TRUE(browser.shows("Signed in as Grace Hopper")) << browser.page();
  EXPECT_EQ(browser.press("allow").code().size(), 43U) << browser.page();
  EXPECT_TRUE(value_of(run_blocking(server.store.sessions.list("account-ada", server.clock.now()))).empty());
}

TEST_F(Consent, WhoChangesTheAccountHasAllowedNothingForTheOther) {
  asked().press("other_account").press("cancel");
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_TRUE(browser.open(url_of()).has_element("allow")) << "the session is Ada's until another one begins";
}

class ConsentOfNativeApps : public testing::Test {
 protected:
  ConsentOfNativeApps() {
    app.metadata["token_endpoint_auth_method"] = "none";
    app.metadata.erase("jwks");
    app.metadata["redirect_uris"] = json::array{"http://127.0.0.1/cb", "com.example.app:/cb", app.redirect_uri};
    server.register_client(app);
    server.add_user();
  }
  Browser& asked(const std::string& redirect_uri, const Parameters& more = {}) {
    const auto request = with(with(app.authorization_request(), {{"redirect_uri", redirect_uri}}), more);
    return browser.open("https://as.example/authorize?" + http::render_form(request));
  }
  TestServer server{{test::issuer_config("main", "https://as.example", "openid")}};
  TestClient app;
  Browser browser{server};
};

// RFC8252-8.6
TEST_F(ConsentOfNativeApps, IsAskedForEachTimeWhereAnyProgramCouldReceiveTheAnswer) {
  const std::string loopback = "http://127.0.0.1:5555/cb";
  EXPECT_EQ(asked(loopback).sign_in().press("allow").code().size(), 43U);
  for (const std::string& unproven : {loopback, std::string("com.example.app:/cb")}) {
    asked(unproven, {{"prompt", "none"}});
    EXPECT_EQ(browser.answer("error"), "consent_required") << unproven;
    EXPECT_TRUE(asked(unproven).has_element("allow")) << unproven;
    EXPECT_EQ(browser.press("allow").code().size(), 43U) << unproven;
  }
  // Whose address proves it is not asked again
  EXPECT_EQ(asked(app.redirect_uri).code().size(), 43U);
}

TEST_F(Consent, IsRememberedForWhatWasAllowed) {
  asked().press("allow");
  EXPECT_EQ(browser.open(url_of()).code().size(), 43U);
  EXPECT_EQ(browser.open(url_of({{"scope", "openid"}})).code().size(), 43U);
}

// OIDC-3.1.2.4
TEST_F(Consent, IsAskedAgainForANewScopeANewClaimOrANewService) {
  asked().press("allow");
  EXPECT_TRUE(browser.open(url_of({{"scope", "openid accounts payments"}})).has_element("allow"));
  EXPECT_TRUE(browser.open(url_of({{"claims", R"({"userinfo":{"birthdate":null}})"}})).has_element("allow"));
  EXPECT_TRUE(browser.open(url_of({{"resource", "https://api.example/payments"}})).has_element("allow"));
  EXPECT_TRUE(browser.open(url_of({{"scope", "openid accounts offline_access"}})).has_element("allow"));
}

TEST_F(Consent, AddsToWhatWasAllowedBefore) {
  asked().press("allow");
  browser.open(url_of({{"scope", "openid payments"}})).press("allow");
  EXPECT_EQ(browser.open(url_of({{"scope", "openid accounts payments"}})).code().size(), 43U);
}

TEST_F(Consent, OfOneAccountSaysNothingAboutAnother) {
  server.add_user("grace");
  asked().press("allow");
  Browser other(server);
  EXPECT_TRUE(other.open(url_of()).sign_in("grace").has_element("allow"));
}

TEST_F(Consent, OfOneClientSaysNothingAboutAnother) {
  const TestClient second("client-2", "https://second.example/callback");
  server.register_client(second);
  asked().press("allow");
  EXPECT_TRUE(browser.open(TestServer::authorization_url(second, server.push(second))).has_element("allow"));
}

TEST_F(Consent, CannotBeGivenWithTheFormOfTheLoginPage) {
  browser.open(url_of());
  const std::string page = browser.address();
  Parameters forged = with(browser.find_form("login").fields, {{"action", "allow"}});
  browser.submit(page, forged);
  EXPECT_EQ(browser.status(), 400);
  EXPECT_EQ(browser.left_for(), "");
}

TEST_F(Consent, IsGivenOnceHoweverOftenItsFormIsSent) {
  asked();
  const auto form = browser.find_form("allow");
  const std::string code = browser.press("allow").code();
  EXPECT_EQ(browser.submit(form.action, form.fields).code(), code);
  const auto count = [](const std::string& record) { return record.starts_with("consent granted"); };
  EXPECT_EQ(std::ranges::count_if(server.audit(), count), 1);
  server.clock.advance(seconds{30});
  browser.submit(form.action, form.fields);
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_TRUE(browser.shows("You are signed in"));
}

TEST_F(Consent, AnAccountThatWasDisabledMeanwhileGivesNothing) {
  asked();
  test::disable_account(server.store, "account-ada", server.clock.now());
  browser.press("allow");
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_EQ(browser.status(), 400);
}

TEST_F(Consent, AClientThatWasRemovedMeanwhileGetsNothing) {
  asked();
  ASSERT_TRUE(run_blocking(server.store.clients.remove(client.client_id, "main", server.clock.now())));
  server.clock.advance(seconds{2});
  browser.press("allow");
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_EQ(browser.status(), 400);
}

}  // namespace
}  // namespace signet
