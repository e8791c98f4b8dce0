#include <gtest/gtest.h>

#include "base/text.h"
#include "server/audit.h"
#include "server/authn/factors/removal.h"
#include "server/authn/proofs.h"
#include "server/authn/steps/account_page.h"
#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::with;

constexpr std::string_view kCookie = "__Host-signet-session";
constexpr std::string_view kGone = "That is not there any more. Nothing was changed.";

class Account : public testing::Test {
 protected:
  Account() {
    server.register_client(client);
    server.add_user();
    server.add_user("eve", "another long password", {{"name", "Eve Moneypenny"}});
  }
  std::string url(const TestClient& of, const Parameters& more = {}) { return server.login_url(of, more); }
  std::string url() { return url(client); }
  static std::string at(const std::string& path) { return "https://as.example" + path; }
  Browser& open(Browser& with) { return with.open(at("/account")); }
  /// The hub of a visit that begins with a sign-in.
  Browser& enter() { return open(browser).sign_in(); }
  Browser& enter(Browser& with, std::string_view username = test::kUsername,
                 std::string_view password = test::kPassword) {
    return open(with).sign_in(username, password);
  }
  Browser& enter_as_eve() { return enter(other, "eve", "another long password"); }
  static bool is_hub(const Browser& shown) { return shown.has_element("sign_out") && shown.has_element("factors"); }
  std::vector<store::SessionRecord> sessions(const std::string& account_id = "account-ada") {
    return value_of(run_blocking(server.store.sessions.list(account_id, server.clock.now())));
  }
  static std::string id_of(const std::vector<store::SessionRecord>& of, std::size_t index = 0) {
    return of.at(index).session_id;
  }

  TestServer server;
  TestClient client;
  Browser browser{server};
  Browser other{server};
};

// How a visit begins and ends. ---------------------------------------------------------------------------------------

TEST_F(Account, AVisitBeginsWithASignInAndLeadsToTheHub) {
  EXPECT_TRUE(open(browser).has_element("login"));
  EXPECT_TRUE(browser.shows("to continue to First Example Bank"));
  EXPECT_TRUE(is_hub(browser.sign_in())) << browser.page();
  EXPECT_TRUE(browser.shows("Signed in as Ada Lovelace"));
}

TEST_F(Account, WhoHasJustSignedInForAClientIsNotAskedAgain) {
  (void)browser.log_in(url());
  EXPECT_TRUE(is_hub(open(browser)));
}

TEST_F(Account, ACancelledSignInIsAPageAndNoRedirect) {
  open(browser).press("cancel");
  EXPECT_EQ(browser.status(), 200);
  EXPECT_TRUE(browser.shows("Sign-in cancelled"));
}

TEST_F(Account, ASessionThatIsOlderThanTheIdleLimitIsAskedAgain) {
  (void)browser.log_in(url());
  const std::string before = browser.cookies.at(std::string(kCookie));
  server.clock.advance(minutes{5} + seconds{1});
  EXPECT_TRUE(open(browser).has_element("login"));
  EXPECT_TRUE(is_hub(browser.sign_in()));
  EXPECT_NE(browser.cookies.at(std::string(kCookie)), before);
}

// PSD2-RTS-4.3-3
TEST_F(Account, AfterFiveMinutesWithoutAnAnswerEveryPageAsksForASignIn) {
  for (const std::string page : {"factors", "sessions", "apps", "history"}) {
    enter().press(page);
    const std::string address = browser.address();
    const auto form = browser.find_form("back");
    server.clock.advance(minutes{5});
    EXPECT_TRUE(browser.open(at(address)).has_element("login")) << page;
    EXPECT_TRUE(browser.submit(address, form.fields).has_element("login")) << page;
    browser.cookies.erase(std::string(kCookie));
  }
}

TEST_F(Account, AVisitThatIsNeverIdleGoesOnLongerThanALoginMay) {
  enter();
  for (int i = 0; i < 10; ++i) {
    server.clock.advance(minutes{4});
    ASSERT_TRUE(browser.press("sessions").has_element("back")) << i << browser.page();
    ASSERT_TRUE(is_hub(browser.press("back"))) << i;
  }
}

TEST_F(Account, AVisitEndsWithTheAbsoluteEndOfItsSession) {
  server.config().login.session_absolute = minutes{9};
  enter();
  server.clock.advance(minutes{4});
  ASSERT_TRUE(browser.press("sessions").press("back").has_element("sign_out"));
  server.clock.advance(minutes{4} + seconds{59});
  ASSERT_TRUE(browser.press("sessions").has_element("back"));
  server.clock.advance(seconds{2});
  EXPECT_FALSE(browser.open(at(browser.address())).has_element("back"));
}

TEST_F(Account, TheAddressOfAVisitIsWorthNothingWithoutItsSession) {
  enter().press("sessions");
  const std::string address = browser.address();
  other.open(at(address));
  EXPECT_EQ(other.status(), 403);
  other.cookies = browser.cookies;
  other.cookies.erase(std::string(kCookie));
  EXPECT_TRUE(other.open(at(address)).has_element("login"));
  enter_as_eve();
  other.cookies["__Host-signet-browser"] = browser.cookies.at("__Host-signet-browser");
  other.open(at(address));
  EXPECT_FALSE(other.shows("Ada Lovelace"));
}

TEST_F(Account, SigningOutEndsTheSessionAndForgetsTheCookie) {
  enter();
  const std::string cookie = browser.cookies.at(std::string(kCookie));
  browser.press("sign_out");
  EXPECT_TRUE(browser.shows("You are signed out"));
  EXPECT_EQ(browser.cookies.at(std::string(kCookie)), "");
  EXPECT_TRUE(sessions().empty());
  EXPECT_TRUE(server.was_recorded("session ended"));
  other.cookies[std::string(kCookie)] = cookie;
  EXPECT_TRUE(open(other).has_element("login"));
}

TEST_F(Account, ADisabledAccountChangesNothing) {
  enter().press("sessions");
  enter(other);
  test::disable_account(server.store, "account-ada", server.clock.now());
  EXPECT_EQ(browser.press("end_others").status(), 400);
  EXPECT_EQ(sessions().size(), 2U);
}

TEST_F(Account, APolicyMayAskForAFresherSignIn) {
  sql::Batch batch;
  store::WorkflowDocuments::add_apply(
      batch,
      {.key = {.issuer = "main", .kind = store::DocumentKind::Policy, .name = "login"},
       .version = 1,
       .document =
           R"({"policy":"login","rules":[{"name":"fresh","when":{"fact":"purpose","is":"account"},"then":{"max_age":60}}]})",
       .actor = "test",
       .created_at = server.clock.now()},
      0);
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  enter();
  const std::string before = browser.cookies.at(std::string(kCookie));
  server.clock.advance(seconds{59});
  ASSERT_TRUE(browser.press("sessions").has_element("back"));
  server.clock.advance(seconds{2});
  EXPECT_TRUE(browser.press("back").press("factors").has_element("login"));
  EXPECT_TRUE(browser.sign_in().shows("What you prove with that it is you."));
  EXPECT_NE(browser.cookies.at(std::string(kCookie)), before);
  Browser with_old(server);
  with_old.cookies[std::string(kCookie)] = before;
  EXPECT_TRUE(open(with_old).has_element("login"));
}

TEST_F(Account, ASessionThatWasPlantedIsWorthNothingAfterTheSignIn) {
  const std::string planted = make_random_token(server.random);
  browser.cookies[std::string(kCookie)] = planted;
  enter();
  EXPECT_NE(browser.cookies.at(std::string(kCookie)), planted);
  other.cookies[std::string(kCookie)] = planted;
  EXPECT_TRUE(open(other).has_element("login"));
}

// A session of the attacker's own account, planted into the victim's browser, must not become the victim's.
TEST_F(Account, ASessionOfAnotherAccountDoesNotSurviveTheSignIn) {
  enter_as_eve();
  const std::string eves = other.cookies.at(std::string(kCookie));
  browser.cookies[std::string(kCookie)] = eves;
  (void)browser.open(url(client, {{"prompt", "login"}})).sign_in();
  EXPECT_TRUE(sessions("account-eve").empty());
  EXPECT_EQ(sessions().size(), 1U);
  EXPECT_TRUE(open(other).has_element("login"));
}

// Forms. -------------------------------------------------------------------------------------------------------------

TEST_F(Account, AFormFromAnotherSiteIsRefused) {
  enter(other);
  enter().press("sessions");
  const auto form = browser.find_form("end_others");
  http::Fields origin;
  origin.set("Origin", "https://evil.example");
  EXPECT_EQ(browser.submit(form.action, form.fields, origin).status(), 400);
  http::Fields site;
  site.set("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(browser.submit(form.action, form.fields, site).status(), 400);
  EXPECT_EQ(sessions().size(), 2U);
}

TEST_F(Account, AFormWithAWrongTokenIsRefused) {
  enter(other).press("sessions");
  const auto token = other.find_form("end_others").fields;
  enter().press("sessions");
  const auto form = browser.find_form("end_others");
  Parameters forged = form.fields;
  for (auto& entry : forged) {
    if (entry.name != "form_token") continue;
    for (const auto& foreign : token) {
      if (foreign.name == "form_token") entry.value = foreign.value;
    }
  }
  EXPECT_EQ(browser.submit(form.action, forged).status(), 400);
  EXPECT_EQ(browser.submit(form.action, with(form.fields, {{"form_token", ""}})).status(), 400);
  EXPECT_EQ(sessions().size(), 2U);
}

TEST_F(Account, AFormFromAnotherBrowserIsRefused) {
  enter().press("sessions");
  const auto form = browser.find_form("end_others");
  enter(other);
  EXPECT_EQ(other.submit(form.action, form.fields).status(), 403);
  EXPECT_EQ(sessions().size(), 2U);
}

TEST_F(Account, AnActionOfAnotherPageIsRefused) {
  enter().press("apps");
  const auto form = browser.find_form("back");
  browser.submit(form.action, with(form.fields, {{"action", "end_others"}}));
  EXPECT_EQ(browser.status(), 400);
}

// Sessions and devices. ----------------------------------------------------------------------------------------------

TEST_F(Account, ASessionThatIsEndedMustSignInAtOnce) {
  enter(other).press("apps");
  const std::string id = id_of(sessions());
  server.clock.advance(seconds{1});
  enter().press("sessions");
  ASSERT_EQ(browser.entries("end_session", "session_id"), std::vector{id});
  EXPECT_TRUE(browser.shows("(this one)"));
  browser.press_entry("end_session", "session_id", id);
  EXPECT_TRUE(browser.entries("end_session", "session_id").empty());
  EXPECT_TRUE(server.was_recorded("session ended"));
  EXPECT_TRUE(other.open(at(other.address())).has_element("login"));
  EXPECT_TRUE(other.open(url()).has_element("login"));
  EXPECT_TRUE(browser.open(url()).has_element("allow"));
}

TEST_F(Account, APageOfASessionThatWasEndedIsNotAnswered) {
  enter(other).press("sessions");
  const auto form = other.find_form("end_others");
  server.clock.advance(seconds{1});
  enter().press("sessions").press("end_others");
  EXPECT_EQ(sessions().size(), 1U);
  EXPECT_TRUE(other.submit(form.action, form.fields).has_element("login"));
  EXPECT_EQ(sessions().size(), 1U);
  EXPECT_TRUE(browser.press("back").has_element("sign_out"));
}

// what a session had begun elsewhere does not outlive it either
TEST_F(Account, AConsentPageOfASessionThatWasEndedIsNotAnswered) {
  other.open(url()).sign_in();
  ASSERT_TRUE(other.has_element("allow"));
  server.clock.advance(seconds{1});
  enter().press("end_others");
  other.press("allow");
  EXPECT_EQ(other.left_for(), "");
  ASSERT_TRUE(other.has_element("login")) << other.page();
  EXPECT_FALSE(other.sign_in().press("allow").code().empty()) << "the request itself goes on";
}

TEST_F(Account, AConsentPageDoesNotGoOnWithTheSessionOfAnotherAccount) {
  browser.open(url()).sign_in();
  const std::string page = browser.address();
  enter_as_eve();
  browser.cookies[std::string(kCookie)] = other.cookies.at(std::string(kCookie));
  EXPECT_TRUE(browser.open(at(page)).has_element("login"));
}

TEST_F(Account, TheHubSignsOutEverywhereElse) {
  enter(other);
  EXPECT_TRUE(is_hub(enter().press("end_others")));
  EXPECT_EQ(sessions().size(), 1U);
  EXPECT_TRUE(open(other).has_element("login"));
}

TEST_F(Account, ASessionOfAnotherAccountIsNeitherShownNorEnded) {
  enter_as_eve();
  const std::string eves = id_of(sessions("account-eve"));
  Browser second(server);
  enter(second);
  enter().press("sessions");
  const auto entries = browser.entries("end_session", "session_id");
  EXPECT_FALSE(contains(entries, eves));
  const auto form = browser.find_forms("end_session").at(0);
  browser.submit(form.action, with(form.fields, {{"session_id", eves}}));
  EXPECT_TRUE(browser.shows(kGone));
  EXPECT_EQ(sessions("account-eve").size(), 1U);
}

TEST_F(Account, APageIsAnsweredOnce) {
  Browser third(server);
  enter(other);
  server.clock.advance(seconds{1});
  enter(third);
  server.clock.advance(seconds{1});
  enter().press("sessions");
  const auto ids = browser.entries("end_session", "session_id");
  ASSERT_EQ(ids.size(), 2U);
  const auto form = browser.find_entry("end_session", "session_id", ids.at(0));
  browser.submit(form.action, form.fields);
  ASSERT_EQ(sessions().size(), 2U);
  // the same page again, with another of its entries
  browser.submit(form.action, with(form.fields, {{"session_id", ids.at(1)}}));
  EXPECT_EQ(sessions().size(), 2U);
}

TEST_F(Account, ADeviceThatIsForgottenIsNotKnownAnyMore) {
  enter().press("sessions");
  const auto devices = browser.entries("forget_device", "device_id");
  ASSERT_EQ(devices.size(), 1U);
  browser.press_entry("forget_device", "device_id", devices.front());
  EXPECT_TRUE(browser.shows("None is known."));
  EXPECT_TRUE(value_of(run_blocking(server.store.known_devices.list("account-ada", server.clock.now()))).empty());
}

TEST_F(Account, ADeviceOfAnotherAccountIsNotForgotten) {
  enter_as_eve().press("sessions");
  const std::string eves = other.entries("forget_device", "device_id").at(0);
  enter().press("sessions");
  const auto form = browser.find_forms("forget_device").at(0);
  browser.submit(form.action, with(form.fields, {{"device_id", eves}}));
  EXPECT_TRUE(browser.shows(kGone));
  EXPECT_EQ(value_of(run_blocking(server.store.known_devices.list("account-eve", server.clock.now()))).size(), 1U);
}

// Factors. -----------------------------------------------------------------------------------------------------------

class AccountFactors : public Account {
 protected:
  /// Of a kind that this release cannot ask for, so that the sign-in stays a short one.
  void add_factor(const std::string& factor_id, const std::string& account_id = "account-ada") {
    sql::Batch batch;
    (void)store::Factors::add_insert(batch, {.factor_id = factor_id,
                                             .account_id = account_id,
                                             .issuer = "main",
                                             .kind = "card",
                                             .name = "Phone of " + factor_id,
                                             .created_at = server.clock.now()});
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  std::vector<store::FactorRecord> factors(const std::string& account_id = "account-ada") {
    return value_of(run_blocking(server.store.factors.list(account_id)));
  }
  /// A session elsewhere that was proven with a factor.
  void add_session_of(const std::string& factor_id) {
    const server::authn::Proofs proofs = {{.factor = "card",
                                           .factor_id = factor_id,
                                           .categories = {server::authn::Category::Possession},
                                           .amr = {"otp"},
                                           .at = server.clock.now()}};
    ASSERT_TRUE(run_blocking(server.store.sessions.create({.session_hash = oauth::SessionHash::of("another"),
                                                           .issuer = "main",
                                                           .account_id = "account-ada",
                                                           .authenticated_at = server.clock.now(),
                                                           .acr = {},
                                                           .amr = {"otp"},
                                                           .created_at = server.clock.now(),
                                                           .last_used_at = server.clock.now(),
                                                           .expires_at = server.clock.now() + hours{1},
                                                           .session_id = "elsewhere",
                                                           .proofs = render_json(server::authn::to_json(proofs))})));
  }
  Browser& list() { return enter().press("factors"); }
};

TEST_F(AccountFactors, ThePageTellsWhatThereIsAndWhenItWasUsed) {
  add_factor("f1");
  list();
  EXPECT_TRUE(browser.shows("Password"));
  EXPECT_TRUE(browser.shows("Phone of f1"));
  EXPECT_TRUE(browser.shows("not used yet"));
  EXPECT_TRUE(browser.shows(" UTC"));
}

TEST_F(AccountFactors, AFactorGetsAnotherName) {
  add_factor("f1");
  list().press_entry("rename", "factor_id", "f1", {{"name", "Work phone"}});
  EXPECT_EQ(factors().at(0).name, "Work phone");
  EXPECT_TRUE(browser.shows("Work phone"));
  EXPECT_TRUE(server.was_recorded("factor renamed"));
}

TEST_F(AccountFactors, ANameIsOneLineOfReadableText) {
  add_factor("f1");
  list();
  for (const std::string& name : {std::string("two\nlines"), std::string(65, 'x'), std::string("\xff")}) {
    browser.press_entry("rename", "factor_id", "f1", {{"name", name}});
    EXPECT_TRUE(browser.shows("at most 64 characters") || browser.status() == 400);
    EXPECT_EQ(factors().at(0).name, "Phone of f1");
    browser.open(at(browser.address()));
  }
}

TEST_F(AccountFactors, ANameIsNeverMarkup) {
  add_factor("f1");
  list().press_entry("rename", "factor_id", "f1", {{"name", "<script>alert(1)</script>"}});
  EXPECT_FALSE(browser.shows("<script>"));
}

TEST_F(AccountFactors, ARemovalIsAskedForTwice) {
  add_factor("f1");
  add_factor("f2");
  list().press_entry("remove", "factor_id", "f1");
  EXPECT_EQ(factors().size(), 2U);
  browser.press("keep");
  EXPECT_EQ(factors().size(), 2U);
  browser.press_entry("remove", "factor_id", "f1").press("remove");
  EXPECT_EQ(factors().size(), 1U);
  EXPECT_FALSE(browser.shows("Phone of f1"));
  EXPECT_TRUE(server.was_recorded("factor removed"));
}

TEST_F(AccountFactors, TheLastSecondFactorIsWarnedOfAndStaysWithoutItsProof) {
  add_factor("f1");
  list().press_entry("remove", "factor_id", "f1");
  EXPECT_TRUE(browser.shows("This is your last second way to sign in."));
  browser.press("remove");
  EXPECT_TRUE(browser.shows("This is the last one that protects your account.")) << browser.page();
  EXPECT_EQ(factors().size(), 1U);
}

TEST_F(AccountFactors, WithAnotherSecondFactorThereIsNoWarning) {
  add_factor("f1");
  add_factor("f2");
  list().press_entry("remove", "factor_id", "f1");
  EXPECT_FALSE(browser.shows("This is your last second way to sign in."));
}

TEST_F(AccountFactors, AFactorOfAnotherAccountIsNeitherRenamedNorRemoved) {
  add_factor("f1");
  add_factor("f2");
  add_factor("eves", "account-eve");
  list();
  EXPECT_FALSE(browser.shows("Phone of eves"));
  for (const std::string action : {"rename", "remove"}) {
    const auto form = browser.find_entry(action, "factor_id", "f1");
    browser.submit(form.action, with(form.fields, {{"factor_id", "eves"}}));
    EXPECT_TRUE(browser.shows(kGone)) << action;
  }
  // and not by way of the confirmation of an own one
  browser.press_entry("remove", "factor_id", "f1");
  const auto form = browser.find_form("remove");
  browser.submit(form.action, with(form.fields, {{"factor_id", "eves"}}));
  EXPECT_EQ(factors("account-eve").at(0).name, "Phone of eves");
  EXPECT_EQ(factors().size(), 1U);
}

TEST_F(AccountFactors, AFactorThatIsGoneMeanwhileIsSaidToBeGone) {
  add_factor("f1");
  list().press_entry("remove", "factor_id", "f1");
  sql::Batch batch;
  store::Factors::add_remove_all(batch, "account-ada");
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  EXPECT_TRUE(browser.open(at(browser.address())).shows(kGone));
  EXPECT_FALSE(browser.has_element("remove"));
}

TEST_F(AccountFactors, WhatWasSignedInWithAFactorElsewhereEndsWithIt) {
  add_factor("f1");
  add_factor("f2");
  add_factor("f3");
  add_session_of("f1");
  list().press_entry("remove", "factor_id", "f2").press("remove");
  EXPECT_EQ(sessions().size(), 2U);
  browser.press_entry("remove", "factor_id", "f1").press("remove");
  ASSERT_EQ(sessions().size(), 1U);
  EXPECT_NE(id_of(sessions()), "elsewhere");
}

TEST_F(AccountFactors, TheOnlyWayToSignInIsNotRemoved) {
  const store::FactorRecord row{
      .factor_id = "f1", .account_id = "a", .issuer = "main", .kind = "totp", .name = "Phone"};
  const store::AccountRecord without_password{
      .account_id = "a", .issuer = "main", .username = "a", .password_hash = {}};
  store::AccountRecord with_password = without_password;
  with_password.password_hash = "$argon2id$";
  const std::vector<store::FactorRecord> rows = {row};
  EXPECT_FALSE(server::authn::find_remaining(without_password, rows, "f1").has_way_in);
  EXPECT_TRUE(server::authn::find_remaining(with_password, rows, "f1").has_way_in);
  EXPECT_FALSE(server::authn::find_remaining(with_password, rows, "f1").has_second_factor);
  EXPECT_TRUE(server::authn::find_remaining(with_password, rows, "f2").has_second_factor);
}

TEST_F(AccountFactors, RecoveryCodesAloneAreNoSecondFactor) {
  const store::AccountRecord account{.account_id = "a", .issuer = "main", .username = "a", .password_hash = {}};
  const std::vector<store::FactorRecord> rows = {
      {.factor_id = "f1", .account_id = "a", .issuer = "main", .kind = "totp", .name = "Phone"},
      {.factor_id = "f2", .account_id = "a", .issuer = "main", .kind = "recovery_codes", .name = ""}};
  EXPECT_FALSE(server::authn::find_remaining(account, rows, "f1").has_second_factor);
  EXPECT_TRUE(server::authn::find_remaining(account, rows, "f2").has_second_factor);
}

// Applications. ------------------------------------------------------------------------------------------------------

class AccountApps : public Account {
 protected:
  AccountApps() { server.register_client(second); }
  std::size_t grants_of(const std::string& account_id) {
    return value_of(run_blocking(server.store.grants.list(account_id, server.clock.now()))).size();
  }
  std::size_t told_to_gateways() {
    return value_of(run_blocking(server.store.revocations.list("main", Instant{}, 100))).size();
  }
  Browser& list() { return open(browser).press("apps"); }
  std::string let_in_by_eve(const TestClient& of) {
    other.open(url(of));
    if (other.has_element("login")) other.sign_in("eve", "another long password");
    return other.press("allow").code();
  }

  TestClient second{"client-2", "https://second.example/callback"};
};

TEST_F(AccountApps, WithoutAnyThePageSaysSo) {
  enter().press("apps");
  EXPECT_TRUE(browser.shows("No application has access."));
}

TEST_F(AccountApps, AnApplicationIsShownWithAllItMayDo) {
  (void)browser.log_in(
      url(client, {{"scope", "openid accounts"}, {"claims", R"({"userinfo":{"phone_number":null}})"}}));
  list();
  EXPECT_TRUE(browser.shows("Acme Budget"));
  browser.press_entry("look", "client_id", client.client_id);
  for (const auto* part : {"Acme Budget", "acme.example", "See your accounts", "Your phone number", "Since ", "until "})
    EXPECT_TRUE(browser.shows(part)) << part;
}

TEST_F(AccountApps, AccessIsShownToLastAsLongAsItDoes) {
  const auto& config = server.issuer().config();
  const auto until = [&](Duration later) {
    return "until " + server::authn::describe_time(server.clock.now() + later);
  };
  (void)browser.log_in(url(client, {{"scope", "openid accounts"}}));
  EXPECT_TRUE(list().shows(until(config.authorization_code_lifetime + config.access_token_lifetime))) << browser.page();
  server.clock.advance(seconds{1});
  (void)other.log_in(url(client, {{"scope", "openid accounts offline_access"}}));
  EXPECT_TRUE(list().shows(until(config.refresh_token_lifetime))) << browser.page();
}

TEST_F(AccountApps, EndingAccessStopsItsGrantsItsConsentAndTellsTheGateways) {
  const std::string code = browser.log_in(url());
  const auto before = told_to_gateways();
  list().press_entry("look", "client_id", client.client_id);
  EXPECT_EQ(grants_of("account-ada"), 1U);
  browser.press("end_access");
  EXPECT_TRUE(browser.shows("No application has access."));
  EXPECT_EQ(grants_of("account-ada"), 0U);
  EXPECT_EQ(told_to_gateways(), before + 1);
  EXPECT_EQ(server.redeem(client, code).status, 400);
  EXPECT_TRUE(server.was_recorded("consent withdrawn"));
  EXPECT_TRUE(browser.open(url()).has_element("allow")) << "it has to ask again";
}

TEST_F(AccountApps, OnlyTheApplicationThatWasChosenLosesItsAccess) {
  (void)browser.log_in(url());
  (void)browser.log_in(url(second));
  list().press_entry("look", "client_id", second.client_id).press("end_access");
  EXPECT_EQ(browser.entries("look", "client_id"), std::vector<std::string>{client.client_id});
}

TEST_F(AccountApps, TheAccessThatAnotherAccountGaveIsNeitherShownNorEnded) {
  (void)let_in_by_eve(second);
  (void)let_in_by_eve(client);
  (void)browser.log_in(url());
  list();
  EXPECT_EQ(browser.entries("look", "client_id"), std::vector<std::string>{client.client_id});
  const auto look = browser.find_entry("look", "client_id", client.client_id);
  browser.submit(look.action, with(look.fields, {{"client_id", second.client_id}}));
  EXPECT_TRUE(browser.shows(kGone));
  browser.open(at(browser.address())).press_entry("look", "client_id", client.client_id);
  const auto end = browser.find_form("end_access");
  browser.submit(end.action, with(end.fields, {{"client_id", second.client_id}}));
  EXPECT_EQ(grants_of("account-ada"), 0U);
  EXPECT_EQ(grants_of("account-eve"), 2U);
}

// History. -----------------------------------------------------------------------------------------------------------

TEST_F(Account, TheHistoryTellsInSentencesWhatHappened) {
  browser.open(url()).sign_in("ada", "wrong");
  (void)browser.log_in(url());
  open(browser).press("history");
  for (const auto* part :
       {"You signed in", "A sign-in failed", "You allowed an application access", "Acme Budget", " UTC", "203.0.113.7"})
    EXPECT_TRUE(browser.shows(part)) << part << browser.page();
}

TEST_F(Account, BrowsersAreNamedInTheLanguageOfThePages) {
  browser.cookies["__Host-signet-language"] = "fr";
  enter();
  for (const auto* page : {"sessions", "history"}) {
    EXPECT_TRUE(browser.press(page).shows("Navigateur inconnu")) << browser.page();
    EXPECT_FALSE(browser.shows("Unknown"));
    browser.press("back");
  }
}

TEST_F(Account, TheHistoryTellsOfPaymentsDevicesAndFactorsThatWereRefused) {
  constexpr std::pair<server::AuditName, const char*> kRecords[] = {
      {"payment", "denied"},         {"factor", "refused"},     {"factor.push", "asked"},
      {"factor.push", "approved"},   {"factor.push", "denied"}, {"factor.push", "wrong_number"},
      {"factor.push", "wrong_hash"}, {"factor.push", "offered"}};
  sql::Batch batch;
  for (const auto& [event, outcome] : kRecords) {
    server::AuditEvent(event, outcome).account("account-ada").add_to(batch, "main", server.peer, server.clock.now());
  }
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  enter().press("history");
  for (const auto* part :
       {"You did not approve a payment", "A way to sign in could not be added",
        "One of your devices was asked for an approval", "Something was approved on one of your devices",
        "A sign-in or payment was denied on one of your devices", "A wrong number was typed on one of your devices",
        "One of your devices answered something that was not asked", "A device answered the code for registering one"})
    EXPECT_TRUE(browser.shows(part)) << part;
  for (const auto& [event, outcome] : kRecords)
    EXPECT_FALSE(browser.shows(std::string(event.view()) + " (" + outcome)) << event.view() << outcome;
}

TEST_F(Account, TheHistoryOfAnotherAccountIsNotShown) {
  (void)other.open(url()).sign_in("eve", "wrong");
  enter_as_eve();
  enter().press("history");
  EXPECT_FALSE(browser.shows("A sign-in failed"));
}

TEST_F(Account, TheHistoryIsTurnedPageByPage) {
  for (int i = 0; i < 24; ++i) {
    server.clock.advance(seconds{1});
    Browser(server).open(at("/account")).sign_in();
  }
  server.clock.advance(seconds{1});
  enter().press("history");
  const auto count = [&] {
    std::size_t shown = 0;
    for (auto from = browser.page().find("You signed in"); from != std::string::npos;
         from = browser.page().find("You signed in", from + 1)) {
      ++shown;
    }
    return shown;
  };
  EXPECT_EQ(count(), 20U);
  EXPECT_FALSE(browser.has_element("newest"));
  browser.press("older");
  EXPECT_EQ(count(), 5U);
  EXPECT_FALSE(browser.has_element("older"));
  browser.press("newest");
  EXPECT_EQ(count(), 20U);
}

TEST_F(Account, TheHubTellsOfTheSignInBeforeThisOne) {
  enter();
  EXPECT_TRUE(browser.shows("There was none."));
  server.clock.advance(minutes{10});
  enter(other);
  EXPECT_TRUE(other.shows("203.0.113.7")) << other.page();
}

}  // namespace
}  // namespace signet
