#include "store/replay.h"

#include "store/columns.h"

namespace signet::store {
namespace {

// A mark that has expired but is not yet removed still refuses: too strict for a moment, never too lax.
constexpr std::string_view kMark = "INSERT INTO replay (replay_hash) VALUES ($1) ON CONFLICT DO NOTHING";
// The time and 96 bits of the hash: two different JWTs never meet, and twice as many marks stand on a page.
constexpr std::size_t kMarkBytes = oauth::kTimeBytes + 12;

// Also where the mark of the trial before still stands, or nothing would be written.
constexpr std::string_view kTrial =
    "INSERT INTO replay (replay_hash) VALUES ($1) ON CONFLICT (replay_hash) DO UPDATE SET replay_hash = $1";

}  // namespace

std::size_t Replay::add_mark(sql::Batch& batch, const Digest256& replay_hash) {
  return batch.add_guard(kMark, {hash_value(BytesView(replay_hash).first(kMarkBytes))});
}

void Replay::add_trial(sql::Batch& batch) {
  batch.add(kTrial, {Bytes(kMarkBytes)});
}

}  // namespace signet::store
