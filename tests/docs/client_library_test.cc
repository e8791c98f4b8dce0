// The code of docs/client-library.md, run against an authorization server in memory.
#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "client/client.h"
#include "crypto/random.h"
#include "support/fake_authorization_server.h"

namespace signet::test {
namespace {

// [configuration]
client::ClientConfig make_config(const jose::Signer& signing_key) {
  client::ClientConfig config;
  config.issuer = "https://as.test";  // from your configuration, never from a request
  config.credential.client_id = "budget-app";
  config.credential.method = oauth::ClientAuthMethod::PrivateKeyJwt;
  config.credential.signer = signing_key;
  config.redirect_uri = "https://app.test/callback";
  config.scope = {"openid", "accounts"};
  config.resource = {"https://api.test"};
  return config;
}
// [end]

// [certificate]
void use_certificate(client::ClientConfig& config, std::string certificate_pem, SecretText private_key_pem) {
  config.credential.method = oauth::ClientAuthMethod::TlsClientAuth;
  config.credential.certificate_pem = std::move(certificate_pem);
  config.credential.private_key_pem = std::move(private_key_pem);
  config.sender_constraint = oauth::SenderConstraint::Kind::Mtls;  // tokens are bound to this certificate
}
// [end]

/// What a web application keeps for one browser.
struct Session {
  std::optional<client::PendingLogin> pending;
  std::optional<client::Tokens> tokens;
};

// [start]
Task<Result<std::string>> begin_login(client::Client& app, Session& session) {
  auto login = co_await app.start({});
  if (!login) co_return std::unexpected(std::move(login).error());
  session.pending = std::move(login->pending);    // on the server, tied to this browser by its session cookie
  co_return std::move(login->authorization_url);  // answer 303 See Other with this Location
}
// [end]

// [finish]
Task<Result<std::string>> end_login(client::Client& app, Session& session, std::string query) {
  if (!session.pending) co_return fail(ErrorCode::InvalidRequest, "This browser has started no login.");
  client::PendingLogin pending = std::move(*session.pending);
  session.pending.reset();  // a callback counts once, whatever becomes of it
  auto login = co_await app.finish(std::move(query), std::move(pending));
  if (!login) co_return std::unexpected(std::move(login).error());
  session.tokens = std::move(login->tokens);
  co_return session.tokens->sub;  // who it is, within this issuer
}
// [end]

// [call]
Task<Result<std::string>> load_accounts(client::Client& app, Session& session) {
  client::ApiRequest request{.url = "https://api.test/accounts"};
  request.fields.add("Accept", "application/json");
  auto answer = co_await app.call(*session.tokens, std::move(request));
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->step_up) {
    // The API wants a stronger or fresher login: app.start({.step_up = *answer->step_up})
    co_return fail(ErrorCode::InsufficientUserAuthentication, "Please confirm who you are.");
  }
  if (answer->response.status != 200) co_return fail(ErrorCode::Unavailable, "The accounts are not available.");
  co_return std::move(answer->response.body);
}
// [end]

// [refresh]
Task<Result<void>> keep_fresh(client::Client& app, Session& session, Instant now) {
  client::Tokens& tokens = *session.tokens;
  const bool is_ending = tokens.expires_at && *tokens.expires_at <= now + seconds{30};
  if (!is_ending) co_return Result<void>{};
  auto fresh = co_await app.refresh(tokens);
  if (!fresh) co_return std::unexpected(std::move(fresh).error());
  tokens = *std::move(fresh);  // the refresh token may be a new one: store all of it
  co_return Result<void>{};
}
// [end]

// [log-out]
Task<Result<void>> log_out(client::Client& app, Session& session) {
  if (!session.tokens) co_return Result<void>{};
  client::Tokens tokens = std::move(*session.tokens);
  session.tokens.reset();
  co_return co_await app.revoke(std::move(tokens.refresh_token), "refresh_token");  // ends the access token as well
}
// [end]

// [wiring]
Result<void> run_once(const client::ClientConfig& config) {
  const SystemClock clock;
  crypto::SystemRandom random;
  net::HttpClient http_client({.allow_private_addresses = false, .allow_plain_http = false});
  remote::HttpTransport transport(http_client);
  TRY_ASSIGN(const auto app, client::Client::make(config, transport, clock, random));
  TRY_ASSIGN(const client::Tokens tokens, run_blocking(app->client_credentials({"accounts"})));
  return run_blocking(app->revoke(tokens.access_token));
}
// [end]

class ClientLibraryPage : public ::testing::Test {
 protected:
  ClientLibraryPage() {
    server_.client_id = "budget-app";
    server_.on("/accounts", http::make_json_response(200, R"({"accounts":[]})"));
  }
  Result<std::string> log_in() {
    const auto url = run_blocking(begin_login(*app_, session_));
    if (!url) return url;
    return run_blocking(
        end_login(*app_, session_, "code=c&iss=https%3A%2F%2Fas.test&state=" + session_.pending->state));
  }
  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  std::unique_ptr<client::Client> app_ =
      client::Client::make(make_config(new_signer("c1")), server_, clock_, random_).value();
  Session session_;
};

TEST_F(ClientLibraryPage, ItsLoginEndsWithAUser) {
  EXPECT_EQ(log_in().value(), "alice");
}

TEST_F(ClientLibraryPage, ItsCallbackCountsOnce) {
  ASSERT_TRUE(log_in());
  EXPECT_FALSE(run_blocking(end_login(*app_, session_, "code=c")));
}

TEST_F(ClientLibraryPage, ItsCallsRefreshAndLogOutWork) {
  ASSERT_TRUE(log_in());
  EXPECT_EQ(run_blocking(load_accounts(*app_, session_)).value(), R"({"accounts":[]})");
  clock_.advance(minutes{5});
  EXPECT_TRUE(run_blocking(keep_fresh(*app_, session_, clock_.now())));
  EXPECT_EQ(session_.tokens->expires_at, clock_.now() + minutes{5});
  EXPECT_TRUE(run_blocking(log_out(*app_, session_)));
  EXPECT_EQ(server_.count("/revoke"), 1U);
}

TEST_F(ClientLibraryPage, ItsStepUpIsSeen) {
  ASSERT_TRUE(log_in());
  http::Response response{.status = 401, .fields = {}, .body = {}};
  response.fields.add("WWW-Authenticate", R"(DPoP error="insufficient_user_authentication", acr_values="mfa")");
  server_.on("/accounts", response);
  EXPECT_EQ(run_blocking(load_accounts(*app_, session_)).error().code, ErrorCode::InsufficientUserAuthentication);
}

TEST_F(ClientLibraryPage, ItsCertificateMakesACompleteConfiguration) {
  auto config = make_config(new_signer("c1"));
  use_certificate(config, "certificate", SecretText("key"));
  EXPECT_TRUE(client::check_client_config(config));
}

TEST_F(ClientLibraryPage, ItsWiringRefusesAnIssuerInThePrivateNetwork) {
  auto config = make_config(new_signer("c1"));
  config.issuer = "https://127.0.0.1:9";
  EXPECT_EQ(run_once(config).error().code, ErrorCode::Denied);
}

}  // namespace
}  // namespace signet::test
