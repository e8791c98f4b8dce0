#include "support/server_fixture.h"

#include <mutex>

#include "base/text.h"
#include "crypto/password_hash.h"
#include "server/app.h"
#include "server/authn/steps/account_page.h"
#include "server/authn/workflows.h"
#include "server/storage_watch.h"

namespace signet::test {
namespace {

/// Tests may lead a password straight to an enrolment, which the server's own parse_workflow refuses.
Result<workflow::Definition> parse_any_workflow(const json::object& document) {
  return workflow::parse_definition(document, server::authn::find_step);
}

crypto::PasswordCost cheapest() {
  return {.iterations = 1, .memory_bytes = 8192};
}

server::Config make_config(std::vector<server::IssuerConfig> issuers) {
  server::Config config;
  config.master_key = SecretText(std::string(64, 'a'));
  config.login.password_iterations = cheapest().iterations;
  config.login.password_memory_bytes = cheapest().memory_bytes;
  config.issuers = std::move(issuers);
  return config;
}

/// People read the history of their account: each kind of record that a test has left there must have its sentence. Who
/// reads that the account is gone does not get there.
void expect_history_is_said(const store::Store& store) {
  constexpr std::string_view kRead =
      "SELECT DISTINCT event, outcome FROM audit WHERE account_id <> '' AND event <> 'account.removed'";
  const auto rows = run_blocking(store.database.read({kRead, {}}));
  if (!rows) return;  // a test has taken the database away
  for (const auto& row : *rows) {
    const bool is_said = server::authn::find_history_sentence(row.text(0), row.text(1)).has_value();
    EXPECT_TRUE(is_said) << "the history of an account has no sentence for " << row.text(0) << " " << row.text(1);
  }
}

/// The table of events says which outcomes each has: what a test has left in the audit trail must stand there.
void expect_outcomes_are_listed(const store::Store& store) {
  constexpr std::string_view kRead = "SELECT DISTINCT event, outcome FROM audit";
  const auto rows = run_blocking(store.database.read({kRead, {}}));
  if (!rows) return;  // a test has taken the database away
  for (const auto& row : *rows) {
    const auto* const listed = server::find_audit_event(row.text(0));
    const bool is_listed = listed != nullptr && contains(split_words(listed->outcomes), row.text(1));
    EXPECT_TRUE(is_listed) << "server/audit_events.h does not list " << row.text(0) << " " << row.text(1);
  }
}

std::unique_ptr<const server::KeyRing> make_ring() {
  auto ring = std::make_unique<server::KeyRing>();
  ring->current.push_back(make_signer("server-key"));
  ring->published = jose::JwkSet({public_jwk(ring->current.front())});
  ring->jwks_document = render_json(jose::to_json(ring->published));
  return ring;
}

std::vector<std::unique_ptr<server::Issuer>> make_issuers(const std::vector<server::IssuerConfig>& configs) {
  std::vector<std::unique_ptr<server::Issuer>> issuers;
  for (const auto& config : configs) {
    issuers.push_back(value_of(server::Issuer::make(config)));
    issuers.back()->set_keys(make_ring());
  }
  return issuers;
}

}  // namespace

server::IssuerConfig issuer_config(std::string id, std::string url, std::string_view profile) {
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

Task<Result<void>> KeptMessages::send(std::string recipient, server::authn::OneTimeMessage message) {
  if (fails) co_return fail(ErrorCode::Unavailable, "The message could not be sent.");
  sent.push_back({std::move(recipient), std::move(message)});
  co_return Result<void>();
}

/// What the server is made of, each after what it needs.
struct TestServer::Parts {
  Parts(TestServer& its_test, std::vector<server::IssuerConfig> issuer_configs, Outbound its_outbound)
      : test(its_test), config(make_config(std::move(issuer_configs))), outbound(std::move(its_outbound)) {
    temporary.database().announce_to(&storage);
  }

  TestServer& test;
  server::Config config;
  Outbound outbound;
  std::mutex logged_mutex;
  std::string logged;
  Log log{LogLevel::Debug, [this](std::string_view line) {
            const std::scoped_lock lock(logged_mutex);
            logged += line;
          }};
  server::Metrics metrics;
  server::StorageWatch storage{test.clock, log, metrics};
  TemporaryDatabase temporary;
  store::Store store{temporary.database()};
  net::HttpClient http_client{outbound.policy};
  net::ThreadPool password_pool{"password", 1, config.login.password_queue};
  server::ClientDirectory clients{store, http_client, test.clock, log, outbound.ca_pem};
  server::authn::PolicyDocuments policies{store, parse_any_workflow};
  oauth::DpopNonces nonces{SecretBytes(Bytes(32, 7)), "test"};
  std::vector<std::unique_ptr<server::Issuer>> issuers = make_issuers(config.issuers);
  server::Context context{.config = config,
                          .clock = test.clock,
                          .random = test.random,
                          .log = log,
                          .database = temporary.database(),
                          .store = store,
                          .http_client = http_client,
                          .password_pool = password_pool,
                          .clients = clients,
                          .policies = policies,
                          .revoked = storage.revoked(),
                          .mail = &test.mail,
                          .sms = &test.sms,
                          .places = nullptr,
                          .factor_key = value_of(crypto::SealingKey::make(SecretBytes(Bytes(32, 5)))),
                          .dpop_nonces = nonces,
                          .metrics = metrics,
                          .issuers = issuers,
                          .pairwise_salt = SecretBytes(Bytes(32, 9))};
  server::App app{context};
};

TestServer::TestServer(std::vector<server::IssuerConfig> issuer_configs, Outbound outbound)
    : parts_(std::make_unique<Parts>(*this, std::move(issuer_configs), std::move(outbound))), store(parts_->store) {}

TestServer::~TestServer() {
  expect_history_is_said(store);
  expect_outcomes_are_listed(store);
}

http::Response TestServer::send(http::Request request) {
  return run_blocking(parts_->app.handle(request));
}

std::optional<http::Response> TestServer::refuse(http::Request request, int status, std::string_view incident) {
  return run_blocking(parts_->app.refuse(request, status, incident));
}

http::Response TestServer::get(const std::string& url, http::Fields fields) {
  return send(make_request("GET", url, std::move(fields)));
}

http::Response TestServer::post(const std::string& url, const Parameters& form, http::Fields fields) {
  fields.set("Content-Type", "application/x-www-form-urlencoded");
  http::Request request = make_request("POST", url, std::move(fields));
  request.body = http::render_form(form);
  return send(std::move(request));
}

http::Request TestServer::make_request(std::string method, const std::string& url, http::Fields fields) const {
  const auto absolute = url.find("://");
  const auto path = absolute == std::string::npos ? 0 : url.find('/', absolute + 3);
  http::Request request{.method = std::move(method),
                        .target = path == std::string::npos ? "/" : url.substr(path),
                        .fields = std::move(fields),
                        .body = {},
                        .peer = peer};
  const std::string& origin = parts_->issuers.front()->origin();
  request.fields.set("Host", absolute == std::string::npos ? origin.substr(origin.find("://") + 3)
                                                           : url.substr(absolute + 3, path - absolute - 3));
  return request;
}

void TestServer::register_client(const TestClient& client, const std::string& issuer_id) {
  value_of(run_blocking(store.clients.create({.client_id = client.client_id,
                                              .issuer = issuer_id,
                                              .metadata = render_json(client.metadata),
                                              .created_at = clock.now(),
                                              .updated_at = clock.now()})));
}

std::string TestServer::add_user(std::string_view username, std::string_view password, json::object claims,
                                 const std::string& issuer_id) {
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

std::string TestServer::push(const TestClient& client, const Parameters& parameters, const std::string& issuer_url) {
  auto form = with(parameters, client.authenticate(issuer_url, clock.now(), random));
  const http::Response response = post(issuer_url + "/par", form);
  if (response.status != 201) throw std::runtime_error("not pushed: " + response.body);
  return std::string(peek_string(value_of(parse_json_object(response.body)), "request_uri"));
}

std::string TestServer::authorization_url(const TestClient& client, const std::string& request_uri,
                                          const std::string& issuer_url) {
  return issuer_url + "/authorize?" +
         http::render_form({{"client_id", client.client_id}, {"request_uri", request_uri}});
}

std::string TestServer::plain_authorization_url(const Parameters& parameters, const std::string& issuer_url) {
  return issuer_url + "/authorize?" + http::render_form(parameters);
}

http::Response TestServer::redeem(const TestClient& client, const std::string& code, const Parameters& more,
                                  const std::string& issuer_url) {
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

std::vector<std::string> TestServer::audit() {
  constexpr std::string_view kRead = "SELECT event, outcome, record FROM audit ORDER BY recorded_at, sequence";
  constexpr std::string_view kNothing = "DELETE FROM audit WHERE sequence = 0";
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

std::string TestServer::logged() {
  const std::scoped_lock lock(parts_->logged_mutex);
  return parts_->logged;
}

bool TestServer::was_recorded(std::string_view event_and_outcome) {
  return std::ranges::any_of(audit(), [&](const auto& record) { return record.starts_with(event_and_outcome); });
}

server::Context& TestServer::context() {
  return parts_->context;
}

server::Issuer& TestServer::issuer(std::size_t index) {
  return *parts_->issuers.at(index);
}

server::Config& TestServer::config() {
  return parts_->config;
}

}  // namespace signet::test
