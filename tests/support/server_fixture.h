#pragma once
// The whole authorization server in memory: a real database, a clock that stands still, and everything but the sockets.

#include <memory>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "http/message.h"
#include "net/http_client.h"
#include "server/authn/message_sender.h"
#include "server/issuer.h"
#include "support/client_fixture.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server {
struct Context;
}

namespace signet::test {

/// An issuer with the lifetimes of its profile.
server::IssuerConfig issuer_config(std::string id = "main", std::string url = "https://as.example",
                                   std::string_view profile = "fapi2_security");

/// The account that `add_user` makes unless told otherwise.
inline constexpr std::string_view kUsername = "ada";
inline constexpr std::string_view kPassword = "correct horse battery staple";

/// What the server may reach outside: nothing private, unless a test serves a document itself.
struct Outbound {
  net::OutboundPolicy policy = {};
  std::string ca_pem = {};
};

/// Keeps what would have been sent.
struct KeptMessages : server::authn::MessageSender {
  Task<Result<void>> send(std::string recipient, server::authn::OneTimeMessage message) override;

  std::vector<std::pair<std::string, server::authn::OneTimeMessage>> sent;
  bool fails = false;
};

class TestServer {
 public:
  explicit TestServer(std::vector<server::IssuerConfig> issuer_configs = {issuer_config()}, Outbound outbound = {});
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer();

  /// The answer to a request that came over TLS.
  http::Response send(http::Request request);
  /// What the page of a request says that the HTTP server refuses; nothing where it has no page.
  std::optional<http::Response> refuse(http::Request request, int status, std::string_view incident = {});
  http::Response get(const std::string& url, http::Fields fields = {});
  http::Response post(const std::string& url, const Parameters& form, http::Fields fields = {});
  /// A request for a URL of this server, or for a path at its origin.
  [[nodiscard]] http::Request make_request(std::string method, const std::string& url, http::Fields fields = {}) const;

  void register_client(const TestClient& client, const std::string& issuer_id = "main");
  /// The account's id.
  std::string add_user(std::string_view username = kUsername, std::string_view password = kPassword,
                       json::object claims = {{"name", "Ada Lovelace"}, {"email", "ada@example.com"}},
                       const std::string& issuer_id = "main");

  /// Pushes a request and gives its request URI. Spec: RFC9126-2
  std::string push(const TestClient& client, const Parameters& parameters,
                   const std::string& issuer_url = "https://as.example");
  std::string push(const TestClient& client) { return push(client, client.authorization_request()); }
  /// Where a client sends the browser after a push.
  [[nodiscard]] static std::string authorization_url(const TestClient& client, const std::string& request_uri,
                                                     const std::string& issuer_url = "https://as.example");
  /// The same for a request of this client with these parameters beside or instead of the usual ones.
  std::string login_url(const TestClient& client, const Parameters& more = {}) {
    return authorization_url(client, push(client, with(client.authorization_request(), more)));
  }
  [[nodiscard]] static std::string plain_authorization_url(const Parameters& parameters,
                                                           const std::string& issuer_url = "https://as.example");
  /// Redeems a code with client authentication, verifier and DPoP proof; `more` changes the form.
  http::Response redeem(const TestClient& client, const std::string& code, const Parameters& more = {},
                        const std::string& issuer_url = "https://as.example");

  /// The audit records so far, each as one text with event, outcome and members.
  std::vector<std::string> audit();
  /// Everything the server has logged, every level.
  std::string logged();
  bool was_recorded(std::string_view event_and_outcome);

  server::Context& context();
  server::Issuer& issuer(std::size_t index = 0);
  server::Config& config();

  FakeClock clock;
  crypto::SystemRandom random;
  KeptMessages mail;
  KeptMessages sms;
  http::Peer peer{.address = "203.0.113.7", .listener = "https", .tls = true, .certificate = {}, .chain = {}};

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;

 public:
  store::Store& store;
};

}  // namespace signet::test
