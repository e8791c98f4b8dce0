#pragma once
// The whole authorization server in memory: a real database, a clock that stands still, and everything but the sockets.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/password_hash.h"
#include "crypto/random.h"
#include "server/app.h"
#include "server/authn/message_sender.h"
#include "server/authn/workflows.h"
#include "support/client_fixture.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::test {

/// An issuer with the lifetimes of its profile.
inline server::IssuerConfig issuer_config(std::string id = "main", std::string url = "https://as.example",
                                          std::string_view profile = "fapi2_security") {
  server::IssuerConfig config;
  config.id = std::move(id);
  config.url = std::move(url);
  config.display_name = "First Example Bank";
  config.profile = oauth::find_profile(profile);
  config.scopes = {"accounts", "payments"};
  config.signing_algorithms = {crypto::SignatureAlgorithm::ES256};
  config.access_token_lifetime = config.profile->access_token_lifetime;
  config.refresh_token_lifetime = config.profile->refresh_token_lifetime;
  config.authorization_code_lifetime = config.profile->authorization_code_lifetime;
  config.request_uri_lifetime = config.profile->request_uri_lifetime;
  return config;
}

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
  Task<Result<void>> send(std::string recipient, server::authn::OneTimeMessage message) override {
    if (fails) co_return fail(ErrorCode::Unavailable, "The message could not be sent.");
    sent.push_back({std::move(recipient), std::move(message)});
    co_return Result<void>();
  }
  std::vector<std::pair<std::string, server::authn::OneTimeMessage>> sent;
  bool fails = false;
};

class TestServer {
 public:
  explicit TestServer(std::vector<server::IssuerConfig> issuer_configs = {issuer_config()}, Outbound outbound = {})
      : config_(make_config(issuer_configs)), outbound_(std::move(outbound)) {
    for (auto& issuer : issuer_configs) {
      issuers_.push_back(value_of(server::Issuer::make(std::move(issuer))));
      issuers_.back()->set_keys(make_ring());
    }
    app_ = std::make_unique<server::App>(context_);
  }

  /// The answer to a request that came over TLS; `prepare` may change it before it is sent.
  http::Response send(http::Request request) { return run_blocking(app_->handle(request)); }
  http::Response get(const std::string& url, http::Fields fields = {}) {
    return send(make_request("GET", url, std::move(fields)));
  }
  http::Response post(const std::string& url, const Parameters& form, http::Fields fields = {}) {
    fields.set("Content-Type", "application/x-www-form-urlencoded");
    http::Request request = make_request("POST", url, std::move(fields));
    request.body = http::render_form(form);
    return send(std::move(request));
  }
  /// A request for a URL of this server, or for a path at its origin.
  [[nodiscard]] http::Request make_request(std::string method, const std::string& url, http::Fields fields = {}) const {
    const auto absolute = url.find("://");
    const auto path = absolute == std::string::npos ? 0 : url.find('/', absolute + 3);
    http::Request request{.method = std::move(method),
                          .target = path == std::string::npos ? "/" : url.substr(path),
                          .fields = std::move(fields),
                          .body = {},
                          .peer = peer};
    const std::string& origin = issuers_.front()->origin();
    request.fields.set("Host", absolute == std::string::npos ? origin.substr(origin.find("://") + 3)
                                                             : url.substr(absolute + 3, path - absolute - 3));
    return request;
  }

  void register_client(const TestClient& client, const std::string& issuer_id = "main") {
    value_of(run_blocking(store.clients.create({.client_id = client.client_id,
                                                .issuer = issuer_id,
                                                .metadata = render_json(client.metadata),
                                                .created_at = clock.now(),
                                                .updated_at = clock.now()})));
  }
  /// The account's id.
  std::string add_user(std::string_view username = kUsername, std::string_view password = kPassword,
                       json::object claims = {{"name", "Ada Lovelace"}, {"email", "ada@example.com"}},
                       const std::string& issuer_id = "main") {
    std::string account_id = "account-" + std::string(username);
    value_of(run_blocking(store.accounts.create(
        {.account_id = account_id,
         .issuer = issuer_id,
         .username = std::string(username),
         .password_hash = value_of(crypto::hash_password(SecretText(std::string(password)), cheapest())),
         .claims = render_json(claims),
         .created_at = clock.now(),
         .updated_at = clock.now()})));
    return account_id;
  }

  /// Pushes a request and gives its request URI. Spec: RFC9126-2
  std::string push(const TestClient& client, const Parameters& parameters,
                   const std::string& issuer_url = "https://as.example") {
    auto form = with(parameters, client.authenticate(issuer_url, clock.now(), random));
    const http::Response response = post(issuer_url + "/par", form);
    if (response.status != 201) throw std::runtime_error("not pushed: " + response.body);
    return std::string(peek_string(value_of(parse_json_object(response.body)), "request_uri"));
  }
  std::string push(const TestClient& client) { return push(client, client.authorization_request()); }
  /// Where a client sends the browser after a push.
  [[nodiscard]] static std::string authorization_url(const TestClient& client, const std::string& request_uri,
                                                     const std::string& issuer_url = "https://as.example") {
    return issuer_url + "/authorize?" +
           http::render_form({{"client_id", client.client_id}, {"request_uri", request_uri}});
  }
  [[nodiscard]] static std::string plain_authorization_url(const Parameters& parameters,
                                                           const std::string& issuer_url = "https://as.example") {
    return issuer_url + "/authorize?" + http::render_form(parameters);
  }
  /// Redeems a code with client authentication, verifier and DPoP proof; `more` changes the form.
  http::Response redeem(const TestClient& client, const std::string& code, const Parameters& more = {},
                        const std::string& issuer_url = "https://as.example") {
    Parameters form = client.authenticate(issuer_url, clock.now(), random);
    form = with(std::move(form), {{"grant_type", "authorization_code"},
                                  {"code", code},
                                  {"redirect_uri", client.redirect_uri},
                                  {"code_verifier", std::string(kVerifier)}});
    http::Fields fields;
    const std::string url = issuer_url + "/token";
    const std::string jti = make_random_id(random);
    fields.set("DPoP", make_proof(client.dpop_key, {.method = "POST", .url = url, .jti = jti, .now = clock.now()}));
    return post(url, with(std::move(form), more), std::move(fields));
  }

  /// The audit records so far, each as one text with event, outcome and members.
  std::vector<std::string> audit() {
    constexpr std::string_view kRead = "SELECT event, outcome, record FROM audit ORDER BY audit_id";
    constexpr std::string_view kNothing = "DELETE FROM audit WHERE audit_id = ''";
    // Records that nobody waits for go the same way as this batch, so they are there when it is.
    sql::Batch batch;
    batch.add(kNothing, {});
    (void)value_of(run_blocking(store.database.write(std::move(batch))));
    std::vector<std::string> records;
    for (const auto& row : value_of(run_blocking(store.database.read({kRead, {}})))) {
      records.push_back(row.text(0) + " " + row.text(1) + " " + row.text(2));
    }
    return records;
  }
  /// Everything the server has logged, every level.
  std::string logged() {
    const std::scoped_lock lock(logged_mutex_);
    return logged_;
  }
  bool was_recorded(std::string_view event_and_outcome) {
    return std::ranges::any_of(audit(), [&](const auto& record) { return record.starts_with(event_and_outcome); });
  }

  server::Context& context() { return context_; }
  server::Issuer& issuer(std::size_t index = 0) { return *issuers_.at(index); }
  server::Config& config() { return config_; }

  FakeClock clock;
  crypto::SystemRandom random;
  KeptMessages mail;
  KeptMessages sms;
  http::Peer peer{.address = "203.0.113.7", .listener = "https", .tls = true, .certificate = {}, .chain = {}};

 private:
  static crypto::PasswordCost cheapest() { return {.iterations = 1, .memory_bytes = 8192}; }
  static server::Config make_config(std::vector<server::IssuerConfig> issuers) {
    server::Config config;
    config.master_key = SecretText(std::string(64, 'a'));
    config.login.password_iterations = cheapest().iterations;
    config.login.password_memory_bytes = cheapest().memory_bytes;
    config.issuers = std::move(issuers);
    return config;
  }
  static std::shared_ptr<const server::KeyRing> make_ring() {
    auto ring = std::make_shared<server::KeyRing>();
    ring->current.push_back(make_signer("server-key"));
    ring->published = jose::JwkSet({public_jwk(ring->current.front())});
    ring->jwks_document = render_json(jose::to_json(ring->published));
    return ring;
  }

  server::Config config_;
  Outbound outbound_;
  TemporaryDatabase temporary_;

 public:
  store::Store store{temporary_.database()};

 private:
  std::mutex logged_mutex_;
  std::string logged_;
  Log log_{LogLevel::Debug, [this](std::string_view line) {
             const std::scoped_lock lock(logged_mutex_);
             logged_ += line;
           }};
  net::HttpClient http_client_{outbound_.policy};
  net::ThreadPool password_pool_{"password", 1, config_.login.password_queue};
  server::ClientDirectory clients_{store, http_client_, clock, log_, outbound_.ca_pem};
  server::authn::PolicyDocuments policies_{store, server::authn::find_step};
  oauth::DpopNonces nonces_{SecretBytes(Bytes(32, 7)), "test"};
  server::Metrics metrics_;
  std::vector<std::unique_ptr<server::Issuer>> issuers_;
  server::Context context_{.config = config_,
                           .clock = clock,
                           .random = random,
                           .log = log_,
                           .database = temporary_.database(),
                           .store = store,
                           .http_client = http_client_,
                           .password_pool = password_pool_,
                           .clients = clients_,
                           .policies = policies_,
                           .mail = &mail,
                           .sms = &sms,
                           .places = nullptr,
                           .factor_key = value_of(crypto::SealingKey::make(SecretBytes(Bytes(32, 5)))),
                           .dpop_nonces = nonces_,
                           .metrics = metrics_,
                           .issuers = issuers_,
                           .pairwise_salt = SecretBytes(Bytes(32, 9))};
  std::unique_ptr<server::App> app_;
};

}  // namespace signet::test
