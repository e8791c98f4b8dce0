#include "server/authn/pin_rules.h"

#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using server::authn::find_pin_problem;
using server::authn::PinProblem;
using test::Browser;
using test::kRefusal;

constexpr auto kPin = "493817";

TEST(PinRules, RowsRepetitionsAndYearsAreTooEasy) {
  for (const auto* pin : {"123456", "654321", "890123", "135791", "000000", "121212", "123123", "199019", "121984",
                          "198412", "24122001", "20011224", "777777777777"}) {
    EXPECT_EQ(find_pin_problem(pin), PinProblem::TooEasy) << pin;
  }
}

TEST(PinRules, SixToTwelveDigitsAreTaken) {
  for (const auto* pin : {kPin, "302958", "4938170", "493817028561"}) EXPECT_FALSE(find_pin_problem(pin)) << pin;
  for (const auto* pin : {"", "49381", "4938170285614", "49381a", "４９３８１７"}) {
    EXPECT_EQ(find_pin_problem(pin), PinProblem::NotDigits) << pin;
  }
}

class Pin : public test::FactorTest {
 protected:
  Pin() {
    (void)browser.log_in(url());  // the browser is known from here on
    lead_password_to("enrol_pin");
    again(browser).press("confirm", {{"pin", kPin}, {"repeat", kPin}});
    lead_password_to("pin");
  }
  Browser& again(Browser& of) { return of.open(fresh_url()).sign_in(); }
  std::string fresh_url() {
    return test::TestServer::authorization_url(
        client, server.push(client, test::with(client.authorization_request(), {{"prompt", "login"}})));
  }
};

TEST_F(Pin, IsEnrolledAndUsedOnItsDevice) {
  ASSERT_EQ(count("pin"), 1);
  again(browser);
  ASSERT_TRUE(browser.has_element("confirm")) << browser.page();
  browser.press("confirm", {{"pin", kPin}});
  EXPECT_FALSE(browser.code().empty());
  EXPECT_FALSE(is_kept(kPin));
}

TEST_F(Pin, IsTypedOnAKeyboardOfDigits) {
  again(browser);
  EXPECT_TRUE(browser.shows(R"(inputmode="numeric")")) << browser.page();
  EXPECT_TRUE(browser.shows(R"(data-show="Show PIN")"));
  EXPECT_FALSE(browser.shows("Show password"));
}

TEST_F(Pin, IsWorthNothingOnAnotherDevice) {
  Browser other(server);
  again(other).press("confirm", {{"pin", kPin}});
  EXPECT_TRUE(other.shows(kRefusal));
}

TEST_F(Pin, IsWorthNothingForAnotherAccountOnTheSameDevice) {
  server.add_user("eve");
  browser.open(fresh_url()).sign_in("eve").press("confirm", {{"pin", kPin}});
  EXPECT_TRUE(browser.shows(kRefusal));
}

// PSD2-RTS-4.3-2
TEST_F(Pin, FiveWrongEntriesRemoveIt) {
  again(browser);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(browser.press("confirm", {{"pin", "302958"}}).shows(kRefusal)) << i;
  EXPECT_EQ(count("pin"), 1);
  browser.press("confirm", {{"pin", "302958"}});
  EXPECT_EQ(count("pin"), 0);
  EXPECT_TRUE(server.was_recorded("factor removed"));
  EXPECT_TRUE(server.mail.sent.back().second.text.contains("removed"));
}

TEST_F(Pin, WrongEntriesAreCountedFromLoginToLogin) {
  for (int i = 0; i < 5; ++i) {
    again(browser).press("confirm", {{"pin", "302958"}});
    server.clock.advance(hours{2});
  }
  EXPECT_EQ(count("pin"), 0);
}

TEST_F(Pin, TheRightEntryForgetsTheWrongOnes) {
  for (int round = 0; round < 2; ++round) {
    again(browser);
    for (int i = 0; i < 3; ++i) browser.press("confirm", {{"pin", "302958"}});
    browser.press("confirm", {{"pin", kPin}});
    EXPECT_FALSE(browser.code().empty());
  }
  EXPECT_EQ(count("pin"), 1);
}

TEST_F(Pin, ANewOneTakesThePlaceOfTheOldOneOfThisDevice) {
  lead_password_to("enrol_pin");
  again(browser).press("confirm", {{"pin", "302958"}, {"repeat", "302958"}});
  EXPECT_EQ(count("pin"), 1);
  lead_password_to("pin");
  EXPECT_TRUE(again(browser).press("confirm", {{"pin", kPin}}).shows(kRefusal));
}

TEST_F(Pin, OneThatIsEasyToGuessIsNotTaken) {
  lead_password_to("enrol_pin");
  again(browser).press("confirm", {{"pin", "123456"}, {"repeat", "123456"}});
  EXPECT_TRUE(browser.shows("easy to guess"));
  browser.press("confirm", {{"pin", kPin}, {"repeat", "302958"}});
  EXPECT_TRUE(browser.shows("two different PINs"));
  EXPECT_FALSE(browser.shows(kPin));
}

TEST_F(Pin, IsKnowledgeAndNoSecondFactorBesideThePassword) {
  lead_password_to("decide");
  server.config().login.enrolment_at_login = false;
  browser.cookies.erase("__Host-signet-session");
  begin(browser);
  EXPECT_EQ(browser.answer("error"), "unmet_authentication_requirements");
}

}  // namespace
}  // namespace signet
