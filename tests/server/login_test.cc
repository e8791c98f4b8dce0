#include <gtest/gtest.h>

#include <array>
#include <regex>
#include <thread>

#include "crypto/password_hash.h"
#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::with;

constexpr std::string_view kWrong = "What you entered is not right.";

class Login : public testing::Test {
 protected:
  Login() {
    server.register_client(client);
    server.add_user();
  }
  std::string url() { return TestServer::authorization_url(client, server.push(client)); }
  Parameters filled(const Browser& of) {
    return with(of.find_form("login").fields,
                {{"username", std::string(test::kUsername)}, {"password", std::string(test::kPassword)}});
  }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

// What `signet users` has set must be possible to type: an input of HTML cuts after so many UTF-16 units.
TEST_F(Login, TheLongestPasswordCanBeTyped) {
  struct Example {
    std::string_view character;
    std::size_t units;
  };
  for (const auto& [character, units] : {Example{"x", 1}, {"ü", 1}, {"密", 1}, {"😀", 2}}) {
    const std::size_t characters = crypto::kMostPasswordBytes / character.size();
    std::string password;
    for (std::size_t i = 0; i < characters; ++i) password += character;
    const std::string username = "user" + std::to_string(character.size());
    server.add_user(username, password);
    Browser own(server);
    own.open(url());
    const std::regex input("<input[^>]*type=\"password\"[^>]*maxlength=\"([0-9]+)\"");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(own.page(), found, input)) << own.page();
    EXPECT_LE(characters * units, std::stoul(found[1].str())) << character;
    EXPECT_TRUE(own.sign_in(username, password).has_element("allow")) << character;
  }
}

// PSD2-RTS-4.3-1
TEST_F(Login, AWrongPasswordAndAnUnknownUserGetTheSamePage) {
  browser.open(url()).sign_in("ada", "wrong");
  EXPECT_TRUE(browser.shows(kWrong));
  const std::string known = browser.page();
  Browser other(server);
  other.open(url()).sign_in("eve", "wrong");
  EXPECT_TRUE(other.shows(kWrong));
  EXPECT_EQ(known.size(), other.page().size());
  EXPECT_TRUE(server.was_recorded("login refused"));
}

TEST_F(Login, APasswordIsNeverShownAgain) {
  browser.open(url()).sign_in("ada", "very-secret-mistake");
  EXPECT_FALSE(browser.shows("very-secret-mistake"));
  EXPECT_TRUE(browser.shows("value=\"ada\""));
  for (const auto& record : server.audit()) EXPECT_FALSE(record.contains("very-secret-mistake"));
}

TEST_F(Login, EmptyFieldsCostNoAttempt) {
  browser.open(url());
  for (int i = 0; i < 10; ++i) browser.sign_in("ada", "");
  EXPECT_TRUE(browser.shows("Enter your username and your password."));
  EXPECT_TRUE(browser.sign_in().has_element("allow"));
}

TEST_F(Login, ADisabledAccountIsAWrongPassword) {
  test::disable_account(server.store, "account-ada", server.clock.now());
  EXPECT_TRUE(browser.open(url()).sign_in().shows(kWrong));
}

TEST_F(Login, TheUsernameMayBeTypedInOtherCase) {
  EXPECT_TRUE(browser.open(url()).sign_in(" Ada ").has_element("allow"));
}

// the handle alone is worth nothing
TEST_F(Login, AnotherBrowserCannotJoin) {
  browser.open(url());
  Browser thief(server);
  thief.open("https://as.example" + browser.address());
  EXPECT_EQ(thief.status(), 403);
  EXPECT_FALSE(thief.has_element("login"));
  thief.submit(browser.address(), filled(browser));
  EXPECT_EQ(thief.status(), 403);
}

TEST_F(Login, AnotherBrowserWithItsOwnCookieCannotJoin) {
  browser.open(url());
  Browser thief(server);
  thief.open(url());
  thief.submit(browser.address(), filled(browser));
  EXPECT_EQ(thief.status(), 403);
}

TEST_F(Login, AFormWithoutItsTokenIsRefused) {
  browser.open(url());
  const std::string page = browser.address();
  browser.submit(page, with(filled(browser), {{"form_token", ""}}));
  EXPECT_EQ(browser.status(), 400);
  EXPECT_FALSE(browser.cookies.contains("__Host-signet-session"));
}

TEST_F(Login, AFormTokenOfAnotherLoginIsRefused) {
  browser.open(url());
  const Parameters first = filled(browser);
  browser.open(url());
  browser.submit(browser.address(), first);
  EXPECT_EQ(browser.status(), 400);
}

TEST_F(Login, AFormTokenBelongsToItsVersion) {
  browser.open(url());
  browser.submit(browser.address(), with(filled(browser), {{"version", "2"}}));
  EXPECT_EQ(browser.status(), 400);
}

TEST_F(Login, AFormFromAnotherSiteIsRefused) {
  browser.open(url());
  const std::string page = browser.address();
  const Parameters form = filled(browser);
  http::Fields cross_site;
  cross_site.set("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(browser.submit(page, form, cross_site).status(), 400);
  http::Fields same_site;
  same_site.set("Sec-Fetch-Site", "same-site");
  EXPECT_EQ(browser.submit(page, form, same_site).status(), 400);
  http::Fields origin;
  origin.set("Origin", "https://evil.example");
  EXPECT_EQ(browser.submit(page, form, origin).status(), 400);
  http::Fields own;
  own.set("Origin", "null");  // what a browser sends from a page without a referrer
  own.set("Sec-Fetch-Site", "same-origin");
  EXPECT_TRUE(browser.submit(page, form, own).has_element("allow"));
}

TEST_F(Login, ARepeatedFieldIsRefused) {
  browser.open(url());
  Parameters form = filled(browser);
  form.push_back({"username", "eve"});
  EXPECT_EQ(browser.submit(browser.address(), form).status(), 400);
}

TEST_F(Login, AnActionThatThePageDoesNotOfferIsRefused) {
  browser.open(url());
  const std::string page = browser.address();
  EXPECT_EQ(browser.submit(page, with(filled(browser), {{"action", "allow"}})).status(), 400);
  EXPECT_EQ(browser.open("https://as.example" + page).status(), 200);
  EXPECT_TRUE(browser.has_element("login"));
}

TEST_F(Login, TheSessionIsNewAfterTheLogin) {
  const std::string planted = make_random_token(server.random);
  browser.cookies["__Host-signet-session"] = planted;
  (void)browser.log_in(url());
  EXPECT_NE(browser.cookies.at("__Host-signet-session"), planted);
  Browser attacker(server);
  attacker.cookies["__Host-signet-session"] = planted;
  EXPECT_TRUE(attacker.open(url()).has_element("login"));
}

TEST_F(Login, TheSessionBeforeIsGoneAfterANewLogin) {
  (void)browser.log_in(url());
  Browser with_old_cookie(server);
  with_old_cookie.cookies = browser.cookies;
  browser.open(TestServer::authorization_url(
      client, server.push(client, with(client.authorization_request(), {{"prompt", "login"}}))));
  browser.sign_in();
  EXPECT_TRUE(with_old_cookie.open(url()).has_element("login"));
}

TEST_F(Login, APageIsAnsweredOnceAndTheSecondAnswerSeesTheNextPage) {
  browser.open(url());
  const std::string page = browser.address();
  const Parameters form = filled(browser);
  EXPECT_TRUE(browser.submit(page, form).has_element("allow"));
  EXPECT_TRUE(browser.submit(page, form).has_element("allow"));
}

TEST_F(Login, TheBackButtonAfterTheEndShowsThatItIsOver) {
  browser.open(url());
  const std::string page = browser.address();
  const Parameters form = filled(browser);
  browser.sign_in().press("allow");
  EXPECT_FALSE(browser.code().empty());
  browser.open("https://as.example" + page);
  EXPECT_EQ(browser.status(), 200);
  EXPECT_TRUE(browser.shows("You are signed in"));
  EXPECT_TRUE(browser.submit(page, form).shows("You are signed in"));
  EXPECT_EQ(browser.left_for(), "");
}

/// The form that ends a login, before it is sent.
class SecondClick : public Login {
 protected:
  SecondClick() { last = browser.open(url()).sign_in().find_form("allow"); }
  Browser& click() { return browser.submit(last.action, last.fields); }

  Browser::Form last;
};

TEST_F(SecondClick, AnotherBrowserGetsNothing) {
  EXPECT_EQ(click().code().size(), 43U);
  Browser bare(server);
  EXPECT_EQ(bare.submit(last.action, last.fields).status(), 403);
  Browser thief(server);
  thief.open(url());
  EXPECT_EQ(thief.submit(last.action, last.fields).status(), 403);
  EXPECT_EQ(thief.left_for(), "");
}

TEST_F(SecondClick, OnlyTheFormThatEndedTheLoginIsAnswered) {
  EXPECT_EQ(click().code().size(), 43U);
  EXPECT_EQ(browser.submit(last.action, with(last.fields, {{"form_token", "x"}})).status(), 400);
  EXPECT_EQ(browser.submit(last.action, with(last.fields, {{"version", "1"}})).status(), 400);
  http::Fields cross_site;
  cross_site.set("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(browser.submit(last.action, last.fields, cross_site).status(), 400);
  EXPECT_TRUE(browser.open(last.action).shows("You are signed in"));
  EXPECT_EQ(browser.left_for(), "");
}

TEST_F(SecondClick, IsAnsweredForHalfAMinute) {
  EXPECT_EQ(click().code().size(), 43U);
  server.clock.advance(seconds{29});
  EXPECT_EQ(click().code().size(), 43U);
  server.clock.advance(seconds{1});
  EXPECT_TRUE(click().shows("You are signed in"));
  EXPECT_EQ(browser.left_for(), "");
}

TEST_F(SecondClick, LeadsToTheClientWithTheSameCodeWhichWorksOnce) {
  const std::string first = click().left_for();
  EXPECT_EQ(click().left_for(), first);
  EXPECT_EQ(server.redeem(client, browser.code()).status, 200);
  EXPECT_EQ(server.redeem(client, click().code()).status, 400);
}

TEST_F(SecondClick, OfSeveralAtOnceEachLeadsToTheClient) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : browser.cookies) pairs.push_back(name + "=" + value);
  http::Fields fields;
  fields.set("Cookie", join(pairs, "; "));
  std::array<http::Response, 4> answers;
  {
    std::vector<std::jthread> clicks;
    for (auto& answer : answers) clicks.emplace_back([&] { answer = server.post(last.action, last.fields, fields); });
  }
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.fields.get("Location").contains("code=")) << answer.status << answer.body;
    EXPECT_EQ(answer.fields.get("Location"), answers[0].fields.get("Location"));
  }
}

TEST_F(SecondClick, OnDenyTellsTheClientAgain) {
  last = browser.find_form("deny");
  const std::string first = click().left_for();
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_EQ(click().left_for(), first);
}

TEST_F(Login, SeveralTabsGoOnSideBySide) {
  browser.open(url());
  const std::string first = browser.address();
  const Parameters form = filled(browser);
  browser.open(url());
  EXPECT_TRUE(browser.submit(first, form).has_element("allow"));
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
}

TEST_F(Login, CancelGoesBackWithAccessDeniedStateAndIssuer) {
  const std::string link = url();
  browser.open(link).press("cancel");
  EXPECT_EQ(browser.status(), 303);
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_EQ(browser.answer("state"), test::kState);
  EXPECT_EQ(browser.answer("iss"), "https://as.example");
  EXPECT_TRUE(server.was_recorded("login cancelled"));
  EXPECT_TRUE(browser.open(link).shows("invalid_request_uri"));
}

TEST_F(Login, TakesTwentyMinutesAtMost) {
  browser.open(url());
  const std::string page = browser.address();
  server.clock.advance(minutes{20});
  browser.open("https://as.example" + page);
  EXPECT_EQ(browser.status(), 404);
  EXPECT_TRUE(browser.has_element("error"));
}

TEST_F(Login, AnUnknownHandleIsAFriendlyPage) {
  browser.open("https://as.example/login/" + make_random_token(server.random));
  EXPECT_EQ(browser.status(), 404);
  EXPECT_TRUE(browser.shows("Return to the application and start again."));
}

TEST_F(Login, TheLoginOfAnotherIssuerIsUnknown) {
  TestServer two({test::issuer_config(), test::issuer_config("second", "https://as.example/second")});
  two.register_client(client);
  Browser visitor(two);
  visitor.open(TestServer::authorization_url(client, two.push(client)));
  visitor.cookies["__Host-signet-browser-second"] = visitor.cookies.at("__Host-signet-browser-main");
  const std::string address = visitor.address();
  visitor.open("https://as.example/second" + address);
  EXPECT_EQ(visitor.status(), 404);
}

// RFC6265-8.5: cookies know no ports
TEST_F(Login, IssuersOnTwoPortsOfAHostKeepTheirSessionsApart) {
  const std::string second = "https://as.example:9443";
  TestServer two({test::issuer_config(), test::issuer_config("second", second)});
  for (const char* const issuer : {"main", "second"}) two.register_client(client, issuer);
  two.add_user();
  two.add_user("grace", test::kPassword, {}, "second");
  const auto link = [&](const std::string& issuer) {
    return TestServer::authorization_url(client, two.push(client, client.authorization_request(), issuer), issuer);
  };
  Browser visitor(two);
  (void)visitor.log_in(link("https://as.example"));
  visitor.open(link(second)).sign_in("grace");
  EXPECT_EQ(visitor.press("allow").code().size(), 43U);
  EXPECT_EQ(visitor.open(link("https://as.example")).code().size(), 43U) << visitor.page();
  EXPECT_EQ(visitor.open(link(second)).code().size(), 43U) << visitor.page();
  for (const char* const name : {"__Host-signet-session-main", "__Host-signet-session-second"})
    EXPECT_TRUE(visitor.cookies.contains(name)) << name;
}

TEST_F(Login, ALoginEndsNoSessionOfAnotherIssuer) {
  TestServer two({test::issuer_config(), test::issuer_config("second", "https://as.example/second")});
  for (const char* const issuer : {"main", "second"}) two.register_client(client, issuer);
  two.add_user();
  two.add_user("grace", test::kPassword, {}, "second");
  const std::string second = "https://as.example/second";
  const auto link = [&](const std::string& issuer) {
    return TestServer::authorization_url(client, two.push(client, client.authorization_request(), issuer), issuer);
  };
  Browser visitor(two);
  (void)visitor.log_in(link("https://as.example"));
  const std::string session = visitor.cookies.at("__Host-signet-session-main");
  visitor.cookies["__Host-signet-session-second"] = session;
  visitor.open(link(second)).sign_in("grace");
  visitor.cookies["__Host-signet-session-main"] = session;
  EXPECT_EQ(visitor.open(link("https://as.example")).code().size(), 43U) << visitor.page();
}

// RFC6265bis-4.1.3.2
TEST_F(Login, CookiesAreHostBoundAndSecureOverTls) {
  const http::Response response = server.get(url());
  const auto cookie = response.fields.get("Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("__Host-signet-browser="));
  for (const auto* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"}) EXPECT_TRUE(cookie.contains(part));
  EXPECT_FALSE(cookie.contains("Domain"));
}

TEST_F(Login, CookiesOnALoopbackListenerWithoutTlsHaveNoPrefix) {
  TestServer plain({test::issuer_config("main", "http://127.0.0.1:8080")});
  plain.peer.tls = false;
  plain.register_client(client);
  plain.add_user();
  Browser visitor(plain);
  const std::string base = "http://127.0.0.1:8080";
  const auto parameters = client.authorization_request();
  EXPECT_FALSE(
      visitor.log_in(TestServer::authorization_url(client, plain.push(client, parameters, base), base)).empty());
  EXPECT_TRUE(visitor.cookies.contains("signet-session"));
  EXPECT_FALSE(visitor.cookies.contains("__Host-signet-session"));
}

TEST_F(Login, NothingOfACookieAHandleOrACodeIsStoredInClear) {
  const std::string code = browser.log_in(url());
  sql::Batch batch;
  (void)server.audit();
  constexpr std::string_view kCount =
      "SELECT (SELECT COUNT(*) FROM workflow_instances WHERE state LIKE $1) + (SELECT COUNT(*) FROM audit WHERE record "
      "LIKE $1)"
      " + (SELECT COUNT(*) FROM sessions WHERE CAST(session_hash AS TEXT) LIKE $1)"
      " + (SELECT COUNT(*) FROM authorization_codes WHERE CAST(code_hash AS TEXT) LIKE $1)";
  for (const std::string& secret : {code, browser.cookies.at("__Host-signet-session"),
                                    browser.cookies.at("__Host-signet-browser"), std::string(test::kPassword)}) {
    const auto rows = test::value_of(run_blocking(server.store.database.read({kCount, {"%" + secret + "%"}})));
    EXPECT_EQ(rows.at(0).integer(0), 0);
  }
}

class Pages : public Login {};

TEST_F(Pages, CarryTheirProtection) {
  browser.open(url());
  const http::Fields& fields = browser.response().fields;
  const auto policy = fields.get("Content-Security-Policy");
  EXPECT_TRUE(
      policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                         "base-uri 'none'; "
                         "frame-ancestors 'none'; form-action 'self' https://client.example"))
      << policy;
  EXPECT_EQ(fields.get("X-Frame-Options"), "DENY");
  EXPECT_EQ(fields.get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(fields.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(fields.get("Cache-Control"), "no-store");
  EXPECT_TRUE(fields.get("Strict-Transport-Security").starts_with("max-age="));
  EXPECT_EQ(fields.get("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(Pages, ARedirectUriCannotAddToThePolicy) {
  const TestClient evil("client-3", "https://a;script-src.example/callback");
  server.register_client(evil);
  browser.open(TestServer::authorization_url(evil, server.push(evil)));
  EXPECT_FALSE(browser.response().fields.get("Content-Security-Policy").contains("script-src.example"));
}

TEST_F(Pages, AreAccessibleWithoutScript) {
  browser.open(url());
  for (const auto* part : {"<html lang=\"en\" dir=\"ltr\">", "<label for=\"username\">", "<label for=\"password\">",
                           "autocomplete=\"username\"", "autocomplete=\"current-password\"", "name=\"viewport\""}) {
    EXPECT_TRUE(browser.shows(part)) << part;
  }
  EXPECT_FALSE(browser.shows("<script>"));
  EXPECT_FALSE(browser.shows(" style="));
  browser.sign_in("ada", "wrong");
  EXPECT_TRUE(browser.shows("role=\"alert\""));
  EXPECT_TRUE(browser.shows("aria-describedby=\"problem\""));
  EXPECT_LT(browser.page().size(), 5000U);
}

}  // namespace
}  // namespace signet
