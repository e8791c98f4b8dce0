#pragma once
// What the authorization server said of a token, for a few seconds, so that a busy client does not cost a call for each
// request.

#include <array>
#include <map>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/token_hash.h"

namespace signet::resource {

struct IntrospectionCacheOptions {
  Duration active_lifetime = seconds{5};    ///< also how long a revoked token may still pass
  Duration inactive_lifetime = seconds{1};  ///< refused tokens, against floods with the same one
  std::size_t capacity = 100'000;           ///< entries; one above it displaces the one that ends first
};

/// Keyed by the hash of the token; the token itself is not kept. Thread: any
class IntrospectionCache {
 public:
  explicit IntrospectionCache(IntrospectionCacheOptions options) : options_(options) {}

  [[nodiscard]] std::optional<oauth::IntrospectionResponse> find(const oauth::TokenHash& token, Instant now);
  /// Keeps an answer for its lifetime, and never beyond the token's own end.
  void keep(const oauth::TokenHash& token, const oauth::IntrospectionResponse& response, Instant now);

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    oauth::IntrospectionResponse response;
    Instant until;
  };
  struct Shard {
    std::mutex mutex;
    std::map<oauth::TokenHash, Entry> entries;
    std::multimap<Instant, oauth::TokenHash> by_end;
  };
  static void drop(Shard& shard, std::multimap<Instant, oauth::TokenHash>::iterator position);
  [[nodiscard]] Shard& shard_of(const oauth::TokenHash& token) { return shards_[token.digest().back() % kShards]; }

  IntrospectionCacheOptions options_;
  std::array<Shard, kShards> shards_;
};

}  // namespace signet::resource
