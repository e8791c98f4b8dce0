// Clients as they are registered now: changes in the store, and keys that a client keeps at its own jwks_uri.
#include <atomic>
#include <thread>

#include "net/server.h"
#include "server/back_channel.h"
#include "server/context.h"

namespace signet {
namespace {

using test::expect_refused;
using test::TestClient;
using test::TestServer;
using test::with;

class Directory : public testing::Test {
 protected:
  server::ClientPointer find(const std::string& client_id) {
    return test::value_of(run_blocking(server.context().clients.find("main", server.issuer().profile(), client_id)));
  }
  void update(const TestClient& one) {
    (void)test::value_of(run_blocking(server.store.clients.update(one.client_id, "main", render_json(one.metadata),
                                                                  std::nullopt, server.clock.now())));
  }
  TestServer server;
  TestClient client;
};

TEST_F(Directory, AChangeInTheStoreIsSeenAfterOneSecond) {
  server.register_client(client);
  EXPECT_EQ(find("client-1")->client_name, "Acme Budget");
  client.metadata["client_name"] = "Renamed";
  update(client);
  EXPECT_EQ(find("client-1")->client_name, "Acme Budget");
  server.clock.advance(seconds{1});
  EXPECT_EQ(find("client-1")->client_name, "Renamed");
}

TEST_F(Directory, ARemovedClientIsUnknownAfterOneSecond) {
  server.register_client(client);
  EXPECT_NE(find("client-1"), nullptr);
  (void)test::value_of(run_blocking(server.store.clients.remove("client-1", "main", server.clock.now())));
  server.clock.advance(seconds{1});
  EXPECT_EQ(find("client-1"), nullptr);
}

TEST_F(Directory, AClientThatWasRegisteredAnewIsNotTheOldOne) {
  server.register_client(client);
  EXPECT_EQ(find("client-1")->client_name, "Acme Budget");
  (void)test::value_of(run_blocking(server.store.clients.remove("client-1", "main", server.clock.now())));
  server.clock.advance(seconds{1});
  client.metadata["client_name"] = "Another one";
  server.register_client(client);
  EXPECT_EQ(find("client-1")->client_name, "Another one");
}

TEST_F(Directory, AnUnknownNameIsNotRemembered) {
  EXPECT_EQ(find("client-1"), nullptr);
  server.register_client(client);
  EXPECT_NE(find("client-1"), nullptr);
}

TEST_F(Directory, AClientOfAnotherIssuerIsUnknown) {
  server.register_client(client, "other");
  EXPECT_EQ(find("client-1"), nullptr);
}

TEST_F(Directory, MetadataThatDoesNotFitTheProfileAnyMoreAuthenticatesNobody) {
  client.metadata["token_endpoint_auth_method"] = "client_secret_basic";
  server.register_client(client);
  const auto form =
      with(client.authorization_request(), client.authenticate(test::kIssuer, server.clock.now(), server.random));
  expect_refused(server.post("/par", form), 401, "invalid_client");
  EXPECT_TRUE(server.logged().contains("client.metadata_no_longer_valid"));
}

class RemovedClient : public test::BackChannelTest {
 protected:
  void remove(const std::string& client_id) {
    (void)test::value_of(run_blocking(server.store.clients.remove(client_id, "main", server.clock.now())));
  }
};

// The directory knows it for a second longer.
TEST_F(RemovedClient, IsGivenNoTokenFromThenOn) {
  TestClient own = add_client("machine", {{"grant_types", json::array{"authorization_code", "client_credentials"}}});
  const test::Parameters form = {{"grant_type", "client_credentials"}, {"scope", "accounts"}};
  EXPECT_EQ(token_as(own, form).status, 200);
  remove("machine");
  expect_refused(token_as(own, form), 401, "invalid_client");
  server.clock.advance(seconds{1});
  expect_refused(token_as(own, form), 401, "invalid_client");
}

TEST_F(RemovedClient, PushesNothingAndRedeemsNothingFromThenOn) {
  const std::string code = code_for(client);
  remove(client.client_id);
  expect_refused(redeem_as(client, code), 401, "invalid_client");
  expect_refused(post_as(client, "https://as.example/par", client.authorization_request()), 401, "invalid_client");
}

/// The web server of a client, which publishes its keys over TLS on a loopback port.
class JwksHost {
 public:
  JwksHost() {
    x509::CertificateRequest request;
    request.common_name = "localhost";
    request.names.dns = {"localhost"};
    request.not_before = clock_.now() - hours{1};
    request.not_after = clock_.now() + days{1};
    request.server_auth = true;
    const auto key = test::value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
    pem_ = x509::to_pem(test::value_of(x509::issue_certificate(request, key.public_key(), key, nullptr, random_)));
    net::ServerOptions options;
    options.threads = 1;
    options.listeners.push_back({.name = "jwks",
                                 .tls = test::value_of(net::TlsServerContext::make(
                                     {.certificate_chain_pem = pem_, .private_key_pem = key.to_pem()})),
                                 .handler = [this](const http::Request&) { return answer(); }});
    server_ = std::make_unique<net::Server>(std::move(options), clock_, log_);
    (void)test::value_of(server_->start());
  }

  void serve(const jose::Signer& signer) {
    serve(200, render_json(jose::to_json(jose::JwkSet({test::public_jwk(signer)}))));
  }
  void serve(int status, std::string body) {
    const std::scoped_lock lock(mutex_);
    status_ = status;
    body_ = std::move(body);
  }
  [[nodiscard]] int times_asked() const { return times_asked_; }
  /// Nothing is answered for as long as the lock is held.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
  void wait_until_asked(int times) const {
    while (times_asked_ < times) std::this_thread::yield();
  }
  [[nodiscard]] std::string url() const {
    return "https://localhost:" + std::to_string(server_->port("jwks")) + "/jwks";
  }
  [[nodiscard]] const std::string& ca_pem() const { return pem_; }

 private:
  Task<http::Response> answer() {
    ++times_asked_;
    const std::scoped_lock lock(mutex_);
    co_return http::make_json_response(status_, body_);
  }

  SystemClock clock_;
  crypto::SystemRandom random_;
  Log log_{LogLevel::Error, [](std::string_view) {}};
  std::string pem_;
  std::mutex mutex_;
  int status_ = 404;
  std::string body_;
  std::atomic<int> times_asked_ = 0;
  std::unique_ptr<net::Server> server_;
};

class KeysBehindAUri : public testing::Test {
 protected:
  KeysBehindAUri() {
    client.metadata.erase("jwks");
    client.metadata["jwks_uri"] = host.url();
    server.register_client(client);
    host.serve(client.signer);
  }
  http::Response push(TestServer& at) {
    return at.post("/par",
                   with(client.authorization_request(), client.authenticate(test::kIssuer, at.clock.now(), at.random)));
  }
  http::Response push() { return push(server); }
  void rotate(std::string kid) { client.signer = test::make_signer(std::move(kid)); }

  JwksHost host;
  TestServer server{{test::issuer_config()},
                    {.policy = {.allow_private_addresses = true, .allow_plain_http = false}, .ca_pem = host.ca_pem()}};
  TestClient client;
};

// Server-side request forgery: a registration must not make this server call into its own network
TEST_F(KeysBehindAUri, AtAPrivateAddressAreNotFetched) {
  TestServer strict({test::issuer_config()}, {.policy = {}, .ca_pem = host.ca_pem()});
  strict.register_client(client);
  expect_refused(push(strict), 503, "temporarily_unavailable");
  EXPECT_EQ(host.times_asked(), 0);
}

TEST_F(KeysBehindAUri, OfAHostNobodyVouchesForAreNotTaken) {
  TestServer strict({test::issuer_config()}, {.policy = {.allow_private_addresses = true}, .ca_pem = {}});
  strict.register_client(client);
  expect_refused(push(strict), 503, "temporarily_unavailable");
  EXPECT_EQ(host.times_asked(), 0);
}

TEST_F(KeysBehindAUri, ThatCannotBeReadAuthenticateNobody) {
  const std::string too_large = R"({"keys":[],"padding":")" + std::string(70 * 1024, 'x') + R"("})";
  for (const auto& [status, body] : {std::pair{500, std::string()},
                                     {302, std::string()},
                                     {200, std::string("{}")},
                                     {200, std::string("<html>")},
                                     {200, too_large}}) {
    host.serve(status, body);
    const auto answer = push();
    expect_refused(answer, 503, "temporarily_unavailable");
    EXPECT_EQ(answer.fields.get("Retry-After"), "1");
    server.clock.advance(seconds{11});
  }
  host.serve(client.signer);
  EXPECT_EQ(push().status, 201);
}

TEST_F(KeysBehindAUri, AreFetchedOnceForManyRequests) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(push().status, 201);
  EXPECT_EQ(host.times_asked(), 1);
}

TEST_F(KeysBehindAUri, AreWaitedForByAllWhoNeedThem) {
  std::atomic<int> served = 0;
  auto held = host.hold();
  {
    std::vector<std::jthread> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back([&] { served += push().status == 201 ? 1 : 0; });
      host.wait_until_asked(1);
    }
    held.unlock();
  }
  EXPECT_EQ(served, 4);
  EXPECT_EQ(host.times_asked(), 1);
}

TEST_F(KeysBehindAUri, AreUsedWhileFreshOnesAreOnTheirWay) {
  EXPECT_EQ(push().status, 201);
  server.clock.advance(minutes{4});
  auto held = host.hold();
  std::jthread first([&] { EXPECT_EQ(push().status, 201); });
  host.wait_until_asked(2);
  EXPECT_EQ(push().status, 201);
  held.unlock();
}

TEST_F(KeysBehindAUri, AreFetchedAgainForAKeyIdThatIsNew) {
  EXPECT_EQ(push().status, 201);
  rotate("second");
  host.serve(client.signer);
  server.clock.advance(seconds{11});
  EXPECT_EQ(push().status, 201);
  EXPECT_EQ(host.times_asked(), 2);
}

// OIDC-10.1: who publishes one key need not name it
TEST_F(KeysBehindAUri, AreFetchedAgainForASignatureThatNamesNoKey) {
  rotate("");
  host.serve(client.signer);
  EXPECT_EQ(push().status, 201);
  rotate("");
  host.serve(client.signer);
  server.clock.advance(seconds{11});
  EXPECT_EQ(push().status, 201);
  EXPECT_EQ(host.times_asked(), 2);
}

TEST_F(KeysBehindAUri, AreNotFetchedForEveryForgedSignatureThatNamesNoKey) {
  EXPECT_EQ(push().status, 201);
  server.clock.advance(seconds{11});
  for (int i = 0; i < 5; ++i) {
    rotate("");
    expect_refused(push(), 401, "invalid_client");
  }
  EXPECT_EQ(host.times_asked(), 2);
}

TEST_F(KeysBehindAUri, AreNotFetchedForAForgedSignatureOfAKeyThatIsThere) {
  EXPECT_EQ(push().status, 201);
  server.clock.advance(seconds{11});
  rotate(client.signer.kid);
  expect_refused(push(), 401, "invalid_client");
  EXPECT_EQ(host.times_asked(), 1);
}

TEST_F(KeysBehindAUri, AreNotFetchedForEveryInventedKeyId) {
  EXPECT_EQ(push().status, 201);
  server.clock.advance(seconds{11});
  for (int i = 0; i < 5; ++i) {
    rotate("invented-" + std::to_string(i));
    expect_refused(push(), 401, "invalid_client");
  }
  EXPECT_EQ(host.times_asked(), 2);
}

TEST_F(KeysBehindAUri, ThatWereTakenAwayEndAfterFiveMinutes) {
  EXPECT_EQ(push().status, 201);
  host.serve(test::make_signer("second"));
  EXPECT_EQ(push().status, 201);
  server.clock.advance(minutes{5});
  expect_refused(push(), 401, "invalid_client");
}

TEST_F(KeysBehindAUri, AreUsedWhileTheirHostIsAway) {
  EXPECT_EQ(push().status, 201);
  host.serve(500, "");
  server.clock.advance(minutes{4});
  EXPECT_EQ(push().status, 201);
  server.clock.advance(minutes{1});
  expect_refused(push(), 503, "temporarily_unavailable");
}

}  // namespace
}  // namespace signet
