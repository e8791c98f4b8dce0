#include "server/authn/throttle.h"

#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet::server::authn {
namespace {

using test::Browser;
using test::TestClient;
using test::TestServer;

constexpr std::string_view kThrottled = "Too many attempts.";

TEST(Throttle, FiveFailuresAreFreeThenTheWaitDoublesUpToAQuarterOfAnHour) {
  EXPECT_EQ(wait_after(kPairRule, 4), Duration{});
  EXPECT_EQ(wait_after(kPairRule, 5), seconds{2});
  EXPECT_EQ(wait_after(kPairRule, 6), seconds{4});
  EXPECT_EQ(wait_after(kPairRule, 14), minutes{15});
  EXPECT_EQ(wait_after(kPairRule, 1'000'000'000), minutes{15});
}

TEST(Throttle, TheAccountAloneSlowsOnlyMildly) {
  EXPECT_EQ(wait_after(kAccountRule, 19), Duration{});
  EXPECT_EQ(wait_after(kAccountRule, 1000), seconds{15});
}

TEST(Throttle, AWaitEndsByItself) {
  const Instant now = from_unix_seconds(1'800'000'000);
  const store::LoginFailureRecord record{.failures = 6, .last_failed_at = now, .expires_at = now + hours{1}};
  EXPECT_EQ(remaining_wait(kPairRule, record, now + seconds{1}), seconds{3});
  EXPECT_EQ(remaining_wait(kPairRule, record, now + seconds{4}), Duration{});
}

TEST(Throttle, SubjectsAreKeyedAndAnIpv6CustomerIsOneAddress) {
  const SecretText key("k");
  const auto one = guessing_subjects(key, "main", "ada", "2001:db8:1:2::1");
  const auto two = guessing_subjects(key, "main", "ada", "2001:db8:1:2:ffff::9");
  EXPECT_EQ(one.pair, two.pair);
  EXPECT_EQ(one.address, two.address);
  EXPECT_NE(one.pair, guessing_subjects(key, "main", "ada", "2001:db8:1:3::1").pair);
  EXPECT_NE(one.account, guessing_subjects(key, "second", "ada", "2001:db8:1:2::1").account);
  EXPECT_NE(one.account, guessing_subjects(SecretText("other"), "main", "ada", "2001:db8:1:2::1").account);
  EXPECT_NE(one.pair, one.account);
}

class Guessing : public testing::Test {
 protected:
  Guessing() {
    server.register_client(client);
    server.add_user();
  }
  std::string url(const test::Parameters& more = {}) { return server.login_url(client, more); }
  /// Guesses at an account so many times, waiting as long as it is told to.
  void guess(Browser& of, int times, std::string_view username = test::kUsername) {
    for (int i = 0; i < times; ++i) {
      of.sign_in(username, "guess");
      while (of.status() == 429) {
        server.clock.advance(seconds{*parse_decimal(of.response().fields.get("Retry-After"))});
        of.open(url()).sign_in(username, "guess");
      }
    }
  }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

// PSD2-RTS-4.3-2
TEST_F(Guessing, AfterFiveFailuresEvenTheRightPasswordHasToWait) {
  browser.open(url());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(browser.sign_in("ada", "guess").status(), 200);
  browser.sign_in();
  EXPECT_EQ(browser.status(), 429);
  EXPECT_TRUE(browser.shows(kThrottled));
  EXPECT_EQ(browser.response().fields.get("Retry-After"), "2");
  EXPECT_TRUE(server.was_recorded("login throttled"));
  server.clock.advance(seconds{2});
  EXPECT_TRUE(browser.sign_in().has_element("allow"));
}

TEST_F(Guessing, AnUnknownUserIsThrottledInTheSameWay) {
  browser.open(url());
  for (int i = 0; i < 5; ++i) browser.sign_in("nobody", "guess");
  EXPECT_EQ(browser.sign_in("nobody", "guess").status(), 429);
}

TEST_F(Guessing, AThrottledAttemptIsNotCounted) {
  browser.open(url());
  for (int i = 0; i < 5; ++i) browser.sign_in("ada", "guess");
  for (int i = 0; i < 20; ++i) browser.sign_in("ada", "guess");
  EXPECT_EQ(browser.response().fields.get("Retry-After"), "2");
}

TEST_F(Guessing, DoesNotLockTheOwnerOutFromAnotherAddress) {
  browser.open(url());
  for (int i = 0; i < 6; ++i) browser.sign_in("ada", "guess");
  EXPECT_EQ(browser.status(), 429);
  server.peer.address = "198.51.100.9";
  Browser owner(server);
  EXPECT_TRUE(owner.open(url()).sign_in().has_element("allow"));
}

TEST_F(Guessing, SuccessClearsThePair) {
  browser.open(url());
  for (int i = 0; i < 4; ++i) browser.sign_in("ada", "guess");
  browser.sign_in();
  EXPECT_TRUE(browser.has_element("allow"));
  Browser again(server);
  again.open(url());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(again.sign_in("ada", "guess").status(), 200);
  EXPECT_TRUE(again.sign_in().has_element("allow"));
}

TEST_F(Guessing, ManyAddressesSlowDownStrangersButNotTheBrowserThatIsSignedIn) {
  Browser owner(server);
  (void)owner.log_in(url());
  for (int i = 1; i <= 20; ++i) {
    server.peer.address = "198.51.100." + std::to_string(i);
    Browser(server).open(url()).sign_in("ada", "guess");
  }
  server.peer.address = "203.0.113.200";
  Browser stranger(server);
  EXPECT_EQ(stranger.open(url()).sign_in().status(), 429);
  EXPECT_EQ(owner.open(url({{"prompt", "login"}})).sign_in().code().size(), 43U);
}

TEST_F(Guessing, OneAddressTryingManyAccountsSlowsDown) {
  browser.open(url());
  for (int i = 0; i < 50; ++i) browser.sign_in("user-" + std::to_string(i), "Spring2026");
  EXPECT_EQ(browser.sign_in("user-51", "Spring2026").status(), 429);
}

TEST_F(Guessing, AFullQueueIsAPageThatAsksForPatience) {
  server.config().login.password_queue = 0;
  browser.open(url()).sign_in();
  EXPECT_EQ(browser.status(), 503);
  EXPECT_TRUE(browser.has_element("problem"));
  EXPECT_FALSE(browser.response().fields.get("Retry-After").empty());
  server.config().login.password_queue = 10;
  EXPECT_TRUE(browser.sign_in().has_element("allow"));
}

TEST_F(Guessing, TheWaitIsForgottenAfterAnHour) {
  browser.open(url());
  guess(browser, 12);
  server.clock.advance(hours{1});
  browser.open(url());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(browser.sign_in("ada", "guess").status(), 200);
  EXPECT_TRUE(browser.sign_in().has_element("allow"));
}

}  // namespace
}  // namespace signet::server::authn
