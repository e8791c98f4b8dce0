// The code of docs/resource-server-library.md, run with an authorization server in memory.
#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "client/dpop.h"
#include "crypto/random.h"
#include "net/proxy.h"
#include "net/server.h"
#include "resource/resource_server.h"
#include "support/fake_authorization_server.h"

namespace signet::test {
namespace {

// [configuration]
resource::ResourceConfig make_config(const jose::Signer& signing_key) {
  resource::ResourceConfig config;
  config.resource = "https://api.test";  // the audience of your tokens and the public address of your API
  config.scopes_supported = {"accounts", "payments"};
  resource::IssuerTrust trust;
  trust.issuer = "https://as.test";
  trust.introspection.emplace();  // who this API is at the introspection endpoint
  trust.introspection->client_id = "bank-api";
  trust.introspection->signer = signing_key;
  config.issuers.push_back(std::move(trust));
  config.introspect_jwt = true;  // learn of revocation for JWT tokens as well
  return config;
}
// [end]

// [handler]
class Accounts {
 public:
  explicit Accounts(resource::ResourceServer& server)
      : server_(server),
        read_(server.guard({.scope = {"accounts"}})),
        pay_(server.guard({.scope = {"payments"}, .step_up = {.acr_values = {"mfa"}, .max_age = minutes{5}}})) {}

  Task<http::Response> handle(const http::Request& request) {
    if (request.path() == server_.metadata_path()) co_return server_.metadata_response();
    // The public address from the configuration, never from the Host field.
    const std::string url = server_.config().resource + std::string(request.path());
    const resource::Guard& guard = request.method == "POST" ? pay_ : read_;
    const verify::Verdict verdict = co_await guard.check(request, url);
    if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) co_return resource::render_refusal(*refusal);

    const auto& token = std::get<verify::VerifiedToken>(verdict);
    http::Response response = http::make_json_response(200, R"({"owner":")" + token.sub + "\"}");
    resource::add_dpop_nonce(response, token);
    co_return response;
  }

 private:
  resource::ResourceServer& server_;
  resource::Guard read_;
  resource::Guard pay_;
};
// [end]

// [wiring]
Result<std::uint16_t> serve_once(resource::ResourceConfig config) {
  const SystemClock clock;
  const Log log;
  crypto::SystemRandom random;
  net::HttpClient http_client({});
  remote::HttpTransport transport(http_client);
  TRY_ASSIGN(const auto api, resource::ResourceServer::make(std::move(config), transport, clock, random));
  Accounts accounts(*api);
  net::ListenerOptions listener;  // set `tls` with request_client_certificate for clients that use mutual TLS
  listener.name = "api";
  listener.handler = [&accounts](const http::Request& request) { return accounts.handle(request); };
  net::ServerOptions options;
  options.listeners.push_back(std::move(listener));
  net::Server server(std::move(options), clock, log);
  TRY(server.start());
  return server.port("api");
}
// [end]

// [gateway]
resource::ResourceConfig make_gateway_config() {
  resource::ResourceConfig config;
  config.resource = "https://api.test";  // as before, though this address is the gateway's now
  config.scopes_supported = {"accounts", "payments"};
  config.issuers.push_back({.issuer = "https://as.test"});           // its keys verify the phantom tokens
  config.gateway = verify::GatewayTrust{.client_ids = {"gateway"}};  // who may have asked for them
  return config;
}
// [end]

// [gateway_listener]
net::ListenerOptions make_gateway_listener(Accounts& accounts) {
  net::ListenerOptions listener;
  listener.name = "api";
  listener.handler = [&accounts](const http::Request& request) { return accounts.handle(request); };
  listener.proxies.networks = {"127.0.0.1/32"};  // where the gateway calls from
  return listener;
}
// [end]

class ResourceServerLibraryPage : public ::testing::Test {
 protected:
  ResourceServerLibraryPage() {
    server_.client_id = "bank-api";
    server_.introspection.active = true;
    server_.introspection.sub = "alice";
    server_.introspection.client_id = "budget-app";
    server_.introspection.scope = {"accounts", "payments"};
    server_.introspection.aud = {"https://api.test"};
    server_.introspection.exp = clock_.now() + minutes{5};
    server_.introspection.cnf = oauth::SenderConstraint::dpop(jose::thumbprint(key_.public_key()));
  }
  http::Response call(std::string method, std::string_view path) {
    http::Request request;
    request.method = std::move(method);
    request.target = path;
    request.fields.add("Authorization", "DPoP opaque");
    request.fields.add("DPoP",
                       client::make_dpop_proof(key_, random_, clock_.now(),
                                               {request.method, "https://api.test" + std::string(path), {}, "opaque"})
                           .value());
    return run_blocking(accounts_.handle(request));
  }
  http::Response call_through_gateway(Accounts& accounts, std::string jkt) {
    http::Request request;
    request.method = "GET";
    request.target = "/accounts";
    request.fields.add("Authorization",
                       "Bearer " + server_.sign(oauth::kIntrospectionJwtTyp,
                                                oauth::render_introspection_claims(
                                                    server_.issuer, "gateway", clock_.now(), server_.introspection)));
    request.peer.is_proxied = true;
    request.peer.dpop_jkt = std::move(jkt);
    return run_blocking(accounts.handle(request));
  }
  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  crypto::PrivateKey key_ = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  std::unique_ptr<resource::ResourceServer> api_ =
      resource::ResourceServer::make(make_config(new_signer("a1")), server_, clock_, random_).value();
  Accounts accounts_{*api_};
};

TEST_F(ResourceServerLibraryPage, ItsHandlerRefusesARequestWithoutAToken) {
  http::Request request;
  request.method = "GET";
  request.target = "/accounts";
  EXPECT_EQ(run_blocking(accounts_.handle(request)).status, 401);
}

TEST_F(ResourceServerLibraryPage, ItsHandlerAnswersAGoodRequest) {
  EXPECT_EQ(call("GET", "/accounts").body, R"({"owner":"alice"})");
}

TEST_F(ResourceServerLibraryPage, ItsPaymentsNeedAStrongLogin) {
  EXPECT_EQ(call("POST", "/payments").status, 401);
  server_.introspection.acr = "mfa";
  server_.introspection.auth_time = clock_.now();
  clock_.advance(seconds{5});
  EXPECT_EQ(call("POST", "/payments").status, 200);
}

TEST_F(ResourceServerLibraryPage, ItsGatewayConfigurationTakesPhantomTokensWithTheirKey) {
  const auto api = resource::ResourceServer::make(make_gateway_config(), server_, clock_, random_).value();
  Accounts accounts(*api);
  EXPECT_EQ(call_through_gateway(accounts, std::string(43, 'A')).status, 401);
  EXPECT_EQ(call_through_gateway(accounts, jose::thumbprint(key_.public_key())).status, 200);
  EXPECT_TRUE(net::ProxyTrust::parse(make_gateway_listener(accounts).proxies.networks));
}

TEST_F(ResourceServerLibraryPage, ItsWiringServes) {
  EXPECT_GT(serve_once(make_config(new_signer("a1"))).value(), 0);
}

}  // namespace
}  // namespace signet::test
