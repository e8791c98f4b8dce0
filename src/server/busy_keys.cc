#include "server/busy_keys.h"

#include <algorithm>

namespace signet::server {
namespace {

constexpr unsigned kBusyUses = 100;           // in one second: a table is worth its price within half a minute
constexpr unsigned kForgottenAfter = 600;     // seconds
constexpr std::size_t kPreparedSets = 64;     // ten megabytes, when each has one key
constexpr std::size_t kPreparedOfASet = 4;    // keys
constexpr std::size_t kCountedSets = 10'000;  // in one second

BusyKeys::Keys prepare(const jose::JwkSet& set) {
  std::vector<jose::Jwk> keys = set.keys();
  std::size_t made = 0;
  for (auto& jwk : keys) {
    if (made == kPreparedOfASet) break;
    if (!jwk.may_verify(crypto::SignatureAlgorithm::ES256)) continue;
    jwk.key = jwk.key.prepared();
    ++made;
  }
  return std::make_shared<const jose::JwkSet>(std::move(keys));
}

}  // namespace

BusyKeys::Keys BusyKeys::select(Keys keys) {
  const std::scoped_lock lock(mutex_);
  auto found = entries_.find(keys.get());
  if (found == entries_.end()) {
    if (entries_.size() >= kCountedSets) return keys;
    found = entries_.emplace(keys.get(), Entry{.keys = keys}).first;
  }
  ++found->second.uses;
  return found->second.prepared != nullptr ? found->second.prepared : keys;
}

std::vector<BusyKeys::Keys> BusyKeys::take_candidates() {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, entry] : entries_) entry.idle_sweeps = entry.uses == 0 ? entry.idle_sweeps + 1 : 0;
  std::erase_if(entries_, [](const auto& item) {
    const Entry& entry = item.second;
    return entry.prepared == nullptr ? entry.uses < kBusyUses : entry.idle_sweeps >= kForgottenAfter;
  });
  std::vector<Keys> candidates;
  std::size_t room = kPreparedSets;
  for (auto& [name, entry] : entries_) {
    entry.uses = 0;
    if (entry.prepared != nullptr) {
      --room;
    } else {
      candidates.push_back(entry.keys);
    }
  }
  candidates.resize(std::min(candidates.size(), room));
  return candidates;
}

void BusyKeys::sweep() {
  for (const Keys& keys : take_candidates()) {
    Keys prepared = prepare(*keys);
    const std::scoped_lock lock(mutex_);
    if (const auto found = entries_.find(keys.get()); found != entries_.end()) {
      found->second.prepared = std::move(prepared);
    }
  }
}

std::size_t BusyKeys::prepared() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const auto& item) { return item.second.prepared != nullptr; }));
}

}  // namespace signet::server
