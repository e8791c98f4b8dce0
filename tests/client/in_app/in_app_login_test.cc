#include "client/in_app/in_app_login.h"

#include "client/client_fixture.h"
#include "client/in_app/scripted_prompter.h"

namespace signet::test {
namespace {

using namespace client::in_app;

http::Response document(std::string body, int status = 200) {
  http::Response response{.status = status, .fields = {}, .body = std::move(body)};
  response.fields.add("Content-Type", status == 200 ? kMediaType : kProblemMediaType);
  return response;
}

std::string step(std::string_view type, std::string_view actions, std::string_view properties = "{}") {
  return fmt::format(R"({{"type":"{}","properties":{},"actions":[{}],"links":[],"messages":[]}})", type, properties,
                     actions);
}

std::string form(std::string_view name, std::string_view fields = "", std::string_view href = "/login/h1") {
  return fmt::format(
      R"({{"template":"form","kind":"{0}","title":"{0}","properties":{{"name":"{0}"}},"model":{{"href":"{2}","method":"POST","type":"application/x-www-form-urlencoded","fields":[{1}{3}{{"name":"action","type":"hidden","value":"{0}"}}]}}}})",
      name, fields, href, fields.empty() ? "" : ",");
}

constexpr std::string_view kPasswordFields =
    R"({"name":"username","type":"username","required":true},{"name":"password","type":"password","required":true})";

/// Nobody at home: what the script does not answer ends the login.
class NoPerson final : public Prompter {
 public:
  Result<Answer> ask(const Representation&, const std::optional<Problem>& problem) override {
    return fail(ErrorCode::NotFound, "nobody answers", problem ? problem->type : "");
  }
  Result<std::optional<Answer>> wait(const Representation&, Duration interval) override {
    waited += interval;
    return std::optional<Answer>();
  }
  Duration waited{};
};

/// Somebody with a browser.
class WithBrowser final : public Prompter {
 public:
  Result<Answer> ask(const Representation& page, const std::optional<Problem>&) override {
    const Choices choices = list_choices(page.actions);
    const Choice& choice = choices.possible.front();
    return Answer{.form = choice.form, .address = choice.address};
  }
  Result<std::optional<Answer>> wait(const Representation&, Duration) override { return std::optional<Answer>(); }
  Result<SecretText> open_browser(const std::string& address) override {
    opened.push_back(address);
    return SecretText(brings);
  }
  std::vector<std::string> opened;
  std::string brings = "nonce-1";
};

/// A passkey, or a browser that opens `href` instead.
std::string passkey_or_browser(std::string_view href, std::string_view nonce_field) {
  return fmt::format(
      R"({{"template":"client-operation","kind":"passkey","title":"Passkey","model":{{"name":"webauthn-authentication",
        "arguments":{{}},"continueActions":[],"errorActions":[{{"template":"client-operation","kind":"browser",
        "title":"In the browser","properties":{{"name":"browser"}},"model":{{"name":"external-browser-flow",
        "arguments":{{"href":"{}"}},"continueActions":[{}],"errorActions":[]}}}}]}}}})",
      href, form("browser", nonce_field));
}
constexpr std::string_view kNonceField = R"({"name":"_resume_nonce","type":"context","required":true})";

class InAppLoginTest : public ClientFixture {
 protected:
  InAppLoginTest() {
    server_.on("/par", [this](const net::OutgoingRequest& request) -> Result<http::Response> {
      const http::Form pushed = http::Form::parse(request.body).value();
      server_.pushed_nonce = std::string(pushed.find("nonce").value_or(""));
      state_ = std::string(pushed.find("state").value_or(""));
      return http::make_json_response(201, R"({"request_uri":"urn:x","expires_in":90})");
    });
    authorize_with(step("redirection-step", form("redirect")));
    server_.on("/login/h1", [this](const net::OutgoingRequest& request) { return answer(request); });
  }

  void authorize_with(std::string body) {
    server_.on("/authorize", [body](const net::OutgoingRequest&) -> Result<http::Response> {
      auto response = document(body);
      response.fields.add("Set-Session-Id", "session-1");
      return response;
    });
  }

  /// Password, then a code of a device that is waited for, then consent.
  Result<http::Response> answer(const net::OutgoingRequest& request) {
    if (request.fields.get("Session-Id") != "session-1") return document(problem("unexpected"), 400);
    const http::Form sent = http::Form::parse(request.body).value();
    const std::string action(sent.find("action").value_or(""));
    if (action == "redirect") return document(step("authentication-step", form("login", kPasswordFields)));
    if (action == "login" && sent.find("password") == "right") return document(waiting("pending"));
    if (action == "login") return document(problem("incorrect-credentials", form("login", kPasswordFields)), 400);
    if (action == "poll" && ++polls_ < 3) return document(waiting("pending"));
    if (action == "poll" && polls_ == 3) return document(waiting("done"));
    if (action == "poll") return document(step("user-consent-step", form("allow") + "," + form("deny")));
    if (action == "allow") return document(step("oauth-authorization-response", "", granted()));
    return document(refused(), 400);
  }

  static std::string waiting(std::string_view status) {
    return step("polling-step", form("poll") + "," + form("cancel"),
                fmt::format(R"({{"status":"{}","interval":500}})", status));
  }
  static std::string problem(std::string_view type, std::string_view actions = "") {
    return fmt::format(R"({{"type":"https://curity.se/problems/{}","title":"No","actions":[{}]}})", type, actions);
  }
  [[nodiscard]] std::string granted() const {
    return fmt::format(R"({{"code":"code-1","state":"{}","iss":"https://as.test"}})", state_);
  }
  [[nodiscard]] std::string refused() const {
    return fmt::format(
        R"({{"type":"https://curity.se/problems/error-authorization-response","error":"access_denied","links":[{{"rel":"authorization-response","href":"https://app.test/callback?error=access_denied&state={}&iss=https%3A%2F%2Fas.test"}}]}})",
        state_);
  }

  Result<client::Login> walk(Script script, InAppOptions options = {}) {
    ScriptedPrompter prompter(std::move(script), nobody_);
    InAppLogin login(*client_, prompter, std::move(options));
    return run_blocking(login.log_in({}));
  }
  static Script script_of(std::string password, std::vector<std::string> choices) {
    return {.answers = {{"username", SecretText("alice")}, {"password", SecretText(std::move(password))}},
            .choices = std::move(choices)};
  }

  NoPerson nobody_;
  std::string state_;
  int polls_ = 0;
};

TEST_F(InAppLoginTest, AWholeWorkflowIsWalkedWithoutKnowingIt) {
  const auto login = walk(script_of("right", {"allow"}));
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(login->tokens.sub, "alice");
  EXPECT_EQ(nobody_.waited, 3 * milliseconds{500});
}

TEST_F(InAppLoginTest, TheApiTokenIsForTheLoginAloneAndNotTheTokenOfTheUser) {
  auto config = make_client_config();
  config.resource = {"https://api.test"};
  client_ = client::Client::make(std::move(config), server_, clock_, random_).value();
  http::Form first;
  server_.on("/token", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    if (first.parameters().empty()) first = http::Form::parse(request.body).value();
    oauth::TokenResponse response = server_.tokens;
    response.access_token = "token-" + std::to_string(server_.count("/token"));
    if (server_.count("/token") > 1) response.id_token = server_.make_id_token();
    return http::make_json_response(200, oauth::render_token_response(response));
  });
  const auto login = walk(script_of("right", {"allow"}));
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(first.find("grant_type"), "client_credentials");
  EXPECT_EQ(first.find("scope"), "urn:se:curity:scopes:haapi");
  EXPECT_EQ(first.find("resource"), std::nullopt);
  EXPECT_EQ(login->tokens.access_token.reveal(), "token-2");
  EXPECT_EQ(server_.last("/login/h1").fields.get("Authorization"), "DPoP token-1");
}

// RFC9449-4
TEST_F(InAppLoginTest, EveryRequestHasTheTokenAProofTheMediaTypeAndTheSession) {
  ASSERT_TRUE(walk(script_of("right", {"allow"})));
  for (const auto& request : server_.requests) {
    const std::string path = parse_url(request.url)->path;
    if (path != "/authorize" && path != "/login/h1") continue;
    EXPECT_EQ(request.fields.get("Authorization"), "DPoP access-token-1");
    EXPECT_EQ(request.fields.get("Accept"), kMediaType);
    const auto proof = read_claims(request.fields.get("DPoP"));
    EXPECT_EQ(peek_string(proof.members, "htm"), request.method);
    EXPECT_EQ(peek_string(proof.members, "ath"), oauth::make_ath("access-token-1"));
    EXPECT_EQ(request.fields.get("Session-Id"), path == "/authorize" ? "" : "session-1");
    EXPECT_EQ(request.fields.count("Cookie"), 0U);
  }
}

TEST_F(InAppLoginTest, AWrongPasswordIsNotSentTwice) {
  const auto login = walk(script_of("wrong", {"allow"}));
  EXPECT_EQ(code_of(login), ErrorCode::NotFound);
  EXPECT_EQ(login.error().detail, "incorrect-credentials");
  EXPECT_EQ(server_.count("/login/h1"), 2U);
}

TEST_F(InAppLoginTest, ASecondAnswerOfTheScriptIsForTheSecondTry) {
  Script script = script_of("wrong", {"allow"});
  script.answers.push_back({"username", SecretText("alice")});
  script.answers.push_back({"password", SecretText("right")});
  EXPECT_TRUE(walk(std::move(script)));
}

/// Servers of others send no new forms with a problem: the same form is sent again.
TEST_F(InAppLoginTest, AProblemWithoutFormsAsksTheSamePageAgain) {
  int tries = 0;
  server_.on("/login/h1", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    const std::string action(http::Form::parse(request.body)->find("action").value_or(""));
    if (action == "redirect") return document(step("authentication-step", form("login", kPasswordFields)));
    if (++tries == 1) return document(problem("incorrect-credentials"), 400);
    return document(step("oauth-authorization-response", "", granted()));
  });
  Script script = script_of("wrong", {});
  script.answers.push_back({"username", SecretText("alice")});
  script.answers.push_back({"password", SecretText("right")});
  EXPECT_TRUE(walk(std::move(script)));
}

TEST_F(InAppLoginTest, ConsentIsNotGivenUnlessTheScriptSaysSo) {
  EXPECT_EQ(code_of(walk(script_of("right", {}))), ErrorCode::NotFound);
}

TEST_F(InAppLoginTest, ARefusalOfTheUserIsTheErrorOfTheRequest) {
  EXPECT_EQ(code_of(walk(script_of("right", {"deny"}))), ErrorCode::AccessDenied);
}

TEST_F(InAppLoginTest, AWaitCanBeEnded) {
  EXPECT_EQ(code_of(walk(script_of("right", {"cancel"}))), ErrorCode::AccessDenied);
  EXPECT_EQ(nobody_.waited, milliseconds{0});
}

// RFC9207-2.4
TEST_F(InAppLoginTest, AnAnswerOfAnotherIssuerIsRefused) {
  authorize_with(step("oauth-authorization-response", "", R"({"code":"c","state":"s","iss":"https://evil.test"})"));
  EXPECT_EQ(code_of(walk({})), ErrorCode::InvalidRequest);
  EXPECT_EQ(server_.count("/token"), 1U);
}

TEST_F(InAppLoginTest, ARedirectionToAnotherOriginIsNotFollowed) {
  for (const std::string_view href : {"https://evil.test/login", "//evil.test/x", "http://as.test/login/h1"}) {
    authorize_with(step("redirection-step", form("redirect", "", href)));
    EXPECT_EQ(code_of(walk({})), ErrorCode::Denied) << href;
  }
  EXPECT_EQ(server_.count("/login/h1"), 0U);
}

TEST_F(InAppLoginTest, AFormThatLeadsAwayGetsNoPassword) {
  authorize_with(step("authentication-step", form("login", kPasswordFields, "https://evil.test/x")));
  EXPECT_EQ(code_of(walk(script_of("right", {}))), ErrorCode::Denied);
  EXPECT_FALSE(parse_url(server_.requests.back().url)->host == "evil.test");
}

TEST_F(InAppLoginTest, RedirectionsWithoutEndAreLeft) {
  server_.on("/login/h1", document(step("redirection-step", form("redirect"))));
  EXPECT_EQ(code_of(walk({}, {.max_redirections = 4})), ErrorCode::Malformed);
  EXPECT_EQ(server_.count("/login/h1"), 4U);
}

TEST_F(InAppLoginTest, ARedirectionWithTwoWaysIsRefused) {
  authorize_with(step("redirection-step", form("a") + "," + form("b")));
  EXPECT_EQ(code_of(walk({})), ErrorCode::Malformed);
}

TEST_F(InAppLoginTest, PollsAndPagesWithoutEndAreLeft) {
  authorize_with(waiting("pending"));
  server_.on("/login/h1", document(waiting("pending")));
  EXPECT_EQ(code_of(walk({}, {.max_polls = 5})), ErrorCode::Timeout);
  server_.on("/login/h1", document(waiting("done")));
  EXPECT_EQ(code_of(walk({}, {.max_pages = 5})), ErrorCode::Malformed);
}

TEST_F(InAppLoginTest, AStepThatNeedsABrowserIsNamed) {
  authorize_with(step("authentication-step",
                      R"({"template":"client-operation","kind":"passkey","title":"Passkey","model":{
                          "name":"webauthn-authentication","arguments":{},"continueActions":[],"errorActions":[]}})"));
  const auto login = walk({});
  EXPECT_EQ(code_of(login), ErrorCode::Denied);
  EXPECT_EQ(login.error().detail, "Passkey");
}

TEST_F(InAppLoginTest, WhatTheBrowserBringsBackIsSentWithTheForm) {
  authorize_with(step("authentication-step", passkey_or_browser("/browser/h1?launch=x", kNonceField)));
  server_.on("/login/h1", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    EXPECT_EQ(http::Form::parse(request.body)->find("_resume_nonce"), "nonce-1");
    return document(step("oauth-authorization-response", "", granted()));
  });
  WithBrowser person;
  ScriptedPrompter script({.choices = {"browser"}}, person);
  for (Prompter* prompter : {static_cast<Prompter*>(&person), static_cast<Prompter*>(&script)}) {
    InAppLogin login(*client_, *prompter);
    const auto result = run_blocking(login.log_in({}));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_THAT(person.opened, testing::ElementsAre("https://as.test/browser/h1?launch=x"));
    person.opened.clear();
  }
}

TEST_F(InAppLoginTest, ABrowserThatDoesNotComeBackLosesTheStepAndThePageIsAskedAgain) {
  const std::string page = passkey_or_browser("/browser/h1?launch=x", kNonceField);
  authorize_with(step("authentication-step", page));
  server_.on("/login/h1", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    const http::Form sent = http::Form::parse(request.body).value();
    if (sent.find("action") == "allow") return document(step("oauth-authorization-response", "", granted()));
    EXPECT_EQ(sent.find("action"), "browser");
    EXPECT_TRUE(request.body.contains("_resume_nonce=&")) << request.body;
    return document(problem("generic-user-error", form("allow") + "," + page), 409);
  });
  WithBrowser person;
  person.brings.clear();
  ScriptedPrompter script({.choices = {"browser", "allow"}}, person);
  InAppLogin login(*client_, script);
  const auto result = run_blocking(login.log_in({}));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(person.opened.size(), 1U);
}

TEST_F(InAppLoginTest, ABrowserThatNeverComesBackDoesNotKeepTheLoginForEver) {
  const std::string page = passkey_or_browser("/browser/h1?launch=x", kNonceField);
  authorize_with(step("authentication-step", page));
  server_.on("/login/h1", document(problem("generic-user-error", page), 409));
  WithBrowser person;
  person.brings.clear();
  InAppLogin login(*client_, person, {.max_pages = 3});
  EXPECT_EQ(code_of(run_blocking(login.log_in({}))), ErrorCode::Malformed);
  EXPECT_EQ(person.opened.size(), 3U);
}

TEST_F(InAppLoginTest, ABrowserIsNotSentAwayFromTheIssuer) {
  WithBrowser person;
  for (const std::string_view href : {"https://evil.test/x", "//evil.test/x", "http://as.test/browser/h1"}) {
    authorize_with(step("authentication-step", passkey_or_browser(href, kNonceField)));
    InAppLogin login(*client_, person);
    EXPECT_EQ(code_of(run_blocking(login.log_in({}))), ErrorCode::Denied) << href;
  }
  EXPECT_TRUE(person.opened.empty());
}

TEST_F(InAppLoginTest, AStepInABrowserWithoutAFieldForWhatItBringsIsRefused) {
  authorize_with(step("authentication-step", passkey_or_browser("/browser/h1", "")));
  WithBrowser person;
  InAppLogin login(*client_, person);
  EXPECT_EQ(code_of(run_blocking(login.log_in({}))), ErrorCode::Malformed);
  EXPECT_TRUE(person.opened.empty());
}

TEST_F(InAppLoginTest, AProgramThatOpensNoBrowserSaysSo) {
  authorize_with(step("authentication-step", passkey_or_browser("/browser/h1?launch=x", kNonceField)));
  const auto login = walk({.choices = {"browser"}});
  EXPECT_EQ(code_of(login), ErrorCode::Denied);
  EXPECT_EQ(login.error().detail, "https://as.test/browser/h1") << "without the secret";
}

TEST_F(InAppLoginTest, ContinueSameStepGoesOnWithTheFormsOfTheActionBefore) {
  const std::string login_form = form("login");
  std::string with_continuation = login_form;
  with_continuation.insert(with_continuation.find("\"fields\""), R"("continueActions":[)" + form("next") + R"(],)");
  authorize_with(step("authentication-step", with_continuation));
  server_.on("/login/h1", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    if (request.body.contains("action=login")) return document(step("continue-same-step", ""));
    EXPECT_TRUE(request.body.contains("action=next"));
    return document(step("oauth-authorization-response", "", granted()));
  });
  EXPECT_TRUE(walk({.choices = {"login", "next"}}));
}

// RFC9449-9
TEST_F(InAppLoginTest, ADemandForANonceIsMetOnTheWay) {
  server_.on("/authorize", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    if (peek_string(read_claims(request.fields.get("DPoP")).members, "nonce") == "n1") {
      return document(step("oauth-authorization-response", "", granted()));
    }
    http::Response response{.status = 401, .fields = {}, .body = {}};
    response.fields.add("WWW-Authenticate", R"(DPoP error="use_dpop_nonce")");
    response.fields.add("DPoP-Nonce", "n1");
    return response;
  });
  EXPECT_TRUE(walk({}));
}

TEST_F(InAppLoginTest, ARefusedApiTokenAndAnHtmlPageAreNamedErrors) {
  http::Response refusal{.status = 401, .fields = {}, .body = {}};
  refusal.fields.add("WWW-Authenticate", R"(DPoP error="invalid_token")");
  server_.on("/authorize", refusal);
  EXPECT_EQ(code_of(walk({})), ErrorCode::InvalidToken);
  http::Response html{.status = 200, .fields = {}, .body = "<html>"};
  html.fields.add("Content-Type", "text/html");
  server_.on("/authorize", html);
  EXPECT_EQ(code_of(walk({})), ErrorCode::Malformed);
}

TEST_F(InAppLoginTest, AProblemThatEndsTheLoginIsNamed) {
  server_.on("/authorize", document(problem("mismatch-between-session-and-access-token"), 403));
  EXPECT_EQ(code_of(walk({})), ErrorCode::AccessDenied);
}

TEST_F(InAppLoginTest, AClientThatIsBoundToACertificateIsRefusedBeforeAnythingIsSent) {
  auto config = make_client_config();
  config.credential.certificate_pem = "certificate";
  config.credential.private_key_pem = SecretText("key");
  config.sender_constraint = oauth::SenderConstraint::Kind::Mtls;
  client_ = client::Client::make(std::move(config), server_, clock_, random_).value();
  EXPECT_EQ(code_of(walk({})), ErrorCode::InvalidClientMetadata);
  EXPECT_TRUE(server_.requests.empty());
}

}  // namespace
}  // namespace signet::test
