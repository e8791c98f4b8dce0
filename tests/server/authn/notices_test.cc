#include "server/authn/notices.h"

#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using test::Browser;

class Notices : public test::FactorTest {
 protected:
  std::size_t told() { return server.mail.sent.size(); }
  std::string last() { return server.mail.sent.empty() ? std::string() : server.mail.sent.back().second.text; }
};

TEST_F(Notices, ANewFactorIsToldWithoutLinks) {
  (void)enrol_totp(browser);
  ASSERT_EQ(told(), 1U);
  EXPECT_EQ(server.mail.sent.back().first, "ada@example.com");
  EXPECT_TRUE(last().contains("Authenticator app"));
  EXPECT_FALSE(last().contains("http"));
  EXPECT_FALSE(last().contains("as.example"));
}

TEST_F(Notices, TheFirstSignInIsNoNews) {
  (void)browser.log_in(url());
  EXPECT_EQ(told(), 0U);
}

TEST_F(Notices, ASignInFromANewDeviceIsToldAndOneFromAKnownDeviceIsNot) {
  (void)browser.log_in(url());
  Browser other(server);
  (void)other.log_in(url());
  ASSERT_EQ(told(), 1U);
  EXPECT_TRUE(last().contains("new to us"));
  browser.cookies.erase("__Host-signet-session");
  (void)browser.log_in(url());
  EXPECT_EQ(told(), 1U);
}

TEST_F(Notices, ADeviceIsNamedInTheLanguageOfTheLogin) {
  (void)browser.log_in(url());
  Browser other(server);
  (void)other.log_in(server.login_url(client, {{"ui_locales", "de"}}));
  ASSERT_EQ(told(), 1U);
  EXPECT_TRUE(last().contains("Unbekannter Browser")) << last();
}

TEST_F(Notices, APolicyCanWantEverySignInTold) {
  apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"all","then":{"notify":true}}]})");
  (void)browser.log_in(url());
  EXPECT_EQ(told(), 1U);
  browser.cookies.erase("__Host-signet-session");
  (void)browser.log_in(url());
  EXPECT_EQ(told(), 2U);
}

TEST_F(Notices, APolicyCanWantTheUseOfASessionTold) {
  (void)browser.log_in(url());
  EXPECT_EQ(told(), 0U);
  apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"all","then":{"notify":true}}]})");
  EXPECT_EQ(browser.open(url()).code().size(), 43U);
  EXPECT_EQ(told(), 1U);
}

TEST_F(Notices, WhoHasNoAddressIsNotWrittenTo) {
  server.add_user("bob", test::kPassword, {{"name", "Bob"}});
  browser.open(strong_url()).sign_in("bob");
  choose_enrolment(browser, "totp");
  browser.press("confirm", {{"code", code_of(key_on(browser))}});
  EXPECT_TRUE(browser.has_element("allow"));
  EXPECT_EQ(told(), 0U);
}

}  // namespace
}  // namespace signet
