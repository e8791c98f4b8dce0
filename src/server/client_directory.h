#pragma once
// Registered clients as the endpoints need them: parsed, with their keys, cached per process.
//
// An entry is looked at again after one second: a change or removal by `signet clients`, or by another node, is in
// force within that time. Keys behind a `jwks_uri` are fetched with limits, kept for five minutes, and fetched again
// when an unknown kid appears, at most every ten seconds for one client.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "base/task.h"
#include "net/http_client.h"
#include "oauth/registration_rfc7591.h"
#include "store/store.h"

namespace signet::server {

using ClientPointer = std::shared_ptr<const oauth::ClientMetadata>;

class ClientDirectory {
 public:
  ClientDirectory(store::Store& store, net::HttpClient& http_client, const Clock& clock, const Log& log,
                  std::string outbound_ca_pem);
  ~ClientDirectory();

  /// The client, or null when the issuer does not know it. Fails: Unavailable
  [[nodiscard]] Task<Result<ClientPointer>> find(std::string issuer_id, const oauth::Profile& profile,
                                                 std::string client_id);

  /// The public keys of a client: its `jwks`, or what its `jwks_uri` serves. `unknown_kid` asks for a fresh copy.
  /// Fails: Unavailable (fetch failed and nothing is cached), InvalidClient (no keys)
  [[nodiscard]] Task<Result<std::shared_ptr<const jose::JwkSet>>> keys(ClientPointer client, bool unknown_kid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::server
