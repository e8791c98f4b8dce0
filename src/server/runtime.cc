#include "server/runtime.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/run_blocking.h"
#include "crypto/random.h"
#include "server/app.h"
#include "server/authn/breached_passwords.h"
#include "server/authn/message_sender.h"
#include "server/authn/place.h"
#include "server/authn/workflows.h"
#include "server/configuration/secret_file.h"
#include "server/gateway/gateway_check.h"
#include "server/keys/key_store.h"
#include "server/maintenance.h"
#include "server/management.h"
#include "server/routes.h"
#include "server/signing_wishes.h"
#include "sql/sqlite/driver.h"

namespace signet::server {
namespace {

constexpr Duration kKeyReload = seconds{2};  ///< how late a rotation by another process is seen
constexpr Duration kKeyCheck = minutes{1};
constexpr Duration kClientCheck = days{1};
constexpr Duration kExpirySweep = seconds{20};
constexpr std::size_t kExpiryPortion = 2000;
constexpr int kExpiryPortions = 50;  ///< in one sweep, so that other jobs get their turn

/// Who the audit trail names for what the server does by itself.
http::Peer own_actor() {
  return {.address = "", .listener = "maintenance", .tls = false, .certificate = {}, .chain = {}, .dpop_jkt = {}};
}

net::OutboundPolicy outbound_policy(const Config& config) {
  return {.allow_private_addresses = config.outbound_allow_private_addresses,
          .allow_plain_http = config.outbound_allow_private_addresses};
}

SecretBytes to_secret_bytes(const SecretText& text) {
  return SecretBytes({text.reveal().begin(), text.reveal().end()});
}

Result<std::string> read_optional(const std::string& file) {
  if (file.empty()) return std::string();
  return read_text_file(file);
}

Result<std::shared_ptr<const net::TlsServerContext>> make_tls(const ListenerConfig& listener) {
  if (listener.certificate_file.empty()) return nullptr;
  TRY_ASSIGN(auto chain, read_text_file(listener.certificate_file));
  TRY_ASSIGN(auto key, read_secret_file(listener.private_key_file));
  return net::TlsServerContext::make({.certificate_chain_pem = std::move(chain),
                                      .private_key_pem = std::move(key),
                                      .request_client_certificate = listener.client_certificates});
}

std::vector<std::string> route_names() {
  std::vector<std::string> names;
  for (const auto& route : routes()) names.emplace_back(route.path);
  return names;
}

}  // namespace

Result<std::unique_ptr<sql::Database>> open_database(const Config& config, const sql::OnMigrated& on_migrated) {
  std::error_code failed;
  if (!std::filesystem::exists(config.data_directory, failed)) {
    std::filesystem::create_directories(config.data_directory, failed);
    // Only a folder made here is closed to others: an existing one has the permissions somebody chose.
    if (!failed) ::chmod(config.data_directory.c_str(), S_IRWXU);
  }
  if (failed) {
    return fail(ErrorCode::Unavailable, "The data folder cannot be made.",
                config.data_directory + ": " + failed.message() + "; see server.data_directory");
  }
  auto database = sql::open_sqlite({.path = config.database_file});
  if (!database) {
    auto error = std::move(database).error();
    error.detail = config.database_file + ": " + error.detail;
    return std::unexpected(std::move(error));
  }
  TRY(store::open(**database, on_migrated));
  return database;
}

struct Runtime::Impl {
  Impl(Config the_config, const Log& the_log, std::unique_ptr<sql::Database> the_database,
       const std::string& outbound_ca, crypto::SealingKey sealing_key)
      : config(std::move(the_config)),
        log(the_log),
        database(std::move(the_database)),
        store(*database),
        http_client(outbound_policy(config)),
        password_pool("password", config.login.password_threads, config.login.password_queue),
        clients(store, http_client, clock, log, outbound_ca),
        policies(store, authn::parse_workflow),
        mail(authn::make_mail_sender(config.mail, outbound_ca, clock, random)),
        sms(authn::make_sms_sender(config.sms, outbound_ca)),
        dpop_nonces(derive_key(config.master_key, "signet dpop nonces"), "authorization server"),
        keys(store, std::move(sealing_key), clock, random) {}

  Config config;
  const Log& log;
  SystemClock clock;
  crypto::SystemRandom random;
  Metrics metrics;
  StorageWatch storage{clock, log, metrics};
  std::unique_ptr<sql::Database> database;
  store::Store store;
  net::HttpClient http_client;
  net::ThreadPool password_pool;
  ClientDirectory clients;
  authn::PolicyDocuments policies;
  std::unique_ptr<authn::MessageSender> mail;
  std::unique_ptr<authn::MessageSender> sms;
  std::unique_ptr<authn::Places> places;
  std::optional<authn::BreachedPasswords> breached_passwords;
  oauth::DpopNonces dpop_nonces;
  std::vector<std::unique_ptr<Issuer>> issuers;
  KeyStore keys;
  std::map<std::string, std::string> key_fingerprints;  ///< by issuer; of the maintenance thread after the start
  std::optional<Context> context;
  std::optional<App> app;
  std::optional<Management> management;
  std::unique_ptr<GatewayCheck> gateway_check;
  std::optional<net::Server> server;
  Maintenance maintenance;
  std::atomic<bool> stopped = false;

  Result<void> start_issuers();
  Result<void> reload_keys(Issuer& issuer);
  Result<void> start_server();
  void add_figures();
  void add_jobs();
  void run_job(std::string_view name, void (Impl::*job)());
  void reload_changed_keys();
  void check_keys();
  void check_clients();
  void remove_expired();
  void stop();
};

Result<void> Runtime::Impl::start_issuers() {
  TRY(run_blocking(keys.check_master_key(config.issuers)));
  for (const auto& issuer_config : config.issuers) {
    TRY_ASSIGN(auto issuer, Issuer::make(issuer_config));
    TRY(run_blocking(keys.make_missing_current(issuer->config(), own_actor())));
    TRY(reload_keys(*issuer));
    issuers.push_back(std::move(issuer));
  }
  return {};
}

Result<void> Runtime::Impl::reload_keys(Issuer& issuer) {
  TRY_ASSIGN(auto fingerprint, run_blocking(keys.load_fingerprint(issuer.config())));
  auto& known = key_fingerprints[issuer.id()];
  if (known == fingerprint) return {};
  TRY_ASSIGN(auto ring, run_blocking(keys.load_ring(issuer.config())));
  issuer.set_keys(std::move(ring));
  known = std::move(fingerprint);
  return {};
}

Result<void> Runtime::Impl::start_server() {
  if (!config.login.geo_database.empty()) {
    TRY_ASSIGN(places, authn::Places::open(config.login.geo_database));
  }
  auto factor_key = crypto::SealingKey::make(derive_key(config.master_key, "signet factors"));
  if (!factor_key) return std::unexpected(std::move(factor_key).error());
  if (!config.login.breached_passwords_file.empty()) {
    TRY_ASSIGN(auto list, authn::BreachedPasswords::open(config.login.breached_passwords_file));
    breached_passwords.emplace(std::move(list));
  }
  database->announce_to(&storage);
  context.emplace(Context{.config = config,
                          .clock = clock,
                          .random = random,
                          .log = log,
                          .database = *database,
                          .store = store,
                          .http_client = http_client,
                          .password_pool = password_pool,
                          .clients = clients,
                          .policies = policies,
                          .revoked = storage.revoked(),
                          .mail = mail.get(),
                          .sms = sms.get(),
                          .breached_passwords = breached_passwords ? &*breached_passwords : nullptr,
                          .places = places.get(),
                          .factor_key = *std::move(factor_key),
                          .dpop_nonces = dpop_nonces,
                          .metrics = metrics,
                          .issuers = issuers,
                          .pairwise_salt = to_secret_bytes(config.pairwise_salt)});
  app.emplace(*context);
  management.emplace(*database, storage, issuers, metrics);
  TRY_ASSIGN(gateway_check, GatewayCheck::make(*context));
  net::ServerOptions options{.listeners = {}, .threads = config.threads, .limits = {}};
  for (const auto& listener : config.listeners) {
    TRY_ASSIGN(auto tls, make_tls(listener));
    options.listeners.push_back(
        {.name = listener.name,
         .address = listener.address,
         .port = listener.port,
         .tls = std::move(tls),
         .proxies = {listener.trusted_proxies},
         .handler = [this](const http::Request& request) { return app->handle(request); },
         .refusal_handler = [this](const http::Request& request, int status,
                                   std::string_view incident) { return app->refuse(request, status, incident); }});
  }
  if (config.management.enabled) {
    options.listeners.push_back({.name = std::string(kManagementListener),
                                 .address = config.management.address,
                                 .port = config.management.port,
                                 .tls = nullptr,
                                 .proxies = {config.management.trusted_proxies},
                                 .handler = [this](const http::Request& request) {
                                   return GatewayCheck::is_asked(request) ? gateway_check->handle(request)
                                                                          : management->handle(request);
                                 }});
  }
  server.emplace(std::move(options), clock, log);
  add_figures();
  return server->start();
}

void Runtime::Impl::add_figures() {
  metrics.name_routes(route_names());
  metrics.add_gauge("signet_password_queue", "Logins that wait for a password check.",
                    [this] { return static_cast<double>(password_pool.queued()); });
  metrics.add_gauge("signet_connections_open", "Open connections.",
                    [this] { return static_cast<double>(server->counters().open); });
  metrics.add_counter("signet_audit_records_total", "Audit records added.",
                      [] { return static_cast<double>(AuditEvent::count_added()); });
  metrics.add_counter("signet_connections_total", "Connections accepted.",
                      [this] { return static_cast<double>(server->counters().accepted); });
  metrics.add_counter("signet_malformed_requests_total", "Requests refused before any endpoint saw them.",
                      [this] { return static_cast<double>(server->counters().refused); });
}

void Runtime::Impl::add_jobs() {
  // The keys that will be needed next are made after the start, which they would delay (RSA).
  maintenance.add(seconds{1}, kKeyCheck, [this] { run_job("keys", &Impl::check_keys); });
  maintenance.add(seconds{1}, kClientCheck, [this] { run_job("clients", &Impl::check_clients); });
  maintenance.add(kKeyReload, kKeyReload, [this] { run_job("keys", &Impl::reload_changed_keys); });
  maintenance.add(kExpirySweep, kExpirySweep, [this] { run_job("expiry", &Impl::remove_expired); });
  maintenance.start();
}

void Runtime::Impl::run_job(std::string_view name, void (Impl::*job)()) {
  try {
    (this->*job)();
  } catch (const std::exception& bug) {
    log.error("maintenance.bug", {{"job", name}, {"what", bug.what()}});
  }
}

void Runtime::Impl::reload_changed_keys() {
  for (const auto& issuer : issuers) {
    // The ring that is in use stays: an unreadable database must not take the keys away.
    if (auto done = reload_keys(*issuer); !done) log.failure("keys.reload_failed", done.error());
  }
}

void Runtime::Impl::check_keys() {
  for (const auto& issuer : issuers) {
    const auto note = [&](std::string_view event, const Result<std::size_t>& done) {
      if (!done)
        log.failure(event, done.error());
      else if (*done > 0)
        log.info(event, {{"issuer", issuer->id()}, {"keys", std::to_string(*done)}});
    };
    note("keys.made", run_blocking(keys.make_missing_next(issuer->config(), own_actor())));
    note("keys.rotated", run_blocking(keys.rotate_due(issuer->config(), own_actor())));
    note("keys.removed", run_blocking(keys.remove_outlived(issuer->config(), own_actor())));
  }
}

/// `signing_algorithms` may have changed since these clients were registered; their requests are refused.
void Runtime::Impl::check_clients() {
  for (const auto& issuer : issuers) {
    const auto unserved = run_blocking(list_unserved_clients(store, issuer->config()));
    if (!unserved) return log.failure("clients.check_failed", unserved.error());
    for (const auto& client : *unserved) {
      log.warning("clients.algorithm_gone", {{"issuer", issuer->id()},
                                             {"client_id", client.client_id},
                                             {"member", client.member},
                                             {"algorithm", client.algorithm}});
    }
  }
}

void Runtime::Impl::remove_expired() {
  for (int portion = 0; portion < kExpiryPortions && !stopped; ++portion) {
    const auto removed = run_blocking(store.expiry.remove_expired(clock.now(), kExpiryPortion));
    if (!removed) return log.failure("expiry.failed", removed.error());
    if (*removed == 0) return;
  }
}

void Runtime::Impl::stop() {
  if (stopped.exchange(true)) return;
  if (management) management->drain();
  maintenance.stop();
  if (server) server->stop(config.shutdown_grace);
}

Runtime::Runtime() = default;
Runtime::~Runtime() {
  if (impl_) impl_->stop();
}

Result<std::unique_ptr<Runtime>> Runtime::start(Config config, const Log& log) {
  TRY_ASSIGN(auto sealing_key, KeyStore::make_sealing_key(config.master_key));
  TRY_ASSIGN(auto outbound_ca, read_optional(config.outbound_ca_file));
  TRY_ASSIGN(auto database, open_database(config, [&log](const sql::Migration& migration, Duration took) {
               log.info("storage.migrated", {{"number", std::to_string(migration.number)},
                                             {"name", migration.name},
                                             {"took_ms", std::to_string(took.count())}});
             }));
  std::unique_ptr<Runtime> runtime(new Runtime());
  runtime->impl_ = std::make_unique<Impl>(std::move(config), log, std::move(database), std::move(outbound_ca),
                                          std::move(sealing_key));
  TRY(runtime->impl_->start_issuers());
  TRY(runtime->impl_->start_server());
  runtime->impl_->add_jobs();
  return runtime;
}

void Runtime::stop() {
  impl_->stop();
}

std::uint16_t Runtime::port(std::string_view listener) const {
  return impl_->server->port(listener);
}

}  // namespace signet::server
