// What every page has in common: its header fields, its language, its theme, and what it costs to load.
#include <gtest/gtest.h>

#include <regex>

#include "server/authn/pages/pages.h"
#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::with;
using testing::HasSubstr;

server::IssuerConfig themed() {
  server::IssuerConfig config = test::issuer_config();
  config.theme_directory = std::string(SIGNET_SOURCE_DIR) + "/tests/server/theme";
  return config;
}

class PagesBase {
 public:
  explicit PagesBase(server::IssuerConfig config) : server({std::move(config)}) {
    server.register_client(client);
    server.add_user();
  }
  /// The first page of a login that is started with these parameters and fields.
  std::string first_page(const Parameters& more = {}, http::Fields fields = {}) {
    const std::string uri = server.push(client, with(client.authorization_request(), more));
    const auto started = server.get(TestServer::authorization_url(client, uri), std::move(fields));
    browser.cookies.clear();
    std::string cookie(started.fields.get("Set-Cookie"));
    cookie = cookie.substr(0, cookie.find(';'));
    browser.cookies[cookie.substr(0, cookie.find('='))] = cookie.substr(cookie.find('=') + 1);
    return browser.open("https://as.example" + std::string(started.fields.get("Location"))).page();
  }
  static http::Fields prefers(const std::string& languages) {
    http::Fields fields;
    fields.set("Accept-Language", languages);
    return fields;
  }
  std::string asset_in(const std::string& page, const std::string& ending) {
    std::smatch found;
    const std::regex address("\"(/assets/[^\"]*\\." + ending + ")\"");
    return std::regex_search(page, found, address) ? found[1].str() : std::string();
  }

  TestServer server;
  TestClient client;
  Browser browser{server};
};

struct PageFields : testing::Test, PagesBase {
  PageFields() : PagesBase(test::issuer_config()) {}
};
struct PageLanguage : testing::Test, PagesBase {
  PageLanguage() : PagesBase(test::issuer_config()) {}
};
struct ThemedPages : testing::Test, PagesBase {
  ThemedPages() : PagesBase(themed()) {}
};

TEST_F(PageFields, NothingButTheirOwnScriptAndStyleRunsOnThem) {
  const std::string login = first_page();
  const auto policy = std::string(browser.response().fields.get("Content-Security-Policy"));
  for (const auto* rule : {"default-src 'none';", "script-src 'self';", "style-src 'self';", "img-src 'self' data:;",
                           "base-uri 'none';", "frame-ancestors 'none';"}) {
    EXPECT_THAT(policy, HasSubstr(rule));
  }
  EXPECT_FALSE(policy.contains("unsafe"));
  EXPECT_FALSE(policy.contains("connect-src"));
  browser.sign_in();
  const std::string consent = browser.page();
  const std::string error = server.get("https://as.example/authorize?client_id=none").body;
  for (const std::string& page : {login, consent, error}) {
    EXPECT_FALSE(std::regex_search(page, std::regex(R"(<[^>]*\s(style|on[a-z]+)=)")));
    EXPECT_FALSE(
        std::regex_search(page, std::regex(R"(<script(?! src="/assets/signet-[0-9a-f]{12}\.js" defer></script>))")));
    EXPECT_FALSE(page.contains("<style"));
  }
}

TEST_F(PageFields, AssetsAreKeptForEverAndComparedByTheirTags) {
  const std::string page = first_page();
  for (const auto& [ending, type] :
       {std::pair{"css", "text/css; charset=utf-8"}, {"js", "text/javascript; charset=utf-8"}}) {
    const std::string address = "https://as.example" + asset_in(page, ending);
    const http::Response asset = server.get(address);
    ASSERT_EQ(asset.status, 200) << address;
    EXPECT_EQ(asset.fields.get("Content-Type"), type);
    EXPECT_TRUE(asset.fields.get("Cache-Control").contains("immutable"));
    EXPECT_EQ(asset.fields.get("X-Content-Type-Options"), "nosniff");
    http::Fields fields;
    fields.set("If-None-Match", asset.fields.get("ETag"));
    EXPECT_EQ(server.get(address, fields).status, 304);
  }
  for (const auto* name : {"other.js", "page.tpl", "theme.css", "..%2Fsignet.css"}) {
    EXPECT_EQ(server.get("https://as.example/assets/" + std::string(name)).status, 404) << name;
  }
  const http::Response of_another_release = server.get("https://as.example/assets/signet-000000000000.css");
  EXPECT_EQ(of_another_release.status, 200);
  EXPECT_EQ(of_another_release.fields.get("Cache-Control"), "public, max-age=60");
}

TEST_F(PageFields, APageIsSmallWithAllThatItLoads) {
  const std::string login = first_page();
  const auto loaded = server::authn::stylesheet().size() + server::authn::script().size();
  browser.sign_in();
  EXPECT_LT(server::authn::script().size(), 8U * 1024);
  EXPECT_LT(std::max(login.size(), browser.page().size()) + loaded, 40U * 1024);
}

TEST_F(PageLanguage, TheClientsWishComesBeforeTheBrowsers) {
  EXPECT_THAT(first_page({{"ui_locales", "it fr-CA"}}, prefers("de")), HasSubstr("<html lang=\"fr\" dir=\"ltr\">"));
  EXPECT_EQ(browser.response().fields.get("Content-Language"), "fr");
  EXPECT_TRUE(browser.shows("pour continuer vers Acme Budget"));
  EXPECT_THAT(first_page({}, prefers("it, de-AT;q=0.9, en;q=0.8")), HasSubstr("<html lang=\"de\""));
  EXPECT_THAT(first_page({}, prefers(std::string(10 * 1024, ','))), HasSubstr("<html lang=\"en\""));
}

TEST_F(PageLanguage, StaysUntilTheLoginEnds) {
  first_page({{"ui_locales", "es"}});
  browser.sign_in("ada", "wrong");
  EXPECT_TRUE(browser.shows("Lo que ha introducido no es correcto."));
  browser.sign_in();
  EXPECT_TRUE(browser.shows("¿Compartir con Acme Budget?"));
  EXPECT_TRUE(browser.shows("Ver sus cuentas y sus saldos"));
}

TEST_F(PageLanguage, OfAProblemIsTheBrowsers) {
  const auto page = server.get("https://as.example/authorize?client_id=none", prefers("pt-BR"));
  EXPECT_THAT(page.body, HasSubstr("<html lang=\"pt\""));
  EXPECT_THAT(page.body, HasSubstr("Não é possível concluir esta solicitação"));
}

TEST_F(PageLanguage, IsTheOperatorsWhenNobodyPrefersOne) {
  server::IssuerConfig config = test::issuer_config();
  config.default_locale = "de";
  PagesBase german(std::move(config));
  EXPECT_THAT(german.first_page(), HasSubstr("<html lang=\"de\""));
}

TEST_F(PageLanguage, TheLanguagesStandInTheMetadata) {
  const auto metadata = server.get("https://as.example/.well-known/openid-configuration").body;
  EXPECT_THAT(metadata, HasSubstr(R"("ui_locales_supported":["en","de","es","fr","pt"])"));
}

TEST_F(ThemedPages, HaveTheStyleTheLogoAndTheTextsOfTheIssuer) {
  const std::string page = first_page({}, prefers("de"));
  EXPECT_THAT(page, HasSubstr("Willkommen bei Violet"));
  EXPECT_THAT(page, testing::ContainsRegex(
                        "<img class=\"logo\" src=\"/assets/theme-[0-9a-f]*.svg\" alt=\"First Example Bank\">"));
  const http::Response logo = server.get("https://as.example" + asset_in(page, "svg"));
  EXPECT_EQ(logo.fields.get("Content-Type"), "image/svg+xml");
  EXPECT_THAT(std::string(logo.fields.get("Content-Security-Policy")), HasSubstr("default-src 'none'"));
  EXPECT_THAT(server.get("https://as.example" + asset_in(page, "css")).body, HasSubstr("--brand: #5b2a86"));
}

TEST_F(ThemedPages, TurnForALanguageThatIsReadFromRightToLeft) {
  const std::string page = first_page({{"ui_locales", "ar"}});
  EXPECT_THAT(page, HasSubstr("<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_THAT(page, HasSubstr("تسجيل الدخول"));
  EXPECT_TRUE(browser.sign_in().shows("هل تريد المشاركة مع Acme Budget؟"));
}

TEST_F(ThemedPages, OfAClientHaveItsOwnTheme) {
  TestClient acme("acme-1", "https://acme.example/callback");
  acme.metadata["theme"] = "acme";
  server.register_client(acme);
  client = acme;
  const std::string page = first_page({{"ui_locales", "de"}});
  EXPECT_THAT(page, HasSubstr("Willkommen bei Violet"));
  EXPECT_THAT(page, HasSubstr("Weiter zu Acme"));
  EXPECT_THAT(page, HasSubstr("/assets/theme.acme-"));
  browser.sign_in();
  EXPECT_TRUE(browser.shows("/assets/theme.acme-"));
}

}  // namespace
}  // namespace signet
