#pragma once
// DPoP at the client: one proof for one request, and the nonces that servers have asked for. Spec: RFC9449-4,
// RFC9449-8, RFC9449-9

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/key.h"
#include "http/message.h"

namespace signet::client {

/// Whom a nonce comes from. The nonces of the two are never mixed, even on one origin. Spec: RFC9449-9
enum class NonceSpace { AuthorizationServer, ResourceServer };

/// The last nonce of each server. Thread: any
class NonceMemory {
 public:
  /// Empty when the server has given none.
  [[nodiscard]] std::string find(NonceSpace space, std::string_view url) const;
  /// Keeps the DPoP-Nonce of any answer, a success as well. True when there was one.
  bool remember(NonceSpace space, std::string_view url, const http::Response& response);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> nonces_;
};

struct ProofRequest {
  std::string_view method;
  std::string_view url;
  std::string_view nonce = {};
  std::string_view access_token = {};  ///< for `ath`
};

/// A new proof with a `jti` of its own. Fails: UnsupportedAlgorithm
[[nodiscard]] Result<std::string> make_dpop_proof(const crypto::PrivateKey& key, Random& random, Instant now,
                                                  const ProofRequest& request);

}  // namespace signet::client
