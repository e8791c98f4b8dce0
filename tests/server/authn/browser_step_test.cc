// A step of an app's login in a browser: who plants it, steals it, repeats it or takes more than the step comes first.
#include "server/authn/browser_step.h"

#include "base/url.h"
#include "support/app_fixture.h"
#include "support/passkey_fixture.h"

namespace signet {
namespace {

using test::add_passkey;
using test::Browser;
using test::InApp;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::VirtualAuthenticator;
using test::with;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kHigh = R"({"id_token":{"acr":{"essential":true,"value":"high"}}})";
constexpr const char* kListener = "http://127.0.0.1:4711/callback";
constexpr const char* kOrigin = "https://web.example";
constexpr std::string_view kNonce = "_resume_nonce";

server::IssuerConfig issuer_with_levels() {
  auto config = test::hypermedia_issuer();
  config.acr_values = {"low", "substantial", "high"};
  return config;
}

class WithPasskey : public testing::Test {
 protected:
  WithPasskey() {
    client.metadata["client_name"] = "Acme Budget";
    client.metadata["allowed_origins"] = json::array{kOrigin};
    server.register_client(client);
    server.add_user();
    add_passkey(server, phone, "account-ada");
  }
  TestServer server{{issuer_with_levels()}};
  TestClient client = test::hypermedia_client("app-1", "http://127.0.0.1/callback");
  VirtualAuthenticator phone{"as.example", "https://as.example"};
};

class BrowserStep : public WithPasskey {
 protected:
  /// At the page that wants the passkey after the password.
  InApp& asked(InApp& own) {
    const Parameters request = with(client.authorization_request(), {{"claims", kHigh}});
    return own.open(TestServer::authorization_url(client, server.push(client, request))).sign_in();
  }
  InApp& asked() { return asked(app); }

  /// What the app opens in a browser.
  static std::string href_of(const InApp& at) { return find_href(at.document().at("actions").as_array()); }
  static std::string find_href(const json::array& actions) {
    for (const json::value& action : actions) {
      const auto& model = action.at("model").as_object();
      const auto* arguments = model.if_contains("arguments");
      if (arguments != nullptr && arguments->as_object().contains("href"))
        return std::string(arguments->at("href").as_string());
      const auto* instead = model.if_contains("errorActions");
      const std::string found = instead == nullptr ? "" : find_href(instead->as_array());
      if (!found.empty()) return found;
    }
    return {};
  }
  static std::string launch_of(const InApp& at, const std::string& redirect_uri = kListener) {
    return with_query_parameter(href_of(at), "redirect_uri", redirect_uri);
  }
  Browser& launch(Browser& own) { return own.open(launch_of(app)); }
  Browser& launched() { return launch(asked_and(browser)); }
  Browser& asked_and(Browser& own) {
    asked();
    return own;
  }
  /// The WebAuthn options of an action, as the script of the page reads them.
  static json::object options_on(const Browser& at, const std::string& action) {
    return arguments_on(at, action).begin()->value().at("publicKey").as_object();
  }
  static json::object arguments_on(const Browser& at, const std::string& action) {
    const std::string& page = at.page();
    const auto form = page.rfind("<form", page.find("<button id=\"" + action + "\""));
    const auto start = page.find("data-arguments=\"", form) + 16;
    std::string text = page.substr(start, page.find('"', start) - start);
    for (auto quote = text.find("&quot;"); quote != std::string::npos; quote = text.find("&quot;"))
      text.replace(quote, 6, "\"");
    return value_of(parse_json_object(text));
  }
  /// Answers the page with the passkey. The nonce that comes back.
  std::string answer(Browser& own) {
    own.press("passkey", {{"credential", phone.get(options_on(own, "passkey"))}});
    return own.answer(kNonce);
  }
  static InApp& resume(InApp& own, const std::string& nonce) {
    return own.press("browser", {{std::string(kNonce), nonce}});
  }
  std::string state_of(const InApp& at) {
    const std::string handle = at.address().substr(at.address().rfind('/') + 1);
    return value_of(
               run_blocking(server.store.workflow_instances.find(oauth::InstanceHash::of(handle), server.clock.now())))
        ->state;
  }
  void expect_not_proven(InApp& own) {
    EXPECT_EQ(own.view(), own.problem().empty() ? "passkey" : own.view()) << own.response().body;
    EXPECT_TRUE(own.offers("passkey")) << own.response().body;
    EXPECT_FALSE(server.was_recorded("login granted"));
  }

  InApp app{server, client};
  Browser browser{server};
  Browser other{server};
};

// The address ---------------------------------------------------------------------------------------------------------

TEST_F(BrowserStep, TheAddressIsGoodOnceInOneBrowser) {
  const std::string address = launch_of(asked());
  browser.open(address);
  EXPECT_TRUE(browser.has_element("passkey")) << browser.page();
  for (Browser* again : {&other, &browser}) {
    again->open(address);
    EXPECT_EQ(again->status(), 400);
    EXPECT_TRUE(again->shows("opened already")) << again->page();
    EXPECT_EQ(again->left_for(), "");
  }
}

TEST_F(BrowserStep, ANewAddressOfThePageDoesNotTakeTheStepFromABrowser) {
  launched();
  other.open(launch_of(app.open(app.address())));
  EXPECT_EQ(other.status(), 400);
  EXPECT_TRUE(other.shows("opened already"));
}

TEST_F(BrowserStep, AnAddressThatIsTooOldIsRefused) {
  const std::string address = launch_of(asked());
  server.clock.advance(server::authn::kLaunchLifetime);
  browser.open(address);
  EXPECT_EQ(browser.status(), 400);
  EXPECT_TRUE(browser.shows("too old"));
}

TEST_F(BrowserStep, AnAddressThatWasMadeYoungerIsRefused) {
  std::string address = launch_of(asked());
  server.clock.advance(server::authn::kLaunchLifetime);
  const auto time = address.find("launch=") + 7;
  const auto now = std::to_string(to_unix_millis(server.clock.now()) / 1000);
  browser.open(address.replace(time, address.find('.', time) - time, now));
  EXPECT_EQ(browser.status(), 400);
  EXPECT_FALSE(browser.has_element("passkey"));
}

TEST_F(BrowserStep, AnAddressOfAnotherLoginOrAnotherPageIsRefused) {
  InApp second(server, client);
  const std::string foreign = launch_of(asked(second));
  const std::string own = launch_of(asked());
  browser.open(own.substr(0, own.find('?')) + foreign.substr(foreign.find('?')));
  EXPECT_EQ(browser.status(), 400);
  EXPECT_FALSE(browser.has_element("passkey"));
  app.press("cancel");
  EXPECT_EQ(browser.open(own).status(), 400);
}

TEST_F(BrowserStep, WhoKnowsTheLoginOnlyGetsNothing) {
  asked();
  const std::string path = "https://as.example/browser/" + app.address().substr(app.address().rfind('/') + 1);
  EXPECT_EQ(browser.open(path).status(), 404);
  EXPECT_EQ(browser.open(path + "?redirect_uri=" + kListener).status(), 400);
  EXPECT_EQ(browser.open(path + "?launch=1.2&redirect_uri=" + kListener).status(), 400);
  EXPECT_EQ(browser.open("/browser/nobody").status(), 404);
}

TEST_F(BrowserStep, OnlyARegisteredRedirectUriGetsTheNonce) {
  asked();
  for (const char* const uri : {"https://evil.example/callback", "http://127.0.0.1/other", "http://127.0.0.2/callback",
                                "http://localhost/callback", "http://127.0.0.1:4711/callback?x=1", ""}) {
    browser.open(launch_of(app, uri));
    EXPECT_EQ(browser.status(), 400) << uri;
    EXPECT_TRUE(browser.shows("redirect_uri is not registered")) << browser.page();
  }
  EXPECT_TRUE(launch(browser).has_element("passkey")) << "a refused one uses nothing up";
}

TEST_F(BrowserStep, AVisitThatNobodySeesUsesNothingUp) {
  const std::string address = launch_of(asked());
  http::Fields fields;
  fields.set("Sec-Purpose", "prefetch");
  const http::Response unseen = server.get(address, fields);
  EXPECT_EQ(unseen.status, 503);
  EXPECT_EQ(unseen.fields.get("Retry-After"), "1");
  EXPECT_EQ(server.send(server.make_request("HEAD", address)).status, 503);
  EXPECT_TRUE(browser.open(address).has_element("passkey"));
}

TEST_F(BrowserStep, OnlyAnOriginOfTheAppIsToldTheNonce) {
  const std::string address = href_of(asked());
  for (const char* const origin : {"https://evil.example", "https://web.example.evil.example", "null", "*"}) {
    browser.open(with_query_parameter(address, "for_origin", origin));
    EXPECT_EQ(browser.status(), 400) << origin;
    EXPECT_TRUE(browser.shows("for_origin is no origin")) << browser.page();
  }
  browser.open(with_query_parameter(launch_of(app), "for_origin", kOrigin));
  EXPECT_EQ(browser.status(), 400) << "one way back";
}

// The browser ---------------------------------------------------------------------------------------------------------

TEST_F(BrowserStep, AnotherBrowserCannotShowOrAnswerTheStep) {
  launched();
  const Browser::Form form = browser.find_form("passkey");
  EXPECT_EQ(other.open(browser.address()).status(), 404);
  other.cookies["__Host-signet-browser"] = std::string(43, 'x');
  EXPECT_EQ(other.open(browser.address()).status(), 403);
  EXPECT_EQ(other.submit(form.action, form.fields).status(), 403);
  EXPECT_EQ(other.left_for(), "");
}

TEST_F(BrowserStep, TheBrowserHasTheStepAloneAndNotTheLogin) {
  launched();
  EXPECT_FALSE(browser.has_element("cancel"));
  const Browser::Form form = browser.find_form("back");
  for (const char* const action : {"cancel", "other", "allow", "browser"}) {
    browser.submit(form.action, with(form.fields, {{"action", action}}));
    EXPECT_EQ(browser.status(), 400) << action;
    EXPECT_EQ(browser.left_for(), "");
  }
  EXPECT_EQ(browser.open(app.address()).status(), 403) << "the login is the app's";
  EXPECT_EQ(browser.submit(app.address(), form.fields).status(), 403);
}

TEST_F(BrowserStep, AFormOfAnotherSiteIsRefused) {
  launched();
  const Browser::Form form = browser.find_form("back");
  http::Fields fields;
  fields.set("Origin", "https://evil.example");
  EXPECT_EQ(browser.submit(form.action, form.fields, fields).status(), 400);
  EXPECT_EQ(browser.submit(form.action, with(form.fields, {{"form_token", "x"}})).status(), 400);
  EXPECT_EQ(browser.left_for(), "");
}

TEST_F(BrowserStep, TheStepIsAnsweredOnce) {
  launched();
  const Browser::Form form = browser.find_form("back");
  const std::string nonce = answer(browser);
  EXPECT_EQ(nonce.size(), 43U);
  EXPECT_EQ(browser.submit(form.action, form.fields).status(), 404);
  EXPECT_EQ(browser.open(form.action).status(), 404);
  resume(app, nonce);
  EXPECT_EQ(app.view(), "consent") << app.response().body;
}

TEST_F(BrowserStep, ABrowserThatTakesTooLongHasNothingAnyMore) {
  launched();
  const std::string credential = phone.get(options_on(browser, "passkey"));
  server.clock.advance(server::authn::kBrowserStepLifetime);
  browser.press("passkey", {{"credential", credential}});
  EXPECT_EQ(browser.status(), 404);
  EXPECT_EQ(browser.left_for(), "");
  app.open(app.address());
  EXPECT_TRUE(launch(other).has_element("passkey")) << "the app can go on";
}

TEST_F(BrowserStep, NoSessionIsMadeAndNoneIsUsed) {
  server.add_user("bob");
  Browser& bob = browser;
  const TestClient site;
  server.register_client(site);
  (void)bob.open(TestServer::authorization_url(site, server.push(site))).sign_in("bob").press("allow").code();
  const auto before = bob.cookies;
  resume(app, answer(launched()));
  EXPECT_EQ(bob.cookies, before);
  EXPECT_EQ(value_of(run_blocking(server.store.sessions.list("account-ada", server.clock.now()))).size(), 1U);
  InApp second(server, client);
  other.open(launch_of(asked(second)));
  (void)answer(other);
  EXPECT_EQ(other.cookies.size(), 1U) << "the one that binds the step";
}

// The app -------------------------------------------------------------------------------------------------------------

TEST_F(BrowserStep, TheAppCannotMoveTheStepMeanwhile) {
  launched();
  for (const char* const action : {"cancel", "passkey"}) {
    app.press(action);
    EXPECT_EQ(app.status(), 409) << app.response().body;
    EXPECT_EQ(app.problem(), "generic-user-error");
    EXPECT_THAT(app.response().body, HasSubstr("open in a browser"));
  }
  resume(app, answer(browser));
  EXPECT_EQ(app.view(), "consent");
}

TEST_F(BrowserStep, WhatTheBrowserAnsweredCountsForNothingWithoutTheNonce) {
  launched();
  const std::string nonce = answer(browser);
  EXPECT_THAT(browser.left_for(), StartsWith(std::string(kListener) + "?_resume_nonce="));
  for (const std::string& wrong : {std::string(" "), std::string(43, 'x'), nonce + "x"}) {
    resume(app, wrong);
    EXPECT_EQ(app.status(), 400);
    EXPECT_EQ(app.problem(), "invalid-input");
    expect_not_proven(app);
  }
  app.open(app.address());
  EXPECT_EQ(app.view(), "passkey");
  EXPECT_FALSE(app.response().body.contains(nonce));
  expect_not_proven(app);
}

TEST_F(BrowserStep, AnAppThatGivesTheStepUpGetsNothingOfIt) {
  launched();
  const std::string nonce = answer(browser);
  resume(app, "");
  EXPECT_EQ(app.problem(), "generic-user-error") << app.response().body;
  EXPECT_THAT(app.response().body, HasSubstr("was not done in the browser"));
  expect_not_proven(app);
  EXPECT_EQ(resume(app, nonce).problem(), "invalid-input") << "it is forgotten";
  expect_not_proven(app);
}

TEST_F(BrowserStep, ABrowserWhoseStepTheAppTookBackHasNothingAnyMore) {
  launched();
  const Browser::Form form = browser.find_form("back");
  resume(app, "");
  EXPECT_EQ(browser.open(form.action).status(), 404);
  EXPECT_EQ(browser.submit(form.action, form.fields).status(), 404);
  resume(app, answer(launch(other)));
  EXPECT_EQ(app.view(), "consent") << app.response().body;
}

TEST_F(BrowserStep, AnAppWhoseWindowWasClosedGoesOnInAnotherWay) {
  EXPECT_EQ(resume(asked(), "").problem(), "generic-user-error") << "it was closed before it came here";
  launch(browser);
  EXPECT_EQ(resume(app, "").problem(), "generic-user-error");
  EXPECT_EQ(app.press("cancel").problem(), "error-authorization-response");
}

TEST_F(BrowserStep, AnAddressSentToAVictimGivesItsSenderNothing) {
  const std::string planted = launch_of(asked());  // the attacker's app, with the victim's password
  Browser victim(server);
  victim.open(planted);
  EXPECT_TRUE(victim.shows("Acme Budget"));
  EXPECT_TRUE(victim.shows("If somebody sent you this address, close this page."));
  const std::string nonce = answer(victim);  // goes to the machine of the victim
  EXPECT_EQ(victim.page(), "");
  EXPECT_EQ(app.press("passkey").status(), 409);
  server.clock.advance(server::authn::kResumeNonceLifetime);
  app.press("passkey");
  expect_not_proven(app);
}

TEST_F(BrowserStep, ANonceIsGoodOnce) {
  launched();
  const std::string nonce = answer(browser);
  const Parameters form = InApp::filled(app.form_of("browser"), {{std::string(kNonce), nonce}});
  const std::string address = app.address();
  resume(app, nonce);
  EXPECT_EQ(app.view(), "consent");
  app.submit(address, form);
  EXPECT_EQ(app.problem(), "invalid-input") << app.response().body;
  EXPECT_TRUE(app.offers("allow")) << "the login stays where it is";
}

TEST_F(BrowserStep, ANonceThatIsTooOldIsRefused) {
  launched();
  const std::string nonce = answer(browser);
  server.clock.advance(server::authn::kResumeNonceLifetime);
  EXPECT_EQ(resume(app, nonce).problem(), "invalid-input");
  expect_not_proven(app);
}

TEST_F(BrowserStep, ANonceOfAnotherLoginIsRefused) {
  InApp second(server, client);
  asked(second);
  launched();
  const std::string nonce = answer(browser);
  EXPECT_EQ(resume(second, nonce).problem(), "invalid-input");
  expect_not_proven(second);
}

TEST_F(BrowserStep, ANonceInAnotherAppIsRefused) {
  launched();
  const std::string nonce = answer(browser);
  const Parameters form = InApp::filled(app.form_of("browser"), {{std::string(kNonce), nonce}});
  InApp thief(server, client);
  thief.change_key().submit(app.address(), form);
  EXPECT_EQ(thief.status(), 403);
  Browser page(server);
  EXPECT_EQ(page.submit(app.address(), form).status(), 403);
}

TEST_F(BrowserStep, AnAnswerThatProvesNothingIsRefusedWhenItIsBroughtBack) {
  launched();
  phone.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  const std::string nonce = answer(browser);
  EXPECT_EQ(resume(app, nonce).problem(), "incorrect-credentials") << app.response().body;
  expect_not_proven(app);
  EXPECT_EQ(resume(app, nonce).problem(), "invalid-input") << "it is used up";
  phone.edit_signature = nullptr;
  app.open(app.address());
  resume(app, answer(launch(other)));
  EXPECT_EQ(app.view(), "consent") << app.response().body;
}

TEST_F(BrowserStep, TheSignatureIsOfThePageOfThatBrowser) {
  asked();
  const auto model = app.document().at("actions").as_array().at(0).at("model");
  const auto options = model.at("arguments").at("credentialRequestOptions").at("publicKey").as_object();
  launch(browser).press("passkey", {{"credential", phone.get(options)}});
  EXPECT_EQ(resume(app, browser.answer(kNonce)).problem(), "incorrect-credentials");
  expect_not_proven(app);
}

TEST_F(BrowserStep, NothingThatOpensItIsStored) {
  asked();
  const std::string address = launch_of(app);
  const std::string launch_secret = address.substr(address.find('.') + 1, 43);
  launch(browser);
  const std::string cookie = browser.cookies.at("__Host-signet-browser");
  const std::string nonce = answer(browser);
  const std::string state = state_of(app);
  for (const std::string& secret : {launch_secret, cookie, nonce}) {
    EXPECT_EQ(secret.size(), 43U);
    EXPECT_FALSE(state.contains(secret));
    EXPECT_FALSE(server.logged().contains(secret));
  }
}

// The way that works --------------------------------------------------------------------------------------------------

TEST_F(BrowserStep, WhoHasPasswordAndPasskeyLogsInInAnAppThatHasNoPasskeys) {
  asked();
  EXPECT_EQ(app.view(), "passkey");
  EXPECT_TRUE(app.offers("browser"));
  launch(browser);
  EXPECT_TRUE(browser.shows("Go on only if you have just started to sign in with Acme Budget"));
  EXPECT_FALSE(browser.address().contains('?')) << "what was used is not left in the address bar";
  resume(app, answer(browser)).press("allow");
  EXPECT_EQ(app.type(), "oauth-authorization-response") << app.response().body;
  EXPECT_EQ(server.redeem(client, app.property("code")).status, 200);
  EXPECT_TRUE(std::ranges::any_of(server.audit(), [](const std::string& record) {
    return record.starts_with("login granted") && record.contains("\"amr\":\"pwd swk user mfa\"") &&
           record.contains("\"acr\":\"high\"");
  }));
}

TEST_F(BrowserStep, ALoginCanBeginWithThePasskeyInTheBrowser) {
  app.open(TestServer::authorization_url(client, server.push(client, client.authorization_request())));
  EXPECT_EQ(app.view(), "password");
  launch(browser);
  EXPECT_FALSE(browser.has_element("username")) << browser.page();
  resume(app, answer(browser));
  EXPECT_EQ(app.view(), "consent") << app.response().body;
}

TEST_F(BrowserStep, AWindowOfAWebAppTellsItsOriginTheNonce) {
  browser.open(with_query_parameter(href_of(asked()), "for_origin", kOrigin));
  EXPECT_EQ(answer(browser), "");
  const json::object message = arguments_on(browser, "back");
  EXPECT_EQ(peek_string(message, "origin"), kOrigin);
  resume(app, std::string(peek_string(message, kNonce)));
  EXPECT_EQ(app.view(), "consent") << app.response().body;
}

TEST_F(BrowserStep, APasskeyIsMadeInTheBrowser) {
  server.add_user("bob");
  const Parameters request = with(client.authorization_request(), {{"claims", kHigh}});
  app.open(TestServer::authorization_url(client, server.push(client, request))).sign_in("bob").press("passkey");
  launch(browser).press("enrol", {{"name", "My laptop"}, {"credential", phone.create(options_on(browser, "enrol"))}});
  resume(app, browser.answer(kNonce));
  EXPECT_EQ(app.view(), "consent") << app.response().body;
  const auto rows = value_of(run_blocking(server.store.factors.list("account-bob")));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().name, "My laptop");
}

TEST_F(BrowserStep, WhoGoesBackIsAskedAgainInTheApp) {
  launched().press("back");
  EXPECT_THAT(browser.left_for(), StartsWith(kListener));
  resume(app, browser.answer(kNonce));
  EXPECT_EQ(app.problem(), "generic-user-error");
  EXPECT_THAT(app.response().body, HasSubstr("was not done in the browser"));
  EXPECT_EQ(app.press("cancel").problem(), "error-authorization-response");
}

TEST_F(BrowserStep, APageThatNeedsNoBrowserHasNoWayThroughOne) {
  asked();
  EXPECT_FALSE(href_of(app).empty());
  resume(app, answer(launch(browser)));
  EXPECT_EQ(app.view(), "consent");
  EXPECT_TRUE(href_of(app).empty());
}

}  // namespace
}  // namespace signet
