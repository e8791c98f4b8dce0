// The page that stays at the address of a login once it is over: it speaks as the login did, and looks like it.
#include "server/authn/steps/ends.h"

#include "server/authn/factors/factor_fixture.h"
#include "server/authn/facts.h"
#include "server/authn/texts.h"
#include "support/app_fixture.h"

namespace signet {
namespace {

using server::authn::Text;
using test::Browser;
using test::InApp;
using test::TestClient;
using test::value_of;
using testing::HasSubstr;

constexpr const char* kLanguages[] = {"en", "de", "es", "fr", "pt"};

class Ends : public test::FactorTest {
 protected:
  static server::IssuerConfig themed() {
    server::IssuerConfig config = two_levels();
    config.theme_directory = std::string(SIGNET_SOURCE_DIR) + "/tests/server/theme";
    return config;
  }
  static std::string said(const std::string& language, Text text) {
    return server::authn::text({{server::authn::fact::kLocale, language}}, text);
  }
  std::string url_in(const std::string& language) { return server.login_url(client, {{"ui_locales", language}}); }
  /// The end of the login that stood at this address, by a browser that prefers a language which nobody has chosen.
  void expect_end_at(const std::string& address, const std::string& language, Text title) {
    browser.open("https://as.example" + address);
    EXPECT_EQ(browser.status(), 200);
    EXPECT_TRUE(browser.shows("<html lang=\"" + language + "\"")) << browser.page();
    EXPECT_EQ(browser.response().fields.get("Content-Language"), language);
    EXPECT_TRUE(browser.shows(said(language, title))) << language << browser.page();
  }
};

TEST_F(Ends, OfALoginThatWasCancelledSpeaksItsLanguage) {
  for (const std::string language : kLanguages) {
    const std::string address = browser.open(url_in(language)).address();
    browser.press("cancel");
    expect_end_at(address, language, Text::CancelledTitle);
  }
}

TEST_F(Ends, OfALoginThatWasFinishedSpeaksItsLanguage) {
  for (const std::string language : kLanguages) {
    browser.cookies.clear();
    const std::string address = browser.open(url_in(language)).address();
    browser.sign_in();
    if (browser.has_element("allow")) browser.press("allow");
    ASSERT_FALSE(browser.code().empty());
    expect_end_at(address, language, Text::FinishedTitle);
  }
}

TEST_F(Ends, OfALoginThatAPolicyDeniedSpeaksItsLanguage) {
  for (const std::string language : kLanguages) {
    apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[]})");
    const std::string address = browser.open(url_in(language)).address();
    apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"no","then":{"deny":"closed"}}]})");
    browser.sign_in();
    EXPECT_EQ(browser.answer("error"), "access_denied");
    expect_end_at(address, language, Text::DeniedTitle);
  }
}

TEST_F(Ends, OfALoginThatCannotBeProvenSpeaksItsLanguage) {
  server.config().login.enrolment_at_login = false;
  for (const std::string language : kLanguages) {
    browser.cookies.clear();
    const std::string essential = R"({"id_token":{"acr":{"essential":true,"values":["two"]}}})";
    const std::string address =
        browser.open(server.login_url(client, {{"ui_locales", language}, {"claims", essential}})).address();
    browser.sign_in();
    EXPECT_FALSE(browser.answer("error").empty());
    expect_end_at(address, language, Text::UnmetTitle);
  }
}

/// Whoever has found out a password must not make the missing factor, and nobody makes one in vain.
TEST_F(Ends, WhereNobodyMayMakeAFactorOrNoneWouldDoTheLoginEndsBeforeOneIsMade) {
  for (const std::string then : {R"({"categories":2,"no_enrolment":true})", R"({"hardware":true})"}) {
    browser.cookies.clear();
    apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"r","then":)" + then + "}]}");
    browser.open(server.login_url(client, {})).sign_in();
    EXPECT_EQ(browser.answer("error"), "unmet_authentication_requirements") << browser.page();
  }
  browser.cookies.clear();
  apply(store::DocumentKind::Policy, R"({"policy":"login","rules":[{"name":"r","then":{"categories":2}}]})");
  EXPECT_TRUE(browser.open(server.login_url(client, {})).sign_in().has_element("totp")) << browser.page();
}

TEST_F(Ends, OfAVisitOfTheAccountPagesSpeaksItsLanguage) {
  for (const std::string language : kLanguages) {
    browser.cookies.clear();
    browser.cookies["__Host-signet-language"] = language;
    const std::string address = browser.open("https://as.example/account").sign_in().address();
    browser.press("sign_out");
    browser.cookies.erase("__Host-signet-language");
    expect_end_at(address, language, Text::SignedOutTitle);
  }
}

TEST_F(Ends, OfAnAppsLoginSpeaksItsLanguage) {
  const TestClient app_client = test::hypermedia_client();
  server.register_client(app_client);
  for (const std::string language : kLanguages) {
    InApp app(server, app_client);
    app.open(server.login_url(app_client, {{"ui_locales", language}}));
    const std::string address = app.address();
    app.press("cancel").open("https://as.example" + address);
    EXPECT_EQ(app.response().fields.get("Content-Language"), language);
    EXPECT_THAT(app.response().body, HasSubstr(said(language, Text::CancelledTitle)));
  }
}

TEST_F(Ends, KeepTheThemeOfTheirClient) {
  test::TestServer themed_server{{themed()}};
  TestClient acme("acme-1", "https://acme.example/callback");
  acme.metadata["theme"] = "acme";
  themed_server.register_client(acme);
  Browser visitor(themed_server);
  const std::string address = visitor.open(themed_server.login_url(acme)).address();
  ASSERT_TRUE(visitor.shows("/assets/theme.acme-"));
  visitor.press("cancel").open("https://as.example" + address);
  EXPECT_TRUE(visitor.shows("/assets/theme.acme-")) << visitor.page();
}

TEST_F(Ends, KeepNothingElseOfTheirLogin) {
  browser.open(url_in("de"));
  browser.press("cancel");
  const auto states = value_of(run_blocking(server.store.database.read({"SELECT state FROM workflow_instances", {}})));
  ASSERT_EQ(states.size(), 1U);
  json::object state = value_of(parse_json_object(states.at(0).text(0)));
  // The answer is sealed: whoever reads the store learns nothing of it.
  auto& answer = state.at("facts").at("client_answer").as_object();
  const auto sealed = value_of(decode_base64url(peek_string(answer, "location")));
  for (const std::string_view part :
       {std::string_view("client.example"), std::string_view("access_denied"), test::kState}) {
    EXPECT_FALSE(as_text(sealed).contains(part)) << part;
  }
  answer["location"] = "";
  const std::string until = std::to_string(to_unix_millis(server.clock.now() + seconds{30}));
  EXPECT_EQ(render_json(state),
            R"({"step":"cancelled","facts":{"locale":"de","client_answer":{"version":1,"ends_at":)" + until +
                R"(,"location":""}}})");
}

// It opens for its own login and nowhere else.
TEST_F(Ends, AnAnswerThatWasMovedToAnotherLoginIsNotGiven) {
  const std::string first = browser.open(url_in("en")).address();
  const auto form = browser.find_form("cancel");
  browser.press("cancel");
  browser.open(url_in("en"));
  const auto other = browser.find_form("cancel");
  browser.press("cancel");
  EXPECT_EQ(browser.submit(form.action, form.fields).answer("error"), "access_denied");
  sql::Batch batch;
  batch.add("UPDATE workflow_instances SET state = (SELECT MIN(state) FROM workflow_instances)", {});
  value_of(run_blocking(server.store.database.write(std::move(batch))));
  int given = 0;
  for (const auto& each : {form, other}) {
    if (!browser.submit(each.action, each.fields).left_for().empty()) ++given;
  }
  EXPECT_EQ(given, 1) << first;
}

}  // namespace
}  // namespace signet
