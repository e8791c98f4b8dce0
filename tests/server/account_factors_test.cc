// The account pages of people with two factors: what it takes to enter, to add one and to give one up.
#include "server/authn/factors/factor_fixture.h"
#include "server/authn/steps/account_page.h"

namespace signet {
namespace {

using test::Browser;
using test::value_of;

constexpr std::string_view kCookie = "__Host-signet-session";

class AccountWithFactors : public test::FactorTest {
 protected:
  static Browser& open(Browser& of) { return of.open("https://as.example/account"); }
  static Browser& enter(Browser& of) { return open(of).sign_in(); }
  static std::string session_of(const Browser& of) { return of.cookies.at(std::string(kCookie)); }
  static bool is_hub(const Browser& of) { return of.has_element("sign_out"); }
  store::SessionRecord newest_session() {
    return value_of(run_blocking(server.store.sessions.list(account_id, server.clock.now()))).at(0);
  }
  static int count_on(const Browser& of, const std::string& sentence) {
    int count = 0;
    for (auto at = of.page().find(sentence); at != std::string::npos; at = of.page().find(sentence, at + 1)) ++count;
    return count;
  }
  /// Whether a session opens anything.
  bool is_worth(const std::string& cookie) {
    Browser thief(server);
    thief.cookies[std::string(kCookie)] = cookie;
    return !open(thief).has_element("login");
  }
};

TEST_F(AccountWithFactors, WhoHasTwoFactorsProvesBoth) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  enter(later);
  ASSERT_TRUE(later.has_element("confirm")) << later.page();
  EXPECT_FALSE(is_hub(later));
  EXPECT_TRUE(is_hub(later.press("confirm", {{"code", code_of(key)}})));
}

TEST_F(AccountWithFactors, ASessionOfOneFactorIsAskedForTheOtherAndGetsANewId) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  (void)later.log_in(url());
  const std::string before = session_of(later);
  open(later);
  ASSERT_TRUE(later.has_element("confirm")) << later.page();
  EXPECT_TRUE(is_hub(later.press("confirm", {{"code", code_of(key)}})));
  EXPECT_NE(session_of(later), before);
  EXPECT_FALSE(is_worth(before));
}

TEST_F(AccountWithFactors, AStepToAHigherLevelIsNoSignInOfItsOwn) {
  const SecretBytes key = enrol_totp(browser);
  server.clock.advance(hours{24});
  Browser later(server);
  (void)later.log_in(url());
  const Instant began = server.clock.now();
  server.clock.advance(minutes{2});
  open(later).press("confirm", {{"code", code_of(key)}});
  ASSERT_TRUE(is_hub(later)) << later.page();
  EXPECT_TRUE(later.shows(server::authn::describe_time(began - hours{24} - minutes{1}))) << later.page();
  EXPECT_FALSE(later.shows(server::authn::describe_time(began))) << later.page();
  EXPECT_EQ(newest_session().created_at, began);
  later.press("history");
  EXPECT_EQ(count_on(later, "You signed in"), 2) << later.page();
  EXPECT_EQ(count_on(later, "You confirmed your sign-in"), 1) << later.page();
}

TEST_F(AccountWithFactors, WhoProvesEverythingAnewSignsInAnew) {
  (void)browser.log_in(url());
  server.clock.advance(hours{1});
  (void)browser.open(server.login_url(client, {{"prompt", "login"}})).sign_in();
  EXPECT_EQ(newest_session().created_at, server.clock.now());
  EXPECT_FALSE(server.was_recorded("login confirmed"));
}

TEST_F(AccountWithFactors, WhoAddsAWayIsToldWhatItWouldBe) {
  enter(browser).press("factors").press("add");
  for (const char* said : {"Add a way to sign in", "Choose what you want to use besides the ways that you have.",
                           "Six digits or more that you choose, for this device only", "Recovery codes"}) {
    EXPECT_TRUE(browser.shows(said)) << said << browser.page();
  }
  for (const char* said : {"Set up a second way to sign in", "The PIN that you chose for this device"}) {
    EXPECT_FALSE(browser.shows(said)) << said;
  }
  Browser forced(server);
  EXPECT_TRUE(begin(forced).shows("Set up a second way to sign in")) << forced.page();
}

TEST_F(AccountWithFactors, AFactorThatIsAddedRaisesTheSessionUnderANewId) {
  enter(browser);
  const std::string before = session_of(browser);
  browser.press("factors").press("add");
  choose_enrolment(browser, "totp");
  const SecretBytes key = key_on(browser);
  browser.press("confirm", {{"code", code_of(key)}, {"name", "My phone"}});
  EXPECT_TRUE(browser.shows("My phone")) << browser.page();
  EXPECT_TRUE(browser.shows("What you prove with that it is you."));
  EXPECT_EQ(count("totp"), 1);
  EXPECT_NE(session_of(browser), before);
  EXPECT_FALSE(is_worth(before));
}

TEST_F(AccountWithFactors, ACancelledEnrolmentLeadsBack) {
  enter(browser).press("factors").press("add").press("cancel");
  EXPECT_TRUE(browser.has_element("add"));
  browser.press("add");
  choose_enrolment(browser, "totp").press("cancel");
  EXPECT_TRUE(browser.has_element("add"));
  EXPECT_TRUE(rows().empty());
}

TEST_F(AccountWithFactors, ASecondFactorThatAPolicyWantsCannotBeCancelledIntoThePages) {
  apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"two","then":{"categories":2}}]})");
  enter(browser);
  EXPECT_FALSE(is_hub(browser));
  browser.press("cancel");
  EXPECT_TRUE(browser.shows("Sign-in cancelled"));
  EXPECT_FALSE(browser.has_element("add"));
}

TEST_F(AccountWithFactors, APasswordIsChangedAndEndsTheOtherSessions) {
  Browser elsewhere(server);
  enter(elsewhere);
  enter(browser).press("factors");
  const std::string before = session_of(browser);
  const auto form = browser.find_forms("change_password").at(0);
  browser.submit(form.action, form.fields);
  ASSERT_TRUE(browser.has_element("change")) << browser.page();
  browser.press("cancel");
  ASSERT_TRUE(browser.has_element("back"));
  const auto again = browser.find_forms("change_password").at(0);
  browser.submit(again.action, again.fields);
  browser.press("change", {{"password", "a quite new sentence"}, {"repeat", "a quite new sentence"}});
  EXPECT_TRUE(browser.has_element("back")) << browser.page();
  EXPECT_FALSE(is_worth(before));
  EXPECT_TRUE(open(elsewhere).has_element("login"));
  EXPECT_TRUE(is_hub(elsewhere.sign_in("ada", "a quite new sentence")));
}

TEST_F(AccountWithFactors, TheLastSecondFactorGoesWithItsProofOfThisVisit) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  enter(later).press("confirm", {{"code", code_of(key)}}).press("factors");
  const std::string id = rows().front().factor_id;
  server.clock.advance(minutes{4});
  later.press_entry("remove", "factor_id", id);
  EXPECT_TRUE(later.shows("This is your last second way to sign in.")) << later.page();
  server.clock.advance(minutes{4});
  later.press("remove");
  EXPECT_EQ(count("totp"), 0);
  EXPECT_TRUE(later.has_element("add"));
}

/// An operator's definition that leads around the decision opens nothing, although a session is there.
TEST_F(AccountWithFactors, ADefinitionCannotLeadAroundTheDecision) {
  json::object document = test::workflow_document("account");
  document.at("edges").as_array().front().as_object()["to"] = "account_sessions";
  sql::Batch batch;
  store::WorkflowDocuments::add_apply(
      batch,
      {.key = {.issuer = "main", .kind = store::DocumentKind::Workflow, .name = "account"},
       .version = 1,
       .document = render_json(document),
       .actor = "operator",
       .created_at = server.clock.now()},
      0);
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  (void)browser.log_in(url());
  EXPECT_NE(open(browser).status(), 200);
  EXPECT_FALSE(browser.has_element("end_others"));
}

}  // namespace
}  // namespace signet
