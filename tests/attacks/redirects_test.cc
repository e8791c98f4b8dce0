// Invariant 3: a redirect goes only to a URI that was validated for that client in that request.
#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::TestServer;
using test::with;

class OpenRedirect : public AttackTest {};

constexpr const char* kAlmostRegistered[] = {
    "https://client.example/callback/",
    "https://client.example/callback/../evil",
    "https://client.example/callback?next=//evil",
    "https://client.example/callback#",
    "https://client.example/Callback",
    "https://client.example:443/callback",
    "https://client.example.evil.example/callback",
    "https://client.example@evil.example/callback",
    "http://client.example/callback",
    "https://evil.example/callback",
    "https://client.example/callback%00.evil.example",
    "javascript:alert(1)",
    "https://client.example\\@evil.example/callback",
    "//client.example/callback",
    "https://clIent.example/callback ",
};

// RFC9700-2.1
TEST_F(OpenRedirect, AUriThatIsOnlyAlmostRegisteredCannotBePushed) {
  for (const std::string uri : kAlmostRegistered) {
    const auto answer = server.post(
        kPar,
        authenticated(with(client.authorization_request(), {{"redirect_uri", uri}, {"client_id", client.client_id}})));
    EXPECT_EQ(answer.status, 400) << uri << answer.body;
    EXPECT_EQ(error_of(answer), "invalid_request") << uri;
  }
}

// RFC9126-4, FAPI2-SP-FINAL-5.3.2.2
TEST_F(OpenRedirect, TheBrowserCannotChangeWhereAPushedRequestLeads) {
  const std::string request_uri = server.push(client);
  browser.open(TestServer::authorization_url(client, request_uri) +
               "&redirect_uri=https%3A%2F%2Fevil.example%2Fcallback&state=evil&scope=payments&response_type=token");
  browser.sign_in().press("allow");
  EXPECT_TRUE(browser.left_for().starts_with(client.redirect_uri + "?")) << browser.left_for();
  EXPECT_EQ(browser.answer("state"), test::kState);
}

// RFC9126-2.2
TEST_F(OpenRedirect, TheRequestOfOneClientCannotBeUsedInTheNameOfAnother) {
  server.register_client(other_client);
  browser.open(TestServer::authorization_url(other_client, server.push(client)));
  EXPECT_EQ(browser.status(), 400);
  EXPECT_EQ(browser.left_for(), "");
}

class OpenRedirectWithoutPush : public AttackTest {
 protected:
  OpenRedirectWithoutPush() : AttackTest({test::issuer_config("main", "https://as.example", "openid")}) {}
};

// RFC6749-4.1.2.1
TEST_F(OpenRedirectWithoutPush, AFaultyRequestIsNeverSentToAUriThatIsNotRegistered) {
  for (const std::string uri : kAlmostRegistered) {
    auto request = with(client.authorization_request(), {{"redirect_uri", uri}});
    browser.open(TestServer::plain_authorization_url(request));
    EXPECT_EQ(browser.left_for(), "") << uri;
    EXPECT_EQ(browser.status(), 400) << uri;
    request = with(std::move(request), {{"response_type", "nonsense"}});
    browser.open(TestServer::plain_authorization_url(request));
    EXPECT_EQ(browser.left_for(), "") << uri;
  }
}

// RFC9700-4.12
TEST_F(OpenRedirectWithoutPush, APasswordIsNeverSentOnWithARedirect) {
  browser.open(TestServer::plain_authorization_url(client.authorization_request()));
  const auto form = browser.find_form("login");
  auto fields =
      with(form.fields, {{"username", std::string(test::kUsername)}, {"password", std::string(test::kPassword)}});
  http::Fields headers;
  std::vector<std::string> cookies;
  for (const auto& [name, value] : browser.cookies) cookies.push_back(name + "=" + value);
  headers.set("Cookie", join(cookies, "; "));
  fields.push_back({"action", "login"});
  const auto answer = server.post(form.action, fields, headers);
  EXPECT_NE(answer.status, 307);
  EXPECT_NE(answer.status, 308);
  EXPECT_FALSE(answer.fields.get("Location").contains("horse"));
}

}  // namespace
}  // namespace signet
