// What a session has proven and what a request wants fresher: the user adds what is missing and nothing else, and what
// stays belongs to one account and one living session.
#include "server/authn/factors/factor_fixture.h"
#include "server/authn/proofs.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestServer;
using test::value_of;
using test::with;

constexpr std::string_view kCookie = "__Host-signet-session";

class StepUp : public test::FactorTest {
 protected:
  std::string fresh_url(const Parameters& more = {{"max_age", "60"}}) {
    const std::string essential = R"({"id_token":{"acr":{"essential":true,"values":["two"]}}})";
    return TestServer::authorization_url(
        client, server.push(client, with(with(client.authorization_request(), {{"claims", essential}}), more)));
  }
  Browser& confirm(Browser& of, const SecretBytes& its_key) {
    return of.press("confirm", {{"code", code_of(its_key)}});
  }
  /// A session whose password is 70 seconds old and whose code is 20 seconds old.
  void sign_in_with_old_password() {
    key = enrol_totp(browser);
    browser.cookies.clear();
    begin(browser);
    server.clock.advance(seconds{50});
    (void)confirm(browser, key).press("allow");
    server.clock.advance(seconds{20});
  }
  std::vector<store::SessionRecord> sessions(const std::string& of) {
    return value_of(run_blocking(server.store.sessions.list(of, server.clock.now())));
  }
  void end_sessions() {
    sql::Batch batch;
    for (const auto& session : sessions(account_id))
      store::Sessions::add_remove(batch, session.session_hash, session.issuer);
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  /// A second account with an authenticator app; its key.
  SecretBytes add_eve() {
    (void)server.add_user("eve", "another long password", {{"name", "Eve Moneypenny"}});
    Browser of_eve(server);
    of_eve.open(strong_url()).sign_in("eve", "another long password");
    choose_enrolment(of_eve, "totp");
    SecretBytes its_key = key_on(of_eve);
    (void)confirm(of_eve, its_key);
    return its_key;
  }

  SecretBytes key;
};

TEST_F(StepUp, WhenThePasswordIsTooOldTheCodeIsNotAskedForAgain) {
  sign_in_with_old_password();
  ASSERT_TRUE(browser.open(fresh_url()).has_element("login")) << browser.page();
  EXPECT_TRUE(browser.shows("please confirm that it is you"));
  EXPECT_EQ(browser.sign_in().code().size(), 43U) << browser.page();
  ASSERT_EQ(sessions(account_id).size(), 2U) << "that of the enrolment, and this one";
  EXPECT_EQ(sessions(account_id).front().authenticated_at, server.clock.now() - seconds{20}) << "of the oldest proof";
}

// however often one half of what was proven is renewed
TEST_F(StepUp, ASessionThatGoesOnEndsNoLaterThanItWouldHave) {
  sign_in_with_old_password();
  const auto before = sessions(account_id).front();
  ASSERT_EQ(browser.open(fresh_url()).sign_in().code().size(), 43U) << browser.page();
  const auto after = sessions(account_id).front();
  EXPECT_NE(after.session_id, before.session_id);
  EXPECT_EQ(after.created_at, before.created_at);
  EXPECT_EQ(after.expires_at, before.expires_at);
}

TEST_F(StepUp, WhenTheCodeIsTooOldThePasswordIsNotAskedForAgain) {
  sign_in_with_old_password();
  (void)browser.open(fresh_url()).sign_in();
  server.clock.advance(seconds{45});
  ASSERT_TRUE(browser.open(fresh_url()).has_element("confirm")) << browser.page();
  EXPECT_EQ(confirm(browser, key).code().size(), 43U) << browser.page();
}

TEST_F(StepUp, WhenBothAreTooOldBothAreAskedFor) {
  sign_in_with_old_password();
  server.clock.advance(minutes{2});
  ASSERT_TRUE(browser.open(fresh_url()).sign_in().has_element("confirm")) << browser.page();
  EXPECT_EQ(confirm(browser, key).code().size(), 43U);
}

// OIDC-3.1.2.1: the values stand in the client's order of preference
TEST_F(StepUp, OfSeveralLevelsTheFirstThatTheAccountCanReachIsAskedFor) {
  const auto url_of = [this](const std::string& acr_values) {
    return server.login_url(client, {{"acr_values", acr_values}});
  };
  EXPECT_TRUE(browser.open(url_of("two one")).sign_in().has_element("allow")) << "who has one factor makes no second";
  browser.cookies.clear();
  key = enrol_totp(browser);
  for (const auto* const values : {"two one", "unknown two one"}) {
    browser.cookies.clear();
    EXPECT_TRUE(browser.open(url_of(values)).sign_in().has_element("confirm")) << values;
  }
  browser.cookies.clear();
  EXPECT_FALSE(browser.open(url_of("one two")).sign_in().has_element("confirm"));
}

// OIDC-3.1.2.1
TEST_F(StepUp, PromptLoginAsksForEverythingHoweverFreshItIs) {
  sign_in_with_old_password();
  ASSERT_TRUE(browser.open(fresh_url({{"prompt", "login"}})).sign_in().has_element("confirm")) << browser.page();
}

TEST_F(StepUp, ACodeThatIsFreshIsWorthNothingWithoutThePassword) {
  sign_in_with_old_password();
  Browser thief(server);
  thief.cookies[std::string(kCookie)] = browser.cookies.at(std::string(kCookie));
  ASSERT_TRUE(thief.open(fresh_url()).has_element("login"));
  EXPECT_TRUE(thief.sign_in("ada", "not her password").has_element("login"));
  EXPECT_TRUE(thief.left_for().empty());
}

TEST_F(StepUp, WhatOneHasProvenCountsForNobodyElseWhoTypesAPassword) {
  const SecretBytes its_key = add_eve();
  sign_in_with_old_password();
  ASSERT_TRUE(browser.open(fresh_url()).has_element("login"));
  ASSERT_TRUE(browser.sign_in("eve", "another long password").has_element("confirm")) << browser.page();
  EXPECT_FALSE(confirm(browser, key).has_element("allow")) << "the code of another's app";
  server.clock.advance(minutes{1});
  EXPECT_TRUE(confirm(browser, its_key).has_element("allow")) << browser.page();
  const auto proofs = server::authn::proofs_in(sessions("account-eve").front());
  ASSERT_EQ(proofs.size(), 2U);
  for (const auto& proof : proofs) EXPECT_GE(proof.at, server.clock.now() - minutes{1}) << proof.factor;
}

TEST_F(StepUp, WhoHasNoCodeOfTheirOwnIsNotLetInWithThatOfAnother) {
  (void)server.add_user("eve", "another long password", {{"name", "Eve Moneypenny"}});
  sign_in_with_old_password();
  server.config().login.enrolment_at_login = false;
  browser.open(fresh_url()).sign_in("eve", "another long password");
  EXPECT_EQ(browser.answer("error"), "unmet_authentication_requirements") << browser.page();
  EXPECT_TRUE(sessions("account-eve").empty());
}

TEST_F(StepUp, ARecoveryBeginsWithNothingProven) {
  sign_in_with_old_password();
  browser.open(fresh_url()).press("forgot").press("send", {{"username", "ada"}});
  browser.press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_FALSE(browser.has_element("change")) << "the mailbox alone replaces no password";
  EXPECT_TRUE(browser.has_element("totp")) << browser.page();
}

TEST_F(StepUp, ASessionThatEndsMeanwhileTakesItsProofsWithIt) {
  sign_in_with_old_password();
  ASSERT_TRUE(browser.open(fresh_url()).has_element("login"));
  end_sessions();
  ASSERT_TRUE(browser.sign_in().has_element("login")) << browser.page();
  EXPECT_TRUE(browser.sign_in().has_element("confirm")) << browser.page();
}

TEST_F(StepUp, WhereNothingIsKeptTheEndOfTheSessionChangesNothing) {
  sign_in_with_old_password();
  server.clock.advance(minutes{2});
  ASSERT_TRUE(browser.open(fresh_url()).has_element("login"));
  end_sessions();
  EXPECT_TRUE(browser.sign_in().has_element("confirm")) << browser.page();
}

TEST_F(StepUp, AnotherSessionOfTheAccountIsNotTheOneThatHasEnded) {
  sign_in_with_old_password();
  ASSERT_TRUE(browser.open(fresh_url()).has_element("login"));
  const std::string under_way = "https://as.example" + browser.address();
  end_sessions();
  (void)browser.log_in(url());
  ASSERT_EQ(sessions(account_id).size(), 1U) << "of the password alone";
  EXPECT_TRUE(browser.open(under_way).sign_in().has_element("confirm")) << browser.page();
}

TEST_F(StepUp, ALoginThatIsDoneIsNoMoreThanTheSessionThatEnded) {
  sign_in_with_old_password();
  apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"again","then":{"consent":true}}]})");
  ASSERT_TRUE(browser.open(strong_url()).has_element("allow")) << browser.page();
  const std::string under_way = "https://as.example" + browser.address();
  end_sessions();
  (void)browser.open(url()).sign_in();
  ASSERT_EQ(sessions(account_id).size(), 1U) << "of the password alone";
  EXPECT_FALSE(browser.open(under_way).has_element("allow")) << browser.page();
}

TEST_F(StepUp, ASessionThatEndsBetweenTwoFactorsTakesItsProofsWithIt) {
  sign_in_with_old_password();
  browser.cookies.clear();
  (void)browser.log_in(url());
  apply(store::DocumentKind::Policy,
        R"({"policy":"login","rules":[{"name":"both","then":{"factor":"totp","step":"notice"}}]})");
  ASSERT_TRUE(browser.open(url()).has_element("confirm")) << browser.page();
  server.clock.advance(minutes{1});
  ASSERT_TRUE(confirm(browser, key).has_element("continue")) << browser.page();
  end_sessions();
  EXPECT_TRUE(browser.press("continue").has_element("login")) << browser.page();
}

TEST_F(StepUp, WhereTheAccountIsClosedSomebodyElseMaySignIn) {
  sign_in_with_old_password();
  test::disable_account(server.store, account_id, server.clock.now());
  EXPECT_TRUE(browser.open(fresh_url()).has_element("login")) << browser.page();
}

}  // namespace
}  // namespace signet
