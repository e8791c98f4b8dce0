#include "store/replay.h"

#include "store/columns.h"

namespace signet::store {
namespace {

// A mark that has expired but is not yet removed still refuses: too strict for a moment, never too lax.
constexpr std::string_view kMark =
    "INSERT INTO replay (replay_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

}  // namespace

std::size_t Replay::add_mark(sql::Batch& batch, const Digest256& replay_hash, Instant until) {
  return batch.add_guard(kMark, {hash_value(replay_hash), time_value(until)});
}

}  // namespace signet::store
