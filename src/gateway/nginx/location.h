#pragma once
// What one nginx location needs to decide: made once when the configuration is read.

#include <memory>

#include "gateway/nginx/key_ring.h"
#include "gateway/nginx/zones.h"
#include "gateway/settings.h"

namespace signet::nginx {

/// What locations of the same authorization server share in one worker.
struct Authority {
  std::string issuer;
  std::string jwks;
  KeyRing keys;
};

/// One address block of `signet_client_cert_from`.
using Networks = ngx_array_t;  // of ngx_cidr_t

class FeedWatch;

struct NginxLocation {
  NginxLocation();
  ~NginxLocation();

  gateway::Location rules;
  const TokenZone* tokens = nullptr;
  const ReplayZone* replays = nullptr;  ///< null with `signet_replay off`
  Authority* authority = nullptr;
  std::size_t feed = 0;  ///< index in TokenMemory::feeds
  std::unique_ptr<FeedWatch> watch;
  const Networks* certificate_proxies = nullptr;
  std::unique_ptr<oauth::DpopNonces> nonces;  ///< made when the worker starts: the key may live in the zone
  /// Locations with different questions share a zone; this keeps their answers apart.
  Digest256 question_tag{};

  [[nodiscard]] bool has_feed() const { return !rules.settings.revocations.empty(); }
  /// Under which name what is known of the token is cached.
  [[nodiscard]] Digest256 cache_key(const oauth::TokenHash& token) const;
};

/// The DPoP nonces of a location, once the shared memory is there. Fails: Malformed (the key file)
[[nodiscard]] Result<void> make_nonces(NginxLocation& location);
[[nodiscard]] Digest256 make_question_tag(const gateway::Settings& settings);

}  // namespace signet::nginx
