#include "resource/introspection_cache.h"

#include <algorithm>

namespace signet::resource {

void IntrospectionCache::drop(Shard& shard, std::multimap<Instant, oauth::TokenHash>::iterator position) {
  const auto found = shard.entries.find(position->second);
  // The same token may have been kept again since, with a later end.
  if (found != shard.entries.end() && found->second.until == position->first) shard.entries.erase(found);
  shard.by_end.erase(position);
}

std::optional<oauth::IntrospectionResponse> IntrospectionCache::find(const oauth::TokenHash& token, Instant now) {
  Shard& shard = shard_of(token);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.entries.find(token);
  if (found == shard.entries.end() || found->second.until <= now) return std::nullopt;
  return found->second.response;
}

void IntrospectionCache::keep(const oauth::TokenHash& token, const oauth::IntrospectionResponse& response,
                              Instant now) {
  Instant until = now + (response.active ? options_.active_lifetime : options_.inactive_lifetime);
  if (response.active && response.exp) until = std::min(until, *response.exp);
  if (until <= now) return;
  Shard& shard = shard_of(token);
  const std::scoped_lock lock(shard.mutex);
  while (!shard.by_end.empty() && shard.by_end.begin()->first <= now) drop(shard, shard.by_end.begin());
  if (shard.entries.size() >= options_.capacity / kShards + 1) drop(shard, shard.by_end.begin());
  shard.entries.insert_or_assign(token, Entry{response, until});
  shard.by_end.emplace(until, token);
}

}  // namespace signet::resource
