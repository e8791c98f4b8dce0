#include "resource/replay_memory.h"

#include <algorithm>
#include <cstring>

#include "oauth/token_hash.h"

namespace signet::resource {

std::size_t ReplayMemory::Hash::operator()(const Digest256& digest) const {
  std::size_t value = 0;
  std::memcpy(&value, digest.data() + oauth::kTimeBytes, sizeof value);
  return value;
}

Result<verify::Seen> ReplayMemory::remember(const Digest256& digest, Instant until, Instant now) {
  Digest256 hash = digest;
  std::fill_n(hash.begin(), oauth::kTimeBytes, std::uint8_t{0});
  Shard& shard = shards_[hash.back() % kShards];
  const std::scoped_lock lock(shard.mutex);
  while (!shard.by_end.empty() && shard.by_end.top().until < now) {
    shard.seen.erase(shard.by_end.top().hash);
    shard.by_end.pop();
  }
  if (shard.seen.contains(hash)) return verify::Seen::Again;
  if (shard.seen.size() >= shard_capacity_) {
    return fail(ErrorCode::Overloaded, "The server is busy, try again shortly.", "the replay memory is full");
  }
  shard.seen.insert(hash);
  shard.by_end.push({until, hash});
  return verify::Seen::First;
}

}  // namespace signet::resource
