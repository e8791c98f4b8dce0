#include <filesystem>

#include "server/authn/factors/factor_fixture.h"
#include "support/program.h"

namespace signet {
namespace {

using test::Browser;
using test::kRefusal;
using test::with;

class Totp : public test::FactorTest {};

TEST_F(Totp, WhoHasNoSecondFactorEnrolsAnAppAndGoesOn) {
  begin(browser);
  choose_enrolment(browser, "totp");
  const SecretBytes key = key_on(browser);
  ASSERT_EQ(key.reveal().size(), 20U);
  browser.press("confirm", {{"code", code_of(key)}, {"name", "My phone"}});
  EXPECT_TRUE(browser.has_element("allow")) << browser.page();
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows().front().name, "My phone");
  EXPECT_TRUE(server.was_recorded("factor enrolled"));
}

TEST_F(Totp, ALevelThatIsAskedForAsVoluntaryIsReachedWithAnAppThatIsSetUpNow) {
  const auto voluntary = [this] {
    return test::TestServer::authorization_url(
        client, server.push(client, with(client.authorization_request(), {{"acr_values", "two"}})));
  };
  EXPECT_TRUE(browser.open(voluntary()).sign_in().has_element("totp")) << browser.page();
  server.config().login.enrolment_at_login = false;
  Browser later(server);
  EXPECT_TRUE(later.open(voluntary()).sign_in().has_element("allow")) << later.page();
}

TEST_F(Totp, AnAppIsStoredOnlyAfterTheRightCode) {
  begin(browser);
  choose_enrolment(browser, "totp");
  const SecretBytes key = key_on(browser);
  browser.press("confirm", {{"code", "000000"}});
  EXPECT_TRUE(browser.shows("The code is not right"));
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(key_on(browser).reveal(), key.reveal());
}

TEST_F(Totp, TheKeyIsKeptNowhereInClear) {
  begin(browser);
  choose_enrolment(browser, "totp");
  const SecretBytes key = key_on(browser);
  const std::string typed = encode_base32(key.reveal());
  EXPECT_FALSE(is_kept(typed));
  EXPECT_FALSE(is_kept(encode_base64url(key.reveal())));
  browser.press("confirm", {{"code", code_of(key)}});
  EXPECT_FALSE(is_kept(typed));
  EXPECT_FALSE(is_kept(encode_base64url(key.reveal())));
  EXPECT_FALSE(is_kept(code_of(key)));
}

TEST_F(Totp, ACodeIsAskedForAfterThePassword) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  begin(later);
  ASSERT_TRUE(later.has_element("confirm")) << later.page();
  EXPECT_TRUE(later.shows("autocomplete=\"one-time-code\""));
  later.press("confirm", {{"code", code_of(key)}}).press("allow");
  EXPECT_FALSE(later.code().empty());
  EXPECT_TRUE(server.was_recorded("factor used"));
}

TEST_F(Totp, SpacesBetweenTheDigitsDoNotMatter) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  std::string code = code_of(key);
  begin(later).press("confirm", {{"code", code.insert(3, " ")}});
  EXPECT_TRUE(later.has_element("allow"));
}

// RFC6238-5.2
TEST_F(Totp, ACodeThatWasUsedIsRefusedLikeAWrongOne) {
  const SecretBytes key = enrol_totp(browser);
  Browser first(server);
  Browser second(server);
  begin(first).press("confirm", {{"code", code_of(key)}});
  EXPECT_TRUE(first.has_element("allow"));
  begin(second).press("confirm", {{"code", code_of(key)}});
  EXPECT_TRUE(second.shows(kRefusal)) << second.page();
}

// RFC6238-5.2
TEST_F(Totp, TheCodeThatConfirmedTheAppIsUsed) {
  begin(browser);
  choose_enrolment(browser, "totp");
  const SecretBytes key = key_on(browser);
  browser.press("confirm", {{"code", code_of(key)}});
  Browser thief(server);
  begin(thief).press("confirm", {{"code", code_of(key)}});
  EXPECT_TRUE(thief.shows(kRefusal));
}

TEST_F(Totp, AnOldCodeIsRefused) {
  const SecretBytes key = enrol_totp(browser);
  const std::string code = code_of(key);
  server.clock.advance(minutes{2});
  Browser later(server);
  begin(later).press("confirm", {{"code", code}});
  EXPECT_TRUE(later.shows(kRefusal));
}

TEST_F(Totp, TheAppOfAnotherAccountIsRefused) {
  const SecretBytes key = enrol_totp(browser);
  server.add_user("eve");
  Browser eve(server);
  eve.open(strong_url()).sign_in("eve");
  choose_enrolment(eve, "totp");
  eve.press("confirm", {{"code", code_of(key_on(eve))}});
  server.clock.advance(minutes{1});
  Browser later(server);
  later.open(strong_url()).sign_in("eve").press("confirm", {{"code", code_of(key)}});
  EXPECT_TRUE(later.shows(kRefusal));
}

TEST_F(Totp, EveryAppOfTheAccountWorks) {
  const SecretBytes first = enrol_totp(browser);
  lead_password_to("enrol_totp");
  Browser again(server);
  begin(again);
  const SecretBytes second = key_on(again);
  again.press("confirm", {{"code", code_of(second)}});
  ASSERT_EQ(count("totp"), 2);
  lead_password_to("decide");
  server.clock.advance(minutes{1});
  for (const SecretBytes& key : {first, second}) {
    Browser later(server);
    begin(later).press("confirm", {{"code", code_of(key)}});
    EXPECT_TRUE(later.has_element("allow"));
  }
}

TEST_F(Totp, WhoHasOneCannotEnrolAnotherWithThePasswordAlone) {
  (void)enrol_totp(browser);
  Browser thief(server);
  begin(thief);
  EXPECT_TRUE(thief.has_element("confirm"));
  EXPECT_TRUE(key_on(thief).reveal().empty());
}

TEST_F(Totp, WhatCannotBeACodeCostsNoAttempt) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  begin(later);
  for (int i = 0; i < 10; ++i) later.press("confirm", {{"code", "12345"}});
  EXPECT_TRUE(later.shows("six digits"));
  later.press("confirm", {{"code", std::string(10000, '1')}});
  EXPECT_TRUE(later.shows("six digits"));
  EXPECT_TRUE(later.press("confirm", {{"code", code_of(key)}}).has_element("allow"));
}

// PSD2-RTS-4.3-2
TEST_F(Totp, AfterFiveWrongCodesTheRightOneHasToWait) {
  const SecretBytes key = enrol_totp(browser);
  Browser later(server);
  begin(later);
  for (int i = 0; i < 5; ++i) {
    later.press("confirm", {{"code", "000000"}});
    EXPECT_TRUE(later.shows(kRefusal)) << i;
  }
  later.press("confirm", {{"code", code_of(key)}});
  EXPECT_EQ(later.status(), 429);
  server.clock.advance(seconds{3});
  EXPECT_TRUE(later.press("confirm", {{"code", code_of(key)}}).has_element("allow"));
}

TEST_F(Totp, TheCodesOfOathtoolAreTaken) {
  if (!std::filesystem::exists("/usr/bin/oathtool")) GTEST_SKIP() << "oathtool is not installed";
  const SecretBytes key = enrol_totp(browser);
  const std::string now = "@" + std::to_string(to_unix_seconds(server.clock.now()));
  const auto shown =
      test::run_program({"/usr/bin/oathtool", "--totp", "--base32", "--now", now, encode_base32(key.reveal())});
  Browser later(server);
  begin(later).press("confirm", {{"code", shown.output.substr(0, 6)}});
  EXPECT_TRUE(later.has_element("allow")) << shown.output;
}

}  // namespace
}  // namespace signet
