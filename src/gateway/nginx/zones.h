#pragma once
// The two kinds of shared memory: one for what is known of tokens, one for used proofs. Both outlive a reload.

#include <string>
#include <vector>

#include "gateway/counters.h"
#include "gateway/nginx/ngx.h"
#include "gateway/timed_set.h"

namespace signet::nginx {

/// How much of one authorization server's revocations has been learned.
enum class FeedProgress : std::uint8_t {
  Unread,   ///< nothing, or it has to be read anew
  Past,     ///< it is being read from what is remembered longest
  Behind,   ///< there is more that is new than one answer holds
  Current,  ///< everything, to the end of the last answer
};

/// How far one authorization server's revocations have been learned. Times are of the steady clock; 0 is never.
struct FeedState {
  static constexpr std::size_t kMostCursor = 256;
  std::uint64_t issuer_tag;  ///< whose feed; 0: the place is free
  std::atomic<std::uint64_t> claimed_at;
  std::atomic<std::uint64_t> succeeded_at;
  std::atomic<std::uint64_t> failed_at;
  std::atomic<std::uint64_t> used_at;     ///< by somebody who acted on what is known, to about a second
  std::atomic<FeedProgress> progress;     ///< changed by who holds the zone's mutex, like the next one
  std::atomic<std::int64_t> known_since;  ///< a token that was issued later is marked if it is revoked
  std::uint16_t cursor_size;              ///< with `cursor`, guarded by the zone's mutex
  char cursor[kMostCursor];
};

inline constexpr std::size_t kMostFeeds = 16;

/// What stands at the front of a token zone. Nodes and marks are allocated from the slab pool around it.
struct TokenMemory {
  std::atomic<bool> is_changing;  ///< true while somebody holds the mutex
  ngx_rbtree_t tree;
  ngx_rbtree_node_t sentinel;
  ngx_queue_t recent;  ///< most recently used first
  std::atomic<std::uint64_t> nodes;
  std::atomic<std::uint64_t> epoch;  ///< what was cached in an earlier one counts no more
  /// How long marks are kept, in milliseconds: as long as the server that remembers longest tells them. It only grows.
  std::atomic<std::int64_t> mark_lifetime;
  gateway::Counters counters;
  FeedState feeds[kMostFeeds];
  gateway::TimedSet::Header marks_header;
  gateway::TimedSet::Slot* marks;
  std::size_t mark_count;
};

/// `signet_zone NAME SIZE`
struct TokenZone {
  std::string name;
  ngx_shm_zone_t* shm = nullptr;

  [[nodiscard]] ngx_slab_pool_t& pool() const { return *reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr); }
  [[nodiscard]] TokenMemory& memory() const { return *static_cast<TokenMemory*>(pool().data); }
  [[nodiscard]] gateway::TimedSet marks() const {
    return {memory().marks_header, {memory().marks, memory().mark_count}};
  }
};

struct ReplayMemory {
  static constexpr std::size_t kNonceKeyBytes = 32;
  std::uint64_t created_at;  ///< of the steady clock
  unsigned char nonce_key[kNonceKeyBytes];
  std::size_t slot_count;
  gateway::TimedSet::Header header;
  gateway::TimedSet::Slot slots[1];  ///< slot_count of them
};

/// `signet_replay_zone NAME SIZE`
struct ReplayZone {
  std::string name;
  ngx_shm_zone_t* shm = nullptr;

  [[nodiscard]] ReplayMemory& memory() const;
  [[nodiscard]] gateway::TimedSet proofs() const { return {memory().header, {memory().slots, memory().slot_count}}; }
};

/// Holds the mutex of a token zone. nginx frees it when a worker dies with it; what such a worker left half done is
/// thrown away by whoever comes next, and with it what was cached.
class ZoneLock {
 public:
  explicit ZoneLock(const TokenZone& zone);
  ~ZoneLock();
  ZoneLock(const ZoneLock&) = delete;
  ZoneLock& operator=(const ZoneLock&) = delete;

 private:
  const TokenZone& zone_;
};

/// All zones of one configuration.
struct Zones {
  std::vector<TokenZone*> tokens;
  std::vector<ReplayZone*> replays;
};

/// Null with a message in the log when it cannot be made.
[[nodiscard]] TokenZone* add_token_zone(ngx_conf_t* cf, Zones& zones, const ngx_str_t& name, std::size_t size);
[[nodiscard]] ReplayZone* add_replay_zone(ngx_conf_t* cf, Zones& zones, const ngx_str_t& name, std::size_t size);

}  // namespace signet::nginx
