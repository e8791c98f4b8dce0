#include "server/authn/language_choice.h"

#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::with;

constexpr std::string_view kCookie = "__Host-signet-language";

class LanguageChoice : public testing::Test {
 protected:
  LanguageChoice() {
    server.register_client(client);
    server.add_user();
  }
  std::string url(const Parameters& more = {}) { return server.login_url(client, more); }
  /// The form at the foot of the page, filled in.
  Parameters choice(const std::string& tag) {
    return with(browser.find_forms("language").at(0).fields, {{"language", tag}});
  }
  void choose(const std::string& tag) { browser.submit(browser.address(), choice(tag)); }
  [[nodiscard]] bool is_in(const std::string& tag) const { return browser.shows("<html lang=\"" + tag + "\""); }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

TEST_F(LanguageChoice, TheSameStepIsShownInIt) {
  browser.open(url());
  const std::string before = browser.address();
  EXPECT_TRUE(is_in("en"));
  choose("de");
  EXPECT_EQ(browser.address(), before);
  EXPECT_TRUE(is_in("de"));
  EXPECT_TRUE(browser.shows("lang=\"de\" aria-current=\"true\">Deutsch"));
  EXPECT_TRUE(browser.shows("lang=\"fr\">Français"));
  EXPECT_TRUE(browser.has_element("login"));
}

TEST_F(LanguageChoice, TheLoginGoesOnInIt) {
  browser.open(url());
  choose("es");
  browser.sign_in();
  EXPECT_TRUE(browser.has_element("allow"));
  EXPECT_TRUE(is_in("es"));
  choose("pt");
  EXPECT_TRUE(is_in("pt"));
  EXPECT_FALSE(browser.press("allow").code().empty());
}

TEST_F(LanguageChoice, NothingElseMoves) {
  browser.open(url());
  const Parameters drawn_before = browser.find_form("login").fields;
  choose("de");
  const auto filled = with(drawn_before, {{"username", "ada"}, {"password", std::string(test::kPassword)}});
  EXPECT_TRUE(browser.submit(browser.address(), filled).has_element("allow"));
}

TEST_F(LanguageChoice, LaterLoginsOfTheBrowserBeginWithIt) {
  browser.open(url());
  choose("de");
  browser.open(url({{"ui_locales", "fr"}}));
  EXPECT_TRUE(is_in("de"));
  Browser other(server);
  other.open(url({{"ui_locales", "fr"}}));
  EXPECT_TRUE(other.shows("<html lang=\"fr\""));
}

TEST_F(LanguageChoice, TheCookieLivesUntilTheBrowserIsClosed) {
  browser.open(url());
  http::Request request = server.make_request("POST", browser.address());
  request.fields.set("Content-Type", "application/x-www-form-urlencoded");
  for (const auto& [name, value] : browser.cookies) request.fields.set("Cookie", name + "=" + value);
  request.body = http::render_form(choice("de"));
  const http::Response response = server.send(std::move(request));
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.fields.get("Set-Cookie"), std::string(kCookie) + "=de; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST_F(LanguageChoice, ACookieThatNamesNoLanguageIsIgnored) {
  for (const std::string value : {"xx", "", "de-AT", "../../etc/passwd"}) {
    browser.cookies[std::string(kCookie)] = value;
    browser.open(url({{"ui_locales", "fr"}}));
    EXPECT_TRUE(is_in("fr")) << value;
  }
}

TEST_F(LanguageChoice, AnotherThanThoseOfThePagesIsRefused) {
  browser.open(url());
  for (const std::string tag : {"xx", "", "DE", "de\" onload=\"x"}) {
    Browser other(browser);
    other.submit(browser.address(), choice(tag));
    EXPECT_EQ(other.status(), 400) << tag;
    EXPECT_TRUE(other.shows("The field language names none of the pages.")) << tag;
    EXPECT_FALSE(other.cookies.contains(std::string(kCookie))) << tag;
  }
}

TEST_F(LanguageChoice, AFormThatIsNotOursIsRefused) {
  browser.open(url());
  const std::string page = browser.address();
  const Parameters form = choice("de");
  http::Fields elsewhere;
  elsewhere.set("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(browser.submit(page, form, elsewhere).status(), 400);
  EXPECT_EQ(browser.submit(page, with(form, {{"form_token", ""}})).status(), 400);
  EXPECT_TRUE(browser.open("https://as.example" + page).has_element("login"));
  EXPECT_TRUE(is_in("en"));
}

TEST_F(LanguageChoice, AnotherBrowserCannotMakeIt) {
  browser.open(url());
  Browser other(server);
  other.submit(browser.address(), choice("de"));
  EXPECT_EQ(other.status(), 403);
  EXPECT_TRUE(browser.open("https://as.example" + browser.address()).has_element("login"));
  EXPECT_TRUE(is_in("en"));
}

TEST_F(LanguageChoice, AccountPagesOfferItToo) {
  browser.log_in(url());
  browser.open("https://as.example/account");
  choose("fr");
  EXPECT_TRUE(is_in("fr"));
}

TEST_F(LanguageChoice, ProblemPagesFollowIt) {
  browser.open(url());
  choose("de");
  browser.open("https://as.example/login/unknown");
  EXPECT_EQ(browser.status(), 404);
  EXPECT_TRUE(is_in("de"));
}

}  // namespace
}  // namespace signet
