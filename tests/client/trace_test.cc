#include "client/trace.h"

#include "client/client_fixture.h"
#include "client/scripted_browser.h"

namespace signet::test {
namespace {

class Trace : public ::testing::Test {
 protected:
  Trace() {
    auto config = make_client_config();
    client_ = client::Client::make(std::move(config), transport_, clock_, random_).value();
  }
  client::Login log_in() {
    auto started = run_blocking(client_->start({})).value();
    pending_ = started.pending;
    std::string query = "code=secret-code-1234567&state=" + started.pending.state + "&iss=https%3A%2F%2Fas.test";
    return run_blocking(client_->finish(std::move(query), std::move(started.pending))).value();
  }
  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  std::string text_;
  client::TracingTransport transport_{
      server_, clock_, {.colors = false, .sink = [this](std::string_view text) { text_ += text; }}};
  std::unique_ptr<client::Client> client_;
  client::PendingLogin pending_;
};

TEST_F(Trace, NothingThatCouldBeUsedIsShown) {
  server_.tokens.access_token = "secret-access-token-abcdefghijklmnop";
  server_.tokens.refresh_token = "secret-refresh-token-abcdefghijklmnop";
  server_.on("/accounts", http::make_json_response(200, "[]"));
  const auto login = log_in();
  (void)run_blocking(client_->call(login.tokens, {.url = "https://api.test/accounts"}));
  for (const std::string& secret :
       {server_.tokens.access_token, server_.tokens.refresh_token, std::string("secret-code-1234567"), pending_.state,
        pending_.nonce, pending_.code_verifier.reveal(),
        std::string(*server_.last_form("/par").find("client_assertion")),
        std::string(server_.last("/accounts").fields.get("DPoP"))}) {
    EXPECT_EQ(text_.find(secret.substr(0, 12)), std::string::npos) << secret;
  }
}

TEST_F(Trace, APasswordIsNotShownAtAll) {
  server_.on("/login", http::make_json_response(200, "{}"));
  net::OutgoingRequest request;
  request.method = "POST";
  request.url = "https://as.test/login";
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "username=alice&password=pw";
  (void)run_blocking(transport_.send(request));
  EXPECT_NE(text_.find("alice"), std::string::npos);
  EXPECT_EQ(text_.find("pw"), std::string::npos);
}

TEST_F(Trace, OfALoginInsideTheAppTheStepsAreShownAndNeitherAnswersNorFacts) {
  http::Response response = http::make_json_response(
      200, R"({"type":"registration-step","properties":{"code":"c0de"},"messages":[{"text":"s3cret"}],
          "actions":[{"template":"form","kind":"confirm","model":{"fields":[{"name":"t","value":"t0ken"}]}}]})");
  response.fields.set("Content-Type", "application/vnd.auth+json");
  server_.on("/login", response);
  net::OutgoingRequest request;
  request.method = "POST";
  request.url = "https://as.test/login";
  request.fields.add("Accept", "application/vnd.auth+json");
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "recovery_code=r3covery&pin=9876&action=recover";
  (void)run_blocking(transport_.send(request));
  for (const std::string_view shown : {"registration-step", "confirm", "recovery_code", "recover"}) {
    EXPECT_NE(text_.find(shown), std::string::npos) << shown;
  }
  for (const std::string_view secret : {"c0de", "s3cret", "t0ken", "r3covery", "9876"}) {
    EXPECT_EQ(text_.find(secret), std::string::npos) << secret;
  }
}

TEST_F(Trace, AServerCannotMoveTheCursor) {
  http::Response response = http::make_json_response(400, R"({"error":"x\u001b[2J"})");
  response.fields.add("WWW-Authenticate", "DPoP \x1b[31m");
  server_.on("/evil", response);
  net::OutgoingRequest request;
  request.url = "https://as.test/evil";
  (void)run_blocking(transport_.send(request));
  EXPECT_EQ(text_.find('\x1b'), std::string::npos);
}

TEST_F(Trace, StepsAreNumberedAndNamed) {
  (void)log_in();
  EXPECT_NE(text_.find("  1  Discovery"), std::string::npos);
  EXPECT_NE(text_.find("  2  Pushed authorization request"), std::string::npos);
  EXPECT_NE(text_.find("  3  Token request · authorization_code"), std::string::npos);
  EXPECT_NE(text_.find("201 Created"), std::string::npos);
  EXPECT_NE(text_.find("ES256 proof · POST https://as.test/token"), std::string::npos);
}

}  // namespace
}  // namespace signet::test
