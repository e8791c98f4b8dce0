#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::TestClient;
using test::TestServer;
using test::with;

class Authorize : public testing::Test {
 protected:
  Authorize() {
    server.register_client(client);
    server.add_user();
  }
  std::string url_of(const test::Parameters& more = {}) {
    return TestServer::authorization_url(client, server.push(client, with(client.authorization_request(), more)));
  }
  TestServer server;
  TestClient client;
  Browser browser{server};
};

TEST_F(Authorize, ALoginAndAConsentGiveACodeWithStateAndIssuer) {
  const std::string code = browser.log_in(url_of());
  EXPECT_EQ(code.size(), 43U);
  EXPECT_TRUE(browser.left_for().starts_with("https://client.example/callback?"));
  EXPECT_EQ(browser.answer("state"), test::kState);
  EXPECT_EQ(browser.answer("iss"), "https://as.example");
  EXPECT_EQ(browser.response().status, 303);
  EXPECT_EQ(browser.response().fields.get("Cache-Control"), "no-store");
}

TEST_F(Authorize, TheCodeCanBeRedeemed) {
  const std::string code = browser.log_in(url_of());
  const http::Response tokens = server.redeem(client, code);
  EXPECT_EQ(tokens.status, 200) << tokens.body;
}

}  // namespace
}  // namespace signet
