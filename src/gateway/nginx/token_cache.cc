#include "gateway/nginx/token_cache.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <new>

namespace signet::nginx {
namespace {

/// How long an asker is waited for before another one asks. It is longer than a healthy server needs.
constexpr std::uint64_t kClaimLifetime = 10'000;
/// Marks are rounded to seconds, and the server may have read a little before it answered.
constexpr Duration kMarkSlack = seconds{2};
constexpr int kMostEvictions = 64;

ngx_rbtree_key_t tree_key(const Digest256& key) {
  ngx_rbtree_key_t value = 0;
  std::memcpy(&value, key.data() + 8, sizeof value);  // the first bytes of a token hash are a time
  return value;
}

}  // namespace

struct TokenCache::Node {
  ngx_rbtree_node_t tree_node;
  ngx_queue_t recent_link;
  Digest256 key;
  Marks marks;
  State state;
  gateway::ServerFault fault;
  std::uint64_t epoch;
  std::uint64_t until;
  std::int64_t asked_at;
  ngx_pid_t asker;  ///< the worker that asks, while the state is Pending
  std::uint32_t size;
  char snapshot[1];  ///< `size` of them
};

bool is_marked(const TokenZone& zone, std::span<const Digest256> marks, Instant asked_at) {
  const gateway::TimedSet set = zone.marks();
  const Duration lifetime(zone.memory().mark_lifetime.load());
  for (const Digest256& mark : marks) {
    const auto end = set.find(mark, steady_instant());
    if (end && *end - lifetime + kMarkSlack >= asked_at) return true;
  }
  return false;
}

void TokenCache::init(TokenMemory& memory) {
  ngx_rbtree_init(&memory.tree, &memory.sentinel, insert_node);
  ngx_queue_init(&memory.recent);
}

TokenCache::Node& TokenCache::node_of(ngx_queue_t* link) {
  return *reinterpret_cast<Node*>(reinterpret_cast<char*>(link) - offsetof(Node, recent_link));
}

void TokenCache::insert_node(ngx_rbtree_node_t* root, ngx_rbtree_node_t* node, ngx_rbtree_node_t* sentinel) {
  const auto is_less = [](const ngx_rbtree_node_t* a, const ngx_rbtree_node_t* b) {
    if (a->key != b->key) return a->key < b->key;
    return reinterpret_cast<const Node*>(a)->key < reinterpret_cast<const Node*>(b)->key;
  };
  ngx_rbtree_node_t** place = &root;
  ngx_rbtree_node_t* parent = root;
  for (;;) {
    parent = *place;
    place = is_less(node, parent) ? &parent->left : &parent->right;
    if (*place == sentinel) break;
  }
  *place = node;
  node->parent = parent;
  node->left = sentinel;
  node->right = sentinel;
  ngx_rbt_red(node);
}

TokenCache::Node* TokenCache::find(const Digest256& key) const {
  const ngx_rbtree_key_t wanted = tree_key(key);
  ngx_rbtree_node_t* node = memory().tree.root;
  while (node != memory().tree.sentinel) {
    auto& candidate = *reinterpret_cast<Node*>(node);
    if (wanted == node->key && candidate.key == key) return &candidate;
    const bool left = wanted != node->key ? wanted < node->key : key < candidate.key;
    node = left ? node->left : node->right;
  }
  return nullptr;
}

void TokenCache::remove(Node& node) {
  ngx_rbtree_delete(&memory().tree, &node.tree_node);
  ngx_queue_remove(&node.recent_link);
  ngx_slab_free_locked(&zone_.pool(), &node);
  --memory().nodes;
}

TokenCache::Node* TokenCache::allocate(std::size_t size) {
  for (int i = 0; i < kMostEvictions; ++i) {
    if (void* place = ngx_slab_alloc_locked(&zone_.pool(), size)) return new (place) Node{};
    if (ngx_queue_empty(&memory().recent)) break;
    remove(node_of(ngx_queue_last(&memory().recent)));
  }
  return nullptr;
}

TokenCache::Node* TokenCache::insert(const Digest256& key, std::size_t size) {
  Node* node = allocate(offsetof(Node, snapshot) + size);
  if (node == nullptr) return nullptr;
  node->key = key;
  node->tree_node.key = tree_key(key);
  node->size = static_cast<std::uint32_t>(size);
  node->epoch = memory().epoch;
  ngx_rbtree_insert(&memory().tree, &node->tree_node);
  ngx_queue_insert_head(&memory().recent, &node->recent_link);
  ++memory().nodes;
  return node;
}

/// Two at the far end for each one that comes: the memory of ended tokens is given back without a sweep.
void TokenCache::remove_stale(std::uint64_t now) {
  for (int i = 0; i < 2 && !ngx_queue_empty(&memory().recent); ++i) {
    Node& last = node_of(ngx_queue_last(&memory().recent));
    if (last.until > now && last.epoch == memory().epoch) return;
    remove(last);
  }
}

/// A worker that was killed while it asked never comes back with an answer.
bool TokenCache::is_abandoned(const Node& node) {
  return node.state == State::Pending && kill(node.asker, 0) == -1 && errno == ESRCH;
}

bool TokenCache::is_usable(const Node& node, std::uint64_t now) const {
  if (node.until <= now || node.epoch != memory().epoch || is_abandoned(node)) return false;
  return node.state != State::Known || !is_marked(zone_, node.marks, from_unix_millis(node.asked_at));
}

TokenCache::Found TokenCache::find_or_claim(const Digest256& key, bool waited, std::uint64_t now) {
  const ZoneLock lock(zone_);
  Node* node = find(key);
  const bool is_foreign_failure = node != nullptr && node->state == State::Failed && !waited;
  if (node != nullptr && (is_foreign_failure || !is_usable(*node, now))) {
    remove(*node);
    node = nullptr;
  }
  if (node == nullptr) {
    remove_stale(now);
    node = insert(key, 0);
    // Without room for the claim everybody asks for himself, which is right if not cheap
    if (node != nullptr) {
      node->state = State::Pending;
      node->until = now + kClaimLifetime;
      node->asker = ngx_pid;
    }
    return {State::Claimed, {}, {}};
  }
  ngx_queue_remove(&node->recent_link);
  ngx_queue_insert_head(&memory().recent, &node->recent_link);
  return {node->state, std::string(node->snapshot, node->size), node->fault};
}

void TokenCache::keep(const Digest256& key, std::string_view snapshot, const Marks& marks, Instant asked_at,
                      std::uint64_t until) {
  const ZoneLock lock(zone_);
  if (Node* old = find(key); old != nullptr) remove(*old);
  Node* node = insert(key, snapshot.size());
  if (node == nullptr) return;
  node->state = State::Known;
  node->until = until;
  node->marks = marks;
  node->asked_at = to_unix_millis(asked_at);
  std::memcpy(node->snapshot, snapshot.data(), snapshot.size());
}

void TokenCache::keep_failure(const Digest256& key, gateway::ServerFault fault, std::uint64_t until) {
  const ZoneLock lock(zone_);
  Node* node = find(key);
  if (node == nullptr) node = insert(key, 0);
  if (node == nullptr) return;
  node->state = State::Failed;
  node->fault = fault;
  node->until = until;
}

void TokenCache::release(const Digest256& key) {
  const ZoneLock lock(zone_);
  Node* node = find(key);
  if (node != nullptr && node->state == State::Pending) remove(*node);
}

}  // namespace signet::nginx
