// What is taken from a client is taken from its logins, pushed requests and codes that are on their way.
#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::Browser;
using test::expect_refused;
using test::loot_of;
using test::text_of;

class ChangedRegistration : public BackChannelTest {
 protected:
  void take_redirect_uri() { change_client({{"redirect_uris", json::array{"https://client.example/new"}}}); }
  void take_scope(const char* left) { change_client({{"scope", left}}); }
  void expect_page(const Browser& shown) {
    EXPECT_EQ(shown.left_for(), "");
    EXPECT_EQ(shown.status(), 400) << shown.page();
    EXPECT_TRUE(shown.shows("redirect_uri")) << shown.page();
    EXPECT_FALSE(server.was_recorded("authorization granted"));
  }
};

// RFC6749-4.1.2.1: never to an address that is not the client's
TEST_F(ChangedRegistration, ALoginIsNotAnsweredAtAnAddressThatWasTakenAway) {
  browser.open(server.login_url(client));
  take_redirect_uri();
  browser.sign_in();
  expect_page(browser);
}

TEST_F(ChangedRegistration, NorIsALoginThatIsCancelled) {
  browser.open(server.login_url(client));
  take_redirect_uri();
  browser.press("cancel");
  expect_page(browser);
}

TEST_F(ChangedRegistration, NorIsOneThatWaitsForConsent) {
  browser.open(server.login_url(client)).sign_in();
  ASSERT_TRUE(browser.has_element("allow"));
  take_redirect_uri();
  browser.press("allow");
  expect_page(browser);
}

TEST_F(ChangedRegistration, NorIsAPushedRequest) {
  const std::string url = server.login_url(client);
  take_redirect_uri();
  browser.open(url);
  expect_page(browser);
}

TEST_F(ChangedRegistration, ALoginForAScopeThatWasTakenAwayGivesNoCode) {
  browser.open(server.login_url(client)).sign_in();
  take_scope("openid");
  browser.press("allow");
  EXPECT_EQ(browser.answer("error"), "invalid_scope");
  EXPECT_EQ(browser.answer("code"), "");
  EXPECT_TRUE(server.was_recorded("authorization refused"));
}

TEST_F(ChangedRegistration, NorDoesAPushedRequest) {
  const std::string url = server.login_url(client);
  take_scope("openid");
  EXPECT_EQ(browser.open(url).answer("error"), "invalid_scope");
}

TEST_F(ChangedRegistration, ACodeThatWasSentToAnAddressThatWasTakenAwayIsWorthNothing) {
  const std::string code = code_for(client);
  take_redirect_uri();
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
}

// RFC6749-3.3
TEST_F(ChangedRegistration, ACodeGivesNoMoreThanTheClientMayAskForToday) {
  const std::string code = code_for(client, {{"scope", "openid accounts offline_access"}});
  take_scope("openid");
  const auto answer = redeem_as(client, code);
  EXPECT_EQ(text_of(answer, "scope"), "openid");
  EXPECT_EQ(text_of(answer, "refresh_token"), "");
  EXPECT_EQ(peek_string(introspect(text_of(answer, "access_token")), "scope"), "openid");
}

TEST_F(ChangedRegistration, ACodeForNothingThatIsLeftIsRefused) {
  const std::string code = code_for(client);
  take_scope("email");
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
}

// OIDC-11
TEST_F(ChangedRegistration, WithoutOpenidThereIsNoRefreshTokenThatNobodyHasAllowed) {
  const std::string code = code_for(client, {{"scope", "openid accounts"}});
  take_scope("accounts");
  const auto loot = loot_of(redeem_as(client, code));
  EXPECT_NE(loot.access_token, "");
  EXPECT_EQ(loot.id_token, "");
  EXPECT_EQ(loot.refresh_token, "");
}

TEST_F(ChangedRegistration, ACodeIsForNoServiceThatTheClientMayNotUseToday) {
  const std::string code = code_for(client);
  change_client({{"resource", json::array{"https://other.example"}}});
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
}

}  // namespace
}  // namespace signet
