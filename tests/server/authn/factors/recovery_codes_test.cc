#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::kRefusal;

class RecoveryCodes : public test::FactorTest {
 protected:
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
};

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
  const auto codes = enrol();
  Browser first(server);
  begin(first).press("confirm", {{"recovery_code", codes.at(3)}});
  EXPECT_TRUE(first.has_element("allow")) << first.page();
  Browser second(server);
  begin(second).press("confirm", {{"recovery_code", codes.at(3)}});
  EXPECT_TRUE(second.shows(kRefusal));
  EXPECT_TRUE(second.press("confirm", {{"recovery_code", codes.at(4)}}).has_element("allow"));
}

TEST_F(RecoveryCodes, AreReadAsPeopleWriteThem) {
  auto code = enrol().front();
  code.erase(5, 1);
  std::ranges::transform(code, code.begin(), [](char c) { return c == '0' ? 'o' : c == '1' ? 'l' : std::tolower(c); });
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", " " + code}}).has_element("allow"));
}

TEST_F(RecoveryCodes, AWrongOneIsRefusedInTheSameWords) {
  (void)enrol();
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", "00000-00000"}}).shows(kRefusal));
}

TEST_F(RecoveryCodes, WhatCannotBeOneCostsNoAttempt) {
  const auto codes = enrol();
  Browser later(server);
  begin(later);
  for (const std::string& typed : {std::string("12345"), std::string("UUUUU-UUUUU"), std::string(10000, '0')}) {
    for (int i = 0; i < 3; ++i) later.press("confirm", {{"recovery_code", typed}});
    EXPECT_TRUE(later.shows("ten letters and digits"));
  }
  EXPECT_TRUE(later.press("confirm", {{"recovery_code", codes.front()}}).has_element("allow"));
}

TEST_F(RecoveryCodes, ThoseOfAnotherAccountAreRefused) {
  const auto codes = enrol();
  server.add_user("eve");
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
  const auto codes = enrol();
  EXPECT_EQ(count("recovery_codes"), 1);
  Browser later(server);
  EXPECT_TRUE(begin(later).press("confirm", {{"recovery_code", old.front()}}).shows(kRefusal));
  EXPECT_TRUE(later.press("confirm", {{"recovery_code", codes.front()}}).has_element("allow"));
}

TEST_F(RecoveryCodes, WhenFewAreLeftTheNextPageSaysSo) {
  const auto codes = enrol();
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
