#pragma once
// The keys that clients publish at their own `jwks_uri`: fetched with limits, and kept for all requests.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "base/task.h"
#include "net/http_client.h"
#include "remote/authorization_server.h"
#include "remote/kept_document.h"

namespace signet::server {

/// Keys are good for five minutes and are asked for again after four, while requests go on with those that are there;
/// a host that is away for a moment is not noticed. Requests that need keys nobody has wait for one fetch together.
/// After a fetch the host has ten seconds of peace, whatever clients send. Thread: any
class ClientKeys {
 public:
  ClientKeys(net::HttpClient& http_client, const Clock& clock, const Log& log, std::string outbound_ca_pem)
      : http_client_(http_client), clock_(clock), log_(log), outbound_ca_pem_(std::move(outbound_ca_pem)) {}

  /// What `jwks_uri` serves. `unknown_kid` asks for a copy that is newer than the one that is kept.
  /// Fails: Unavailable (nothing good is kept and the fetch failed, or was tried a moment ago)
  [[nodiscard]] Task<Result<remote::KeysPointer>> find(std::string jwks_uri, bool unknown_kid);

 private:
  using Source = remote::KeptDocument<jose::JwkSet>;

  /// Sources are never removed: there is one for each URI that a client has registered.
  Source& source_of(const std::string& jwks_uri);
  Task<Result<jose::JwkSet>> fetch(std::string jwks_uri);

  net::HttpClient& http_client_;
  const Clock& clock_;
  const Log& log_;
  std::string outbound_ca_pem_;
  std::mutex mutex_;  // held for a look, never across an await
  std::unordered_map<std::string, std::unique_ptr<Source>> sources_;
};

}  // namespace signet::server
