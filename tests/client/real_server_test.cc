// The whole chain in memory: this client, the real authorization server, and an API guarded by the resource library.
#include <gtest/gtest.h>

#include "base/url.h"
#include "client/client.h"
#include "client/scripted_browser.h"
#include "resource/resource_server.h"
#include "support/server_fixture.h"
#include "x509/issue.h"

namespace signet::test {
namespace {

constexpr std::string_view kApi = "https://api.example";

/// Hands requests to the server in memory, or to the API.
class MemoryTransport final : public remote::Transport {
 public:
  explicit MemoryTransport(TestServer& server) : server_(server) {}

  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest outgoing) override {
    http::Request request = server_.make_request(outgoing.method, outgoing.url, outgoing.fields);
    request.body = outgoing.body;
    if (!outgoing.tls.certificate_pem.empty()) {
      request.peer.certificate = x509::Certificate::from_pem(outgoing.tls.certificate_pem).value().der();
    }
    if (guard && outgoing.url.starts_with(kApi)) co_return call_api(request, outgoing.url);
    co_return server_.send(std::move(request));
  }

  const resource::Guard* guard = nullptr;

 private:
  http::Response call_api(const http::Request& request, const std::string& url) {
    const auto verdict = run_blocking(guard->check(request, url));
    if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) return resource::render_refusal(*refusal);
    return http::make_json_response(200, R"({"sub":")" + std::get<verify::VerifiedToken>(verdict).sub + "\"}");
  }
  TestServer& server_;
};

struct Certificate {
  std::string pem;
  SecretText key_pem;
  Bytes der;
};

Certificate make_certificate(Instant now, Random& random) {
  const auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  const x509::CertificateRequest request{.common_name = "client-1",
                                         .organization = "Acme",
                                         .names = {},
                                         .not_before = now - hours{1},
                                         .not_after = now + hours{24},
                                         .client_auth = true};
  const auto certificate = x509::issue_certificate(request, key.public_key(), key, nullptr, random).value();
  return {x509::to_pem(certificate), key.to_pem(), certificate.der()};
}

class RealServer : public ::testing::Test {
 protected:
  explicit RealServer(std::vector<server::IssuerConfig> issuers = {issuer_config()}) : server_(std::move(issuers)) {
    app_.metadata["resource"] = json::array{json::string(kApi)};
    app_.metadata["introspection_allowed"] = true;
    server_.add_user();
    api_client_.metadata["redirect_uris"] = json::array{};
    api_client_.metadata["grant_types"] = json::array{};
    api_client_.metadata["response_types"] = json::array{};
    api_client_.metadata.erase("scope");
    api_client_.metadata["introspection_allowed"] = true;
    api_client_.metadata["resource"] = json::array{json::string(kApi)};
    server_.register_client(api_client_);

    resource::ResourceConfig config;
    config.resource = kApi;
    config.introspect_jwt = true;
    resource::IssuerTrust trust{.issuer = "https://as.example", .introspection = remote::Credential{}};
    trust.introspection->client_id = api_client_.client_id;
    trust.introspection->signer = api_client_.signer;
    config.issuers.push_back(std::move(trust));
    api_ = resource::ResourceServer::make(std::move(config), transport_, server_.clock, server_.random).value();
    guard_.emplace(api_->guard({.scope = {"accounts"}}));
    transport_.guard = &*guard_;
  }

  [[nodiscard]] client::ClientConfig make_config() const {
    client::ClientConfig config;
    config.issuer = "https://as.example";
    config.credential.client_id = app_.client_id;
    config.credential.signer = app_.signer;
    config.redirect_uri = app_.redirect_uri;
    config.scope = {"openid", "offline_access", "accounts"};
    config.resource = {std::string(kApi)};
    return config;
  }
  void open(client::ClientConfig config) {
    server_.register_client(app_);
    client_ = client::Client::make(std::move(config), transport_, server_.clock, server_.random).value();
  }
  Result<client::Login> log_in() {
    auto started = run_blocking(client_->start({}));
    if (!started) return std::unexpected(started.error());
    client::ScriptedBrowser browser(transport_, {});
    const auto query = run_blocking(browser.log_in(started->authorization_url, started->pending.redirect_uri,
                                                   std::string(kUsername), SecretText(std::string(kPassword))));
    if (!query) return std::unexpected(query.error());
    return run_blocking(client_->finish(*query, std::move(started->pending)));
  }
  int call(const client::Tokens& tokens) {
    return run_blocking(client_->call(tokens, {.url = std::string(kApi) + "/accounts"})).value().response.status;
  }

  TestServer server_;
  TestClient app_;
  TestClient api_client_{"api-1"};
  MemoryTransport transport_{server_};
  std::unique_ptr<resource::ResourceServer> api_;
  std::optional<resource::Guard> guard_;
  std::unique_ptr<client::Client> client_;
};

TEST_F(RealServer, ALoginGivesTokensThatTheApiTakesAndThatARevocationEnds) {
  open(make_config());
  const auto login = log_in();
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(call(login->tokens), 200);
  const auto claims = run_blocking(client_->userinfo(login->tokens));
  ASSERT_TRUE(claims) << claims.error().detail;
  EXPECT_EQ(peek_string(*claims, "sub"), login->tokens.sub);
  const auto fresh = run_blocking(client_->refresh(login->tokens));
  ASSERT_TRUE(fresh) << fresh.error().detail;
  EXPECT_EQ(call(*fresh), 200);
  const auto answer = run_blocking(client_->introspect(fresh->access_token));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_TRUE(answer->active);
  ASSERT_TRUE(run_blocking(client_->revoke(fresh->refresh_token, "refresh_token")));
  server_.clock.advance(seconds{5});
  EXPECT_EQ(call(*fresh), 401);
}

TEST_F(RealServer, AStolenTokenIsWorthNothingWithoutItsKey) {
  open(make_config());
  auto tokens = log_in().value().tokens;
  tokens.dpop_key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  EXPECT_EQ(call(tokens), 401);
}

TEST_F(RealServer, JwtTokensWorkTheSameWay) {
  app_.metadata["access_token_format"] = "jwt";
  open(make_config());
  const auto login = log_in();
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(call(login->tokens), 200);
}

TEST_F(RealServer, AWrongPasswordIsAnError) {
  open(make_config());
  auto started = run_blocking(client_->start({})).value();
  client::ScriptedBrowser browser(transport_, {});
  const auto query = run_blocking(browser.log_in(started.authorization_url, started.pending.redirect_uri,
                                                 std::string(kUsername), SecretText("wrong")));
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, ErrorCode::AccessDenied);
}

server::IssuerConfig nonce_issuer() {
  auto config = issuer_config();
  config.require_dpop_nonce = true;
  return config;
}
class RealServerWithNonces : public RealServer {
 protected:
  RealServerWithNonces() : RealServer({nonce_issuer()}) {}
};

// RFC9449-8
TEST_F(RealServerWithNonces, TheClientMeetsItsDemands) {
  open(make_config());
  const auto login = log_in();
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_TRUE(run_blocking(client_->refresh(login->tokens)));
  EXPECT_TRUE(run_blocking(client_->userinfo(login->tokens)));
}

server::IssuerConfig mtls_issuer() {
  auto config = issuer_config();
  config.mtls_url = "https://mtls.as.example";
  return config;
}
class RealServerWithMutualTls : public RealServer {
 protected:
  RealServerWithMutualTls() : RealServer({mtls_issuer()}) {
    auto jwk = jose::to_json(jose::JwkSet({public_jwk(app_.signer)}));
    auto& key = jwk["keys"].as_array().front().as_object();
    const auto leaf = x509::Certificate::from_der(certificate_.der).value();
    const auto public_key = crypto::PublicKey::from_spki(leaf.spki()).value();
    key = parse_json_object(jose::render_public_jwk(public_key)).value();
    key["x5c"] = json::array{json::string(encode_base64(certificate_.der))};
    app_.metadata["jwks"] = jwk;
    app_.metadata["token_endpoint_auth_method"] = "self_signed_tls_client_auth";
    app_.metadata["dpop_bound_access_tokens"] = false;
    app_.metadata["tls_client_certificate_bound_access_tokens"] = true;
  }
  [[nodiscard]] client::ClientConfig make_mtls_config() const {
    auto config = make_config();
    config.credential.method = oauth::ClientAuthMethod::SelfSignedTlsClientAuth;
    config.credential.signer.reset();
    config.credential.certificate_pem = certificate_.pem;
    config.credential.private_key_pem = certificate_.key_pem;
    config.sender_constraint = oauth::SenderConstraint::Kind::Mtls;
    return config;
  }
  Certificate certificate_ = make_certificate(server_.clock.now(), server_.random);
};

// RFC8705-2.2, RFC8705-3
TEST_F(RealServerWithMutualTls, TheCertificateIsTheClientAndTheBinding) {
  open(make_mtls_config());
  const auto login = log_in();
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(call(login->tokens), 200);
}

TEST_F(RealServerWithMutualTls, AnotherCertificateIsRefusedAtTheApi) {
  open(make_mtls_config());
  const auto login = log_in();
  ASSERT_TRUE(login) << login.error().detail;
  auto config = make_mtls_config();
  const auto other = make_certificate(server_.clock.now(), server_.random);
  config.credential.certificate_pem = other.pem;
  config.credential.private_key_pem = other.key_pem;
  client_ = client::Client::make(std::move(config), transport_, server_.clock, server_.random).value();
  EXPECT_EQ(call(login->tokens), 401);
}

}  // namespace
}  // namespace signet::test
