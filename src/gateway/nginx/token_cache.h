#pragma once
// What is known of tokens, shared by all workers: a tree of nodes in a zone, the least recently used leaves first.

#include <array>
#include <span>
#include <string>

#include "gateway/answer.h"
#include "gateway/nginx/zones.h"

namespace signet::nginx {

/// Names under which a revocation would be marked: of the token, its grant and its client.
using Marks = std::array<Digest256, 3>;

class TokenCache {
 public:
  enum class State : std::uint8_t {
    Claimed,  ///< nothing is known; the caller is the one who asks, and everybody else waits for it
    Pending,  ///< somebody else is asking
    Known,    ///< `snapshot` says what
    Failed,   ///< somebody has just asked and got no answer
  };
  struct Found {
    State state = State::Pending;
    std::string snapshot;
    gateway::ServerFault fault = gateway::ServerFault::None;
  };

  explicit TokenCache(const TokenZone& zone) : zone_(zone) {}

  /// Times are of the steady clock, in milliseconds. A failure is told only to those who have `waited` for it;
  /// everybody else asks anew.
  [[nodiscard]] Found find_or_claim(const Digest256& key, bool waited, std::uint64_t now);
  /// Keeps an answer. What was asked before the newest mark of the token is never used.
  void keep(const Digest256& key, std::string_view snapshot, const Marks& marks, Instant asked_at, std::uint64_t until);
  /// Tells those who wait that there was no answer.
  void keep_failure(const Digest256& key, gateway::ServerFault fault, std::uint64_t until);
  /// Gives a claim back, for somebody else to ask.
  void release(const Digest256& key);

  static void init(TokenMemory& memory);

 private:
  struct Node;
  [[nodiscard]] Node* find(const Digest256& key) const;
  [[nodiscard]] Node* insert(const Digest256& key, std::size_t size);
  [[nodiscard]] Node* allocate(std::size_t size);
  void remove(Node& node);
  void remove_stale(std::uint64_t now);
  [[nodiscard]] bool is_usable(const Node& node, std::uint64_t now) const;
  [[nodiscard]] TokenMemory& memory() const { return zone_.memory(); }
  [[nodiscard]] static bool is_abandoned(const Node& node);
  static void insert_node(ngx_rbtree_node_t* root, ngx_rbtree_node_t* node, ngx_rbtree_node_t* sentinel);
  static Node& node_of(ngx_queue_t* link);

  const TokenZone& zone_;
};

/// How long a mark is remembered at least: as long as the ceiling of a cache may be.
inline constexpr Duration kLeastMarkLifetime = hours{1};
/// Is one of the marks newer than `asked_at`? Then what was learned at that time says nothing. Both are of the steady
/// clock
[[nodiscard]] bool is_marked(const TokenZone& zone, std::span<const Digest256> marks, Instant asked_at);

}  // namespace signet::nginx
