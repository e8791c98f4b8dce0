#pragma once
// Registered clients as the endpoints need them: parsed, with their keys, cached per process.
//
// An entry is looked at again after one second: a change by `signet clients`, or by another node, is in force within
// that time, and a removal at once for all that is written (see SingleUseBatch).

#include <memory>
#include <string>

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
  /// Fails: Unavailable (see ClientKeys), InvalidClient (no keys)
  [[nodiscard]] Task<Result<std::shared_ptr<const jose::JwkSet>>> keys(ClientPointer client, bool unknown_kid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::server
