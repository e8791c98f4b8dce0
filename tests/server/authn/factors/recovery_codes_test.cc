#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::kRefusal;
using test::value_of;

class RecoveryCodes : public test::FactorTest {
 protected:
  static Browser& open_account(Browser& of) { return of.open("https://as.example/account"); }
  /// A second factor that its owner has not at hand: of a kind that this release cannot ask for.
  void add_lost_factor(const std::string& of) {
    sql::Batch batch;
    (void)store::Factors::add_insert(batch, {.factor_id = "card of " + of,
                                             .account_id = of,
                                             .issuer = "main",
                                             .kind = "card",
                                             .name = "Card",
                                             .created_at = server.clock.now()});
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  /// Enrols them at the account pages, where the account has nothing but its password. The page behind them.
  Browser& enrol_alone(Browser& of) {
    open_account(of).sign_in().press("factors").press("add");
    choose_enrolment(of, "recovery_codes").press("make");
    return of.press("continue");
  }
  /// Enrols them in a login of their own: what is on the page to print.
  std::vector<std::string> enrol() {
    lead_password_to("enrol_recovery_codes");
    Browser own(server);
    own.open(url()).sign_in().press("make");
    auto codes = recovery_codes_on(own);
    own.press("continue");
    lead_password_to("decide");
    return codes;
  }
  /// The same for somebody who has lost the second factor.
  std::vector<std::string> enrol_beside_lost() {
    auto codes = enrol();
    add_lost_factor(account_id);
    return codes;
  }
};

// They stand in for a second factor that was lost. Who never had one would use up one code for each page.
TEST_F(RecoveryCodes, AloneAreNotAskedForAtTheAccountPages) {
  enrol_alone(browser);
  EXPECT_EQ(count("recovery_codes"), 1);
  EXPECT_TRUE(browser.has_element("add")) << browser.page();
  EXPECT_TRUE(browser.shows(">Recovery codes<")) << browser.page();
  EXPECT_TRUE(open_account(browser).has_element("sign_out")) << browser.page();
  Browser later(server);
  EXPECT_TRUE(open_account(later).sign_in().has_element("sign_out")) << later.page();
}

TEST_F(RecoveryCodes, AloneAreNoSecondFactorSoOneIsEnrolled) {
  enrol_alone(browser);
  Browser later(server);
  begin(later);
  EXPECT_FALSE(later.shows("recovery_code")) << later.page();
  ASSERT_TRUE(later.has_element("totp")) << later.page();
  choose_enrolment(later, "totp");
  later.press("confirm", {{"code", code_of(key_on(later))}, {"name", "My phone"}});
  EXPECT_TRUE(later.has_element("allow")) << later.page();
}

TEST_F(RecoveryCodes, AloneReachNoLevelThatIsOnlyWished) {
  enrol_alone(browser);
  server.config().login.enrolment_at_login = false;
  Browser later(server);
  later.open(server.login_url(client, {{"acr_values", "two"}})).sign_in();
  EXPECT_TRUE(later.has_element("allow")) << later.page();
}

TEST_F(RecoveryCodes, StandInForAFactorThatWasLost) {
  enrol_alone(browser);
  open_account(browser).press("factors").press("add");
  choose_enrolment(browser, "totp");
  browser.press("confirm", {{"code", code_of(key_on(browser))}, {"name", "My phone"}});
  ASSERT_EQ(count("totp"), 1);
  Browser later(server);
  begin(later);
  EXPECT_FALSE(later.has_element("allow"));
  ASSERT_TRUE(later.has_element("recovery_codes")) << later.page();
  EXPECT_TRUE(later.press("recovery_codes").shows("recovery_code"));
  Browser account(server);
  EXPECT_FALSE(open_account(account).sign_in().has_element("sign_out"));
  EXPECT_TRUE(account.has_element("recovery_codes")) << account.page();
}

TEST_F(RecoveryCodes, AreTenAndAreShownOnce) {
  lead_password_to("enrol_recovery_codes");
  browser.open(url()).sign_in().press("make");
  EXPECT_EQ(recovery_codes_on(browser).size(), 10U);
  EXPECT_TRUE(browser.shows("Print these codes"));
  const std::string code = recovery_codes_on(browser).front();
  EXPECT_FALSE(is_kept(code));
  EXPECT_FALSE(is_kept(code.substr(0, 5) + code.substr(6)));
  const std::string page = browser.address();
  browser.press("continue");
  browser.open("https://as.example" + page);
  EXPECT_TRUE(recovery_codes_on(browser).empty());
}

TEST_F(RecoveryCodes, EachWorksOnce) {
  const auto codes = enrol_beside_lost();
  Browser first(server);
  begin(first).press("confirm", {{"recovery_code", codes.at(3)}});
  EXPECT_TRUE(first.has_element("allow")) << first.page();
  Browser second(server);
  begin(second).press("confirm", {{"recovery_code", codes.at(3)}});
  EXPECT_TRUE(second.shows(kRefusal));
  EXPECT_TRUE(second.press("confirm", {{"recovery_code", codes.at(4)}}).has_element("allow"));
}

TEST_F(RecoveryCodes, AreReadAsPeopleWriteThem) {
  auto code = enrol_beside_lost().front();
  code.erase(5, 1);
  std::ranges::transform(code, code.begin(), [](char c) { return c == '0' ? 'o' : c == '1' ? 'l' : std::tolower(c); });
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", " " + code}}).has_element("allow"));
}

TEST_F(RecoveryCodes, AWrongOneIsRefusedInTheSameWords) {
  (void)enrol_beside_lost();
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", "00000-00000"}}).shows(kRefusal));
}

TEST_F(RecoveryCodes, WhatCannotBeOneCostsNoAttempt) {
  const auto codes = enrol_beside_lost();
  Browser later(server);
  begin(later);
  for (const std::string& typed : {std::string("12345"), std::string("UUUUU-UUUUU"), std::string(10000, '0')}) {
    for (int i = 0; i < 3; ++i) later.press("confirm", {{"recovery_code", typed}});
    EXPECT_TRUE(later.shows("ten letters and digits"));
  }
  EXPECT_TRUE(later.press("confirm", {{"recovery_code", codes.front()}}).has_element("allow"));
}

TEST_F(RecoveryCodes, ThoseOfAnotherAccountAreRefused) {
  const auto codes = enrol_beside_lost();
  add_lost_factor(server.add_user("eve"));
  lead_password_to("enrol_recovery_codes");
  Browser own(server);
  own.open(url()).sign_in("eve").press("make").press("continue");
  lead_password_to("decide");
  Browser eve(server);
  eve.open(strong_url()).sign_in("eve").press("confirm", {{"recovery_code", codes.front()}});
  EXPECT_TRUE(eve.shows(kRefusal));
}

TEST_F(RecoveryCodes, NewOnesReplaceTheOldOnes) {
  const auto old = enrol();
  const auto codes = enrol_beside_lost();
  EXPECT_EQ(count("recovery_codes"), 1);
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", old.front()}}).shows(kRefusal));
  EXPECT_TRUE(later.press("confirm", {{"recovery_code", codes.front()}}).has_element("allow"));
}

TEST_F(RecoveryCodes, WhenFewAreLeftTheNextPageSaysSo) {
  const auto codes = enrol_beside_lost();
  for (std::size_t i = 0; i < 8; ++i) {
    Browser later(server);
    begin(later).press("confirm", {{"recovery_code", codes.at(i)}});
    EXPECT_EQ(later.shows("Recovery codes left: 2"), i == 7) << i;
    if (i == 7) EXPECT_TRUE(later.press("continue").has_element("allow"));
  }
}

TEST_F(RecoveryCodes, NoLoginAsksForTheirEnrolment) {
  begin(browser);
  EXPECT_TRUE(browser.has_element("totp"));
  EXPECT_FALSE(browser.has_element("recovery_codes"));
}

}  // namespace
}  // namespace signet
