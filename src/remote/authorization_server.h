#pragma once
// One trusted authorization server: its metadata and its signing keys, fetched once, checked, and kept for a while.
//
//   keys("k7") ─► kept set has k7? ─ yes ─► the set
//                      │ no, and the last fetch is long enough ago
//                      ▼
//                 one fetch for all who wait ─► metadata (exact issuer) ─► jwks_uri ─► the new set

#include <memory>
#include <string>

#include "base/clock.h"
#include "jose/jwks.h"
#include "jose/jws.h"
#include "oauth/metadata_rfc8414.h"
#include "remote/kept_document.h"
#include "remote/transport.h"

namespace signet::remote {

struct AuthorizationServerOptions {
  std::string issuer;  ///< exactly as configured by hand or taken from another authoritative source
  std::string ca_pem;  ///< trust anchors for its TLS certificate; empty: the system's
  Duration timeout = seconds{10};
  Duration metadata_lifetime = hours{1};
  Duration keys_lifetime = minutes{10};
  /// How long keys may be used after their lifetime while the server cannot be reached.
  Duration keys_grace = hours{1};
  /// A signature with an unknown `kid` can cause at most one fetch in this time, whoever sends it.
  Duration refresh_interval = seconds{10};
};

using MetadataPointer = std::shared_ptr<const oauth::AuthorizationServerMetadata>;
using KeysPointer = std::shared_ptr<const jose::JwkSet>;

class AuthorizationServer {
 public:
  /// Needs: `transport` and `clock` outlive it
  AuthorizationServer(AuthorizationServerOptions options, Transport& transport, const Clock& clock);

  [[nodiscard]] const std::string& issuer() const { return options_.issuer; }
  [[nodiscard]] const AuthorizationServerOptions& options() const { return options_; }

  /// Spec: RFC8414-3, OIDC-DISCOVERY-4. Fails: Unavailable, Timeout, TooLarge, Malformed, InvalidRequest (the document
  /// speaks for another issuer)
  [[nodiscard]] Task<Result<MetadataPointer>> metadata();

  /// The published keys. A `kid` that the cached set lacks causes a fetch, within `refresh_interval`; the set that
  /// comes back may still lack it. Fails: as metadata()
  [[nodiscard]] Task<Result<KeysPointer>> keys(std::string kid);

  /// The published keys for this signature. One that names no key, and was made with none of the cached set, causes a
  /// fetch as an unknown `kid` does. Spec: OIDC-10.1. Needs: `jws` outlives the answer. Fails: as metadata()
  [[nodiscard]] Task<Result<KeysPointer>> keys_for(const jose::UnverifiedJws& jws);

 private:
  [[nodiscard]] KeepTimes key_times() const;
  [[nodiscard]] Task<Result<oauth::AuthorizationServerMetadata>> fetch_metadata();
  [[nodiscard]] Task<Result<jose::JwkSet>> fetch_keys();
  [[nodiscard]] Task<Result<http::Response>> get(std::string url);

  AuthorizationServerOptions options_;
  Transport& transport_;
  const Clock& clock_;
  KeptDocument<oauth::AuthorizationServerMetadata> metadata_;
  KeptDocument<jose::JwkSet> keys_;
};

}  // namespace signet::remote
