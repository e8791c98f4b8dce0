// The second face of the server: logins that an app drives itself. What breaks it comes first.
#include <gtest/gtest.h>

#include "server/context.h"
#include "support/app_fixture.h"
#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::InApp;
using test::kApiScope;
using test::kApiType;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::with;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kMismatch = "mismatch-between-session-and-access-token";

class AppFace : public testing::Test {
 protected:
  explicit AppFace(server::IssuerConfig issuer = test::hypermedia_issuer()) : server({std::move(issuer)}) {
    server.register_client(client);
    server.add_user();
  }
  std::string url() { return url_of(client.authorization_request()); }
  std::string url_of(const Parameters& request) {
    return TestServer::authorization_url(client, server.push(client, request));
  }
  static std::string member_of(const http::Response& response, std::string_view name) {
    return std::string(peek_string(value_of(parse_json_object(response.body)), name));
  }
  static std::string error_of(const http::Response& response) { return member_of(response, "error"); }
  static std::string challenge_of(const InApp& app) {
    return std::string(app.response().fields.get("WWW-Authenticate"));
  }
  static Parameters filled(const InApp& at) {
    return InApp::filled(at.form_of("login"),
                         {{"username", std::string(test::kUsername)}, {"password", std::string(test::kPassword)}});
  }

  TestServer server;
  TestClient client = test::hypermedia_client();
};

class AppFaceWithNonces : public AppFace {
 protected:
  static server::IssuerConfig demanding() {
    server::IssuerConfig config = test::hypermedia_issuer();
    config.require_dpop_nonce = true;
    return config;
  }
  AppFaceWithNonces() : AppFace(demanding()) {}
};

class WithoutAppFace : public AppFace {
 protected:
  WithoutAppFace() : AppFace(test::issuer_config()) {}
};

// The token.

TEST_F(AppFace, WhatTheHttpServerRefusesIsAProblem) {
  auto request = server.make_request("POST", "/login/x");
  request.fields.set("Accept", std::string(kApiType));
  for (const int status : {413, 500}) {
    const auto answer = server.refuse(request, status, status == 500 ? "0123456789abcdef" : "");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->fields.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(member_of(*answer, "code"), status == 500 ? "server_error" : "too_large");
  }
}

TEST_F(AppFace, WithoutATokenTheAnswerSaysWhatIsNeeded) {
  http::Fields fields;
  fields.set("Accept", kApiType);
  const auto answer = server.get(url(), fields);
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(answer.fields.get("WWW-Authenticate").starts_with("DPoP ")) << answer.fields.get("WWW-Authenticate");
  EXPECT_TRUE(answer.fields.get("WWW-Authenticate").contains(kApiScope));
  EXPECT_EQ(answer.fields.count("Set-Cookie"), 0U);
}

TEST_F(AppFace, ATokenOfAnotherClientIsRefused) {
  const TestClient other = test::hypermedia_client("app-2", "https://other.example/callback");
  server.register_client(other);
  InApp stranger(server, other);
  stranger.open(url());
  EXPECT_EQ(stranger.status(), 403);
  EXPECT_EQ(stranger.problem(), kMismatch);
  EXPECT_EQ(stranger.response().fields.get("Content-Type"), "application/problem+json");
}

TEST_F(AppFace, ATokenOfAnotherClientDoesNotJoinALoginEvenWithTheSameKey) {
  TestClient other = test::hypermedia_client("app-2", "https://other.example/callback");
  server.register_client(other);
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  const Parameters form = filled(app);
  other.dpop_key = client.dpop_key;
  InApp stranger(server, other);
  EXPECT_EQ(stranger.open(page).status(), 403);
  EXPECT_EQ(stranger.problem(), kMismatch);
  EXPECT_EQ(stranger.submit(page, form).status(), 403);
}

TEST_F(AppFace, ATokenForAnApiIsRefused) {
  InApp app(server, client);
  app.set_token(member_of(app.request_token({{"scope", "accounts"}}), "access_token"));
  EXPECT_EQ(app.open(url()).status(), 401);
  EXPECT_TRUE(challenge_of(app).contains("invalid_token")) << challenge_of(app);
}

TEST_F(AppFace, ABearerTokenIsRefused) {
  const InApp app(server, client);
  const std::string link = url();
  http::Fields fields = app.credentials("GET", link);
  fields.set("Authorization", "Bearer " + app.token());
  EXPECT_EQ(server.get(link, fields).status, 401);
}

TEST_F(AppFace, ATokenOfAUserIsRefused) {
  InApp app(server, client);
  app.open(url()).sign_in().press("allow");
  const auto tokens = server.redeem(client, app.property("code"));
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  app.set_token(member_of(tokens, "access_token"));
  EXPECT_EQ(app.open(url()).status(), 401);
  EXPECT_TRUE(challenge_of(app).contains("invalid_token")) << challenge_of(app);
}

TEST_F(AppFace, AUserCannotBeAskedForTheScopeOfTheApp) {
  const Parameters form = with(client.authorization_request(), {{"scope", "openid " + std::string(kApiScope)}});
  const auto answer = server.post(std::string(kIssuer) + "/par",
                                  with(form, client.authenticate(kIssuer, server.clock.now(), server.random)));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "invalid_scope");
}

TEST_F(AppFace, TheTokenStandsAloneAndForTheLoginOnly) {
  InApp app(server, client);
  EXPECT_EQ(error_of(app.request_token({{"scope", "accounts " + std::string(kApiScope)}})), "invalid_scope");
  EXPECT_EQ(error_of(app.request_token({{"resource", std::string(kIssuer)}})), "invalid_target");
  const auto usual = app.request_token({{"scope", ""}});
  ASSERT_EQ(usual.status, 200) << usual.body;
  EXPECT_FALSE(member_of(usual, "scope").contains(kApiScope)) << "who does not ask for it does not get it";
}

TEST_F(AppFace, TheTokenOpensNoApi) {
  const InApp app(server, client);
  const std::string userinfo = std::string(kIssuer) + "/userinfo";
  EXPECT_EQ(server.get(userinfo, app.credentials("GET", userinfo)).status, 401);
  TestClient api("api-1");
  for (const char* const name : {"redirect_uris", "response_types", "dpop_bound_access_tokens"}) {
    api.metadata.erase(name);
  }
  api.metadata["grant_types"] = json::array{};
  api.metadata["resource"] = json::array{json::string(kIssuer)};
  api.metadata["introspection_allowed"] = true;
  server.register_client(api);
  const auto told =
      server.post(std::string(kIssuer) + "/introspect",
                  with(api.authenticate(kIssuer, server.clock.now(), server.random), {{"token", app.token()}}));
  EXPECT_EQ(told.body, R"({"active":false})");
}

TEST_F(AppFace, AClientWithoutTheScopeGetsNoToken) {
  TestClient plain("plain");
  plain.metadata["grant_types"] = json::array{"authorization_code", "client_credentials"};
  server.register_client(plain);
  EXPECT_EQ(error_of(InApp(server, plain).request_token()), "invalid_scope");
}

TEST_F(AppFace, AClientThatLosesTheScopeLosesItsTokensAndLogins) {
  InApp app(server, client);
  app.open(url());
  ASSERT_EQ(app.status(), 200);
  const std::string page = app.address();
  client.metadata["scope"] = "openid profile email offline_access accounts payments";
  (void)value_of(run_blocking(server.store.clients.update(client.client_id, "main", render_json(client.metadata),
                                                          std::nullopt, server.clock.now())));
  server.clock.advance(seconds{2});
  EXPECT_EQ(app.open(page).status(), 403);
  EXPECT_TRUE(challenge_of(app).contains("insufficient_scope")) << challenge_of(app);
}

TEST_F(AppFace, ATokenWithoutADpopKeyIsNotGiven) {
  const auto answer = server.post(std::string(kIssuer) + "/token",
                                  with(client.authenticate(kIssuer, server.clock.now(), server.random),
                                       {{"grant_type", "client_credentials"}, {"scope", std::string(kApiScope)}}));
  EXPECT_EQ(error_of(answer), "invalid_dpop_proof");
}

TEST_F(WithoutAppFace, TheScopeIsNotGivenAndTheMediaTypeNotSpoken) {
  InApp app(server, client);
  EXPECT_EQ(error_of(app.request_token()), "invalid_scope");
  const std::string link = url();
  const auto answer = server.get(link, app.credentials("GET", link));
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.fields.count("Vary"), 0U);
}

TEST_F(AppFace, TheScopeIsOfferedInTheMetadata) {
  EXPECT_TRUE(server.get(std::string(kIssuer) + "/.well-known/openid-configuration").body.contains(kApiScope));
}
TEST_F(WithoutAppFace, TheScopeIsNotInTheMetadata) {
  EXPECT_FALSE(server.get(std::string(kIssuer) + "/.well-known/openid-configuration").body.contains(kApiScope));
}

// The proof.

TEST_F(AppFace, AProofIsGoodOnce) {
  const InApp app(server, client);
  const std::string link = url();
  const http::Fields fields = app.credentials("GET", link);
  EXPECT_EQ(server.get(link, fields).status, 200);
  const auto again = server.get(link, fields);
  EXPECT_EQ(again.status, 401);
  EXPECT_TRUE(again.fields.get("WWW-Authenticate").contains("invalid_dpop_proof"));
}

TEST_F(AppFace, AProofForAnotherAddressOrMethodIsRefused) {
  InApp app(server, client);
  app.open(url());
  const std::string page = std::string(kIssuer) + app.address();
  EXPECT_EQ(server.get(page, app.credentials("GET", std::string(kIssuer) + "/login/*")).status, 401);
  EXPECT_EQ(server.get(page, app.credentials("GET", std::string(kIssuer) + "/authorize")).status, 401);
  EXPECT_EQ(server.get(page, app.credentials("POST", page)).status, 401);
  EXPECT_EQ(server.get(page, app.credentials("GET", page)).status, 200);
}

TEST_F(AppFace, AProofOfAnotherKeyIsRefused) {
  InApp app(server, client);
  const std::string token = app.token();
  app.change_key().set_token(token);
  EXPECT_EQ(app.open(url()).status(), 401);
}

TEST_F(AppFaceWithNonces, ANonceIsDemandedAndRenewed) {
  InApp app(server, client);
  EXPECT_TRUE(app.token().empty()) << "the token endpoint wants one, too";
  app.nonce = server.context().dpop_nonces.make(server.clock.now());
  app.set_token(member_of(app.request_token(), "access_token"));
  const std::string link = url();
  app.nonce.clear();
  app.open(link);
  EXPECT_EQ(app.status(), 401);
  EXPECT_TRUE(challenge_of(app).contains("use_dpop_nonce")) << challenge_of(app);
  EXPECT_FALSE(app.nonce.empty());
  EXPECT_EQ(app.open(link).status(), 200);
}

// Whose login it is.

TEST_F(AppFace, AnotherKeyCannotGoOn) {
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  const Parameters form = filled(app);
  app.change_key();
  EXPECT_EQ(app.open(page).status(), 403);
  EXPECT_EQ(app.problem(), kMismatch);
  EXPECT_EQ(app.submit(page, form).status(), 403);
  EXPECT_EQ(app.problem(), kMismatch);
}

TEST_F(AppFace, ALoginHangsOnItsKeyAndNotOnTheSession) {
  InApp app(server, client);
  app.open(url()).sign_in();
  ASSERT_EQ(app.view(), "consent");
  app.session_id.clear();
  app.press("allow");
  EXPECT_EQ(app.type(), "oauth-authorization-response");
}

TEST_F(AppFace, AnAppChangesTheAccountAsABrowserDoes) {
  server.add_user("grace", "another long password", {{"name", "Grace Hopper"}});
  InApp app(server, client);
  app.open(url()).sign_in().press("other_account");
  ASSERT_TRUE(app.offers("login"));
  app.sign_in("grace", "another long password");
  EXPECT_EQ(app.view(), "consent");
  EXPECT_TRUE(app.response().body.contains("Signed in as Grace Hopper")) << app.response().body;
}

TEST_F(AppFace, ABrowserCannotGoOnWithAnAppsLoginNorAnAppWithABrowsers) {
  InApp app(server, client);
  app.open(url());
  Browser browser(server);
  EXPECT_EQ(browser.open(std::string(kIssuer) + app.address()).status(), 403);
  browser.cookies["__Host-signet-browser"] = "app " + test::jkt_of(client.dpop_key);
  EXPECT_EQ(browser.open(std::string(kIssuer) + app.address()).status(), 403);
  browser.open(url());
  EXPECT_EQ(app.open(browser.address()).status(), 403);
  EXPECT_EQ(app.problem(), kMismatch);
}

TEST_F(AppFace, TheSessionOfAnotherKeyOrOfABrowserIsNone) {
  InApp first(server, client);
  first.open(url()).sign_in().press("allow");
  ASSERT_FALSE(first.session_id.empty());
  EXPECT_EQ(first.open(url()).type(), "oauth-authorization-response") << "its own session signs it in";
  InApp second(server, client);
  second.change_key();
  second.session_id = first.session_id;
  EXPECT_EQ(second.open(url()).view(), "password");
  Browser browser(server);
  (void)browser.log_in(url());
  second.session_id = browser.cookies.at("__Host-signet-session");
  EXPECT_EQ(second.open(url()).view(), "password");
  browser.cookies["__Host-signet-session"] = first.session_id;
  EXPECT_TRUE(browser.open(url()).has_element("login"));
}

TEST_F(AppFace, OurCookiesAreRefusedAndOthersIgnored) {
  const InApp app(server, client);
  const std::string link = url();
  http::Fields fields = app.credentials("GET", link);
  fields.set("Cookie", "__Host-signet-session=" + make_random_token(server.random));
  const auto refused = server.get(link, fields);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.fields.get("Content-Type"), "application/problem+json");
  fields = app.credentials("GET", link);
  fields.set("Cookie", "theme=dark");
  EXPECT_EQ(server.get(link, fields).status, 200);
}

TEST_F(AppFace, ABrowserWithAnAuthorizationFieldStaysABrowser) {
  const InApp app(server, client);
  const std::string link = url();
  for (const char* const accept : {"text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "",
                                   "text/html, application/vnd.auth+json", "application/vnd.auth+json;q=0"}) {
    http::Fields fields = app.credentials("GET", link);
    fields.set("Accept", accept);
    const auto answer = server.get(link, fields);
    EXPECT_EQ(answer.status, 303) << accept;
    EXPECT_EQ(answer.fields.count("Set-Cookie"), 1U) << accept;
  }
}

// What an app sends.

TEST_F(AppFace, JsonThatIsNoFlatObjectOfStringsIsRefused) {
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  const std::vector<std::string> bodies = {
      R"({"version":"1","version":"1","action":"cancel"})",
      R"(["version"])",
      R"({"version":1,"action":"cancel"})",
      R"({"version":"1","action":{"a":"b"}})",
      R"({"version":"1","action":null})",
      R"({"version":"1","action":"can\u0000cel"})",
      "{",
      "",
      std::string(8000, '['),
      R"({"a":)" + std::string(2000, '{'),
      R"({"a":")" + std::string(15000, 'x') + R"("})",
  };
  for (const std::string& body : bodies) {
    app.submit_body(page, "application/json", body);
    EXPECT_EQ(app.status(), 400) << body.substr(0, 60);
    EXPECT_EQ(app.response().fields.get("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(app.submit_body(page, "application/json", std::string(20000, ' ')).status(), 413);
  std::string many = R"({"version":"1","action":"cancel")";
  for (int i = 0; i < 40; ++i) many += ",\"f" + std::to_string(i) + "\":\"\"";
  EXPECT_EQ(app.submit_body(page, "application/json", many + "}").status(), 400);
  EXPECT_EQ(app.open(page).view(), "password") << "none of them moved the login";
}

TEST_F(AppFace, AFormWithAnotherContentTypeIsRefused) {
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  const std::string form = http::render_form(filled(app));
  for (const char* const type :
       {"application/json", "text/plain", "multipart/form-data", "application/vnd.auth+json"}) {
    EXPECT_EQ(app.submit_body(page, type, form).status(), 400) << type;
  }
}

TEST_F(AppFace, ABrowsersFormIsNeverJson) {
  Browser browser(server);
  browser.open(url());
  http::Fields fields;
  fields.set("Content-Type", "application/json");
  fields.set("Cookie", "__Host-signet-browser=" + browser.cookies.at("__Host-signet-browser"));
  auto request = server.make_request("POST", browser.address(), std::move(fields));
  request.body = R"({"version":"1","action":"cancel"})";
  EXPECT_EQ(server.send(std::move(request)).status, 400);
}

TEST_F(AppFace, AnActionThatIsNotOfferedIsRefused) {
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  EXPECT_EQ(app.submit(page, with(filled(app), {{"action", "allow"}})).status(), 400);
  EXPECT_EQ(app.open(page).view(), "password");
}

TEST_F(AppFace, APageIsAnsweredOnce) {
  InApp app(server, client);
  app.open(url());
  const std::string page = app.address();
  const Parameters form = filled(app);
  EXPECT_EQ(app.submit(page, form).view(), "consent");
  EXPECT_EQ(app.submit(page, form).view(), "consent") << "the second answer is not looked at";
}

// What an app gets.

TEST_F(AppFace, ALoginIsDrivenFromTheRequestToTheTokens) {
  InApp app(server, client);
  app.open(url());
  EXPECT_EQ(app.type(), "authentication-step");
  EXPECT_EQ(app.response().fields.get("Content-Type"), kApiType);
  EXPECT_EQ(app.response().fields.get("Cache-Control"), "no-store");
  EXPECT_TRUE(app.response().fields.get("Vary").contains("Accept"));
  EXPECT_EQ(app.sign_in().type(), "user-consent-step");
  EXPECT_EQ(app.press("allow").type(), "oauth-authorization-response");
  EXPECT_EQ(app.property("state"), test::kState);
  EXPECT_EQ(app.property("iss"), kIssuer);
  EXPECT_EQ(server.redeem(client, app.property("code")).status, 200);
}

TEST_F(AppFace, WhereABrowserIsRedirectedAnAppGetsAStepToFollow) {
  const InApp app(server, client);
  const std::string link = url();
  const auto answer = server.get(link, app.credentials("GET", link));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.count("Location"), 0U);
  EXPECT_EQ(member_of(answer, "type"), "redirection-step");
}

TEST_F(AppFace, AFormMayBeSentAsJson) {
  InApp app(server, client);
  app.open(url());
  json::object body;
  for (const auto& [name, value] : filled(app)) body[name] = value;
  EXPECT_EQ(app.submit_body(app.address(), "application/json", render_json(body)).view(), "consent");
}

TEST_F(AppFace, AWrongPasswordIsAProblemWithTheNextForm) {
  InApp app(server, client);
  app.open(url()).sign_in("ada", "wrong");
  EXPECT_EQ(app.status(), 400);
  EXPECT_EQ(app.problem(), "incorrect-credentials");
  EXPECT_EQ(app.response().fields.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(app.sign_in().view(), "consent");
}

TEST_F(AppFace, AProblemIsCalledByItsTypeAndNamesTheFieldsThatAreWrong) {
  InApp app(server, client);
  app.open(url()).sign_in("ada", "wrong");
  EXPECT_EQ(peek_string(app.document(), "title"), "That did not match");
  const auto invalid_fields = [&] {
    std::string names;
    for (const auto& field : app.document().at("invalidFields").as_array()) {
      names.append(peek_string(field.as_object(), "name")).append(" ");
    }
    return names;
  };
  app.sign_in("", "");
  EXPECT_EQ(app.problem(), "invalid-input");
  EXPECT_EQ(peek_string(app.document(), "title"), "Something is missing or cannot be used");
  EXPECT_EQ(invalid_fields(), "username password ");
  app.sign_in("ada", "");
  EXPECT_EQ(invalid_fields(), "password ");
}

TEST_F(AppFace, TooManyAttemptsSayWhenToComeBack) {
  InApp app(server, client);
  app.open(url());
  for (int i = 0; i < 30 && app.problem() != "too-many-attempts"; ++i) app.sign_in("ada", "wrong");
  EXPECT_EQ(app.status(), 429);
  EXPECT_FALSE(app.response().fields.get("Retry-After").empty());
}

TEST_F(AppFace, CancellingEndsWithTheErrorForTheClient) {
  InApp app(server, client);
  app.open(url()).press("cancel");
  EXPECT_EQ(app.status(), 400);
  EXPECT_EQ(app.problem(), "error-authorization-response");
  EXPECT_EQ(peek_string(app.document(), "error"), "access_denied");
  EXPECT_EQ(peek_string(app.document(), "state"), test::kState);
  EXPECT_EQ(peek_string(app.document(), "iss"), kIssuer);
}

// FAPI2-SP-FINAL-5.3.2.2
TEST_F(AppFace, AnAppMustPushItsRequestLikeABrowsersClient) {
  InApp app(server, client);
  app.open(TestServer::plain_authorization_url(client.authorization_request()));
  EXPECT_EQ(app.status(), 400);
  EXPECT_EQ(app.problem(), "error-authorization-response");
  EXPECT_EQ(peek_string(app.document(), "error"), "invalid_request");
}

TEST_F(AppFace, WithoutAPageTheErrorIsTheAnswer) {
  InApp app(server, client);
  app.open(url_of(with(client.authorization_request(), {{"prompt", "none"}})));
  EXPECT_EQ(peek_string(app.document(), "error"), "login_required");
}

TEST_F(AppFace, WhatIsNotThereIsAProblem) {
  InApp app(server, client);
  EXPECT_EQ(app.open("/login/" + make_random_token(server.random)).status(), 404);
  EXPECT_EQ(app.problem(), "unexpected");
  app.open(TestServer::authorization_url(client, "urn:ietf:params:oauth:request_uri:unknown"));
  EXPECT_EQ(app.status(), 400);
  EXPECT_EQ(app.problem(), "unexpected");
}

TEST_F(AppFace, TheKeyOfTheUsersTokensMayBeAnother) {
  TestClient tokens_elsewhere = client;
  tokens_elsewhere.dpop_key = test::make_signer("");
  InApp app(server, client);
  app.open(url_of(with(client.authorization_request(), {{"dpop_jkt", test::jkt_of(tokens_elsewhere.dpop_key)}})));
  app.sign_in().press("allow");
  EXPECT_EQ(server.redeem(tokens_elsewhere, app.property("code")).status, 200);
}

TEST_F(AppFace, ItsSchemasArePublished) {
  for (const char* const name : {"vnd.auth+json.schema.json", "problem.schema.json"}) {
    const auto answer = server.get(std::string(kIssuer) + "/schemas/" + name);
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_EQ(answer.fields.get("Content-Type"), "application/schema+json");
    EXPECT_TRUE(parse_json_object(answer.body, {.bytes = 1 << 20, .depth = 64})) << name;
  }
  EXPECT_EQ(server.get(std::string(kIssuer) + "/schemas/other.json").status, 404);
}

}  // namespace
}  // namespace signet
