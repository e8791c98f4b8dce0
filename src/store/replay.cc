#include "store/replay.h"

#include <algorithm>

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr sql::MarkTable kMarks = {
    .append = "INSERT INTO replay_marks (names, last_end) VALUES ($1, $2) RETURNING number",
    .behind = "SELECT number, names FROM replay_marks WHERE number > $1 ORDER BY number LIMIT 1000",
};
// The newest row stays: when all were gone, numbers would begin anew, and others would not see that there is more.
constexpr std::string_view kRemove =
    "DELETE FROM replay_marks WHERE number IN (SELECT number FROM replay_marks WHERE last_end < $1"
    " AND number < (SELECT MAX(number) FROM replay_marks) ORDER BY last_end LIMIT $2) RETURNING 1";
// Also where the row of the trial before still stands, or nothing would be written. Other rows begin with 1.
constexpr std::string_view kTrial =
    "INSERT INTO replay_marks (number, names, last_end) VALUES (0, $1, $1) ON CONFLICT (number) DO UPDATE"
    " SET last_end = $1";

/// A request that was judged while its JWT counted may stand behind the removal in the queue.
constexpr Duration kMarkMemory = seconds{10};

static_assert(oauth::kTimeBytes == sql::kMarkTimeBytes);

/// The time and 64 bits of the hash: two JWTs that end at one moment and share them are not to be met.
sql::MarkName name_of(const Digest256& replay_hash) {
  sql::MarkName name;
  std::copy_n(replay_hash.begin(), name.size(), name.begin());
  return name;
}

}  // namespace

std::size_t Replay::add_mark(sql::Batch& batch, const Digest256& replay_hash) {
  return batch.add_mark(kMarks, name_of(replay_hash));
}

void Replay::add_removal(sql::Batch& batch, Instant now, std::size_t limit) {
  Digest256 least{};
  oauth::put_expiry_prefix(least, now - kMarkMemory);
  batch.add_removal(kMarks, name_of(least), kRemove, {oauth::expiry_prefix(now - kMarkMemory), limit_value(limit)});
}

void Replay::add_trial(sql::Batch& batch) {
  batch.add(kTrial, {Bytes()});
}

}  // namespace signet::store
