#pragma once
// Which DPoP proofs have been used, for one process. Behind several processes use a resource identifier each or server
// nonces.

#include <array>
#include <mutex>
#include <queue>
#include <unordered_set>

#include "base/bytes.h"
#include "base/clock.h"
#include "verify/verification.h"

namespace signet::resource {

/// Bounded and sharded. When a shard is full of proofs that are still valid the answer is a refusal: forgetting one
/// early would let it pass twice. Thread: any
class ReplayMemory {
 public:
  explicit ReplayMemory(std::size_t capacity) : shard_capacity_(capacity / kShards + 1) {}

  /// Was `hash` here before? Remembers it until `until`. The time in front of the hash does not count: a proof that is
  /// made anew with the same `jti` is a replay as well. Fails: Overloaded (full)
  [[nodiscard]] Result<verify::Seen> remember(const Digest256& hash, Instant until, Instant now);

 private:
  static constexpr std::size_t kShards = 16;
  struct Hash {
    /// The input is a digest already, apart from the time in front of it.
    std::size_t operator()(const Digest256& digest) const;
  };
  struct Entry {
    Instant until;
    Digest256 hash;
    bool operator>(const Entry& other) const { return until > other.until; }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_set<Digest256, Hash> seen;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> by_end;
  };
  std::size_t shard_capacity_;
  std::array<Shard, kShards> shards_;
};

}  // namespace signet::resource
