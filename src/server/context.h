#pragma once
// What every endpoint may use. One Context lives as long as the server; it is passed in, never looked up.

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "http/form.h"
#include "net/bell.h"
#include "net/http_client.h"
#include "net/thread_pool.h"
#include "oauth/dpop_rfc9449.h"
#include "server/audit.h"
#include "server/authenticated_client.h"
#include "server/authn/policy_documents.h"
#include "server/client_directory.h"
#include "server/config.h"
#include "server/issuer.h"
#include "server/metrics.h"
#include "server/refusal_limit.h"
#include "store/store.h"

namespace signet::server {

namespace authn {
class BreachedPasswords;
struct MessageSender;
class Places;
}  // namespace authn

struct Context {
  const Config& config;
  const Clock& clock;
  Random& random;
  const Log& log;
  sql::Database& database;
  store::Store& store;
  net::HttpClient& http_client;
  net::ThreadPool& password_pool;
  ClientDirectory& clients;
  authn::PolicyDocuments& policies;
  net::Bell& revoked;          ///< rings when a revocation has been committed in this process
  authn::MessageSender* mail;  ///< null: one-time codes cannot be sent that way
  authn::MessageSender* sms;   ///< null likewise
  const authn::BreachedPasswords* breached_passwords = nullptr;  ///< null: no list is configured
  const authn::Places* places;                                   ///< null: where an address is cannot be told
  crypto::SealingKey factor_key;                                 ///< seals the secrets of factors at rest
  const oauth::DpopNonces& dpop_nonces;
  Metrics& metrics;
  std::vector<std::unique_ptr<Issuer>>& issuers;
  SecretBytes pairwise_salt;
  std::unique_ptr<RefusalLimit> refusals = std::make_unique<RefusalLimit>();  ///< of strangers, see record_refusal
};

/// One request on its way through an endpoint.
struct Exchange {
  Context& context;
  Issuer& issuer;
  const http::Request& request;
  Instant now;
  std::string_view endpoint_path;  ///< of the route, without the issuer's path
  bool is_recorded = false;        ///< a refusal that stands in the audit trail before it is answered
  std::string client_id = {};      ///< who the caller is, as far as it is known; for the audit record of a refusal
  bool is_app = false;             ///< an app asks, not a browser: it is answered in application/vnd.auth+json
  std::string app_key = {};        ///< thumbprint of the key that the app has proven; empty for a browser
  std::string app_client_id = {};  ///< whose app it is
  std::string app_origin = {};     ///< of a web app whose scripts may read the answer; else empty
  std::optional<authn::InForce> in_force = {};  ///< see load_in_force

  http::Form form = {};                            ///< of the body, for routes whose caller is a client
  std::optional<AuthenticatedClient> caller = {};  ///< set for routes whose caller is a client

  [[nodiscard]] const oauth::ClientMetadata& client() const { return *caller->client; }

  /// Adds an audit record without a batch of its own purpose: decisions that write nothing else. `spent` is a JWT that
  /// the request has used up all the same.
  void record(AuditEvent event, const std::optional<SingleUse>& spent = {});
  /// The same for a refusal. Those of strangers are recorded up to a limit (see RefusalLimit).
  void record_refusal(AuditEvent event, const std::optional<SingleUse>& spent = {});

  /// Public URL this request was sent to: the mTLS alias when it came that way. Used for `htu`.
  [[nodiscard]] std::string public_url() const;
};

}  // namespace signet::server
