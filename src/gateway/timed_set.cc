#include "gateway/timed_set.h"

namespace signet::gateway {
namespace {

constexpr std::size_t kWindow = 64;
constexpr std::uint64_t kTimeMask = (1ULL << 24) - 1;
constexpr std::uint64_t kHalfTime = 1ULL << 23;  ///< 97 days: what is further ahead is in the past

std::uint64_t read_word(const Digest256& hash, std::size_t from) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8 | hash[from + i];
  return word;
}

std::uint64_t second_of(Instant at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_unix_seconds(at)));
}

/// The first second at which it no longer counts.
std::uint64_t end_of(Instant until) {
  return second_of(until + milliseconds{999});
}

/// Never 0, so that a used slot is not taken for a new one.
std::uint64_t tag_of(const Digest256& hash) {
  const std::uint64_t tag = read_word(hash, 16) & ~kTimeMask;
  return tag == 0 ? kTimeMask + 1 : tag;
}

bool counts(std::uint64_t value, std::uint64_t second) {
  if (value == 0) return false;
  const std::uint64_t ahead = ((value & kTimeMask) - second) & kTimeMask;
  return ahead != 0 && ahead < kHalfTime;
}

bool is_tag(std::uint64_t value, std::uint64_t tag) {
  return (value & ~kTimeMask) == tag;
}

}  // namespace

std::size_t TimedSet::home_of(const Digest256& hash) const {
  return static_cast<std::size_t>(read_word(hash, 24) % slots_.size());
}

void TimedSet::note_forgotten(std::uint64_t second) {
  std::uint64_t known = header_->forgotten_until.load();
  while (known < second && !header_->forgotten_until.compare_exchange_weak(known, second)) {
  }
}

TimedSet::Inserted TimedSet::insert(const Digest256& hash, Instant until, Instant now) {
  const std::uint64_t second = second_of(now);
  const std::uint64_t tag = tag_of(hash);
  const std::uint64_t value = tag | (end_of(until) & kTimeMask);
  const std::size_t home = home_of(hash);
  // Slots are reused once their hash has ended. A clock that went back would let such a hash count again.
  if (end_of(until) <= header_->forgotten_until.load()) return Inserted::Unknown;
  if (contains(hash, now)) return Inserted::Again;
  for (std::size_t step = 0; step < kWindow; ++step) {
    Slot& candidate = slot(home, step);
    std::uint64_t old = candidate.load();
    if (counts(old, second)) continue;
    if (old != 0) note_forgotten(second);
    if (!candidate.compare_exchange_strong(old, value)) {
      if (is_tag(old, tag) && counts(old, second)) return Inserted::Again;
      continue;
    }
    // Somebody may have put the same hash into another slot meanwhile: then both see it, and neither is First
    for (std::size_t other = 0; other < kWindow; ++other) {
      const std::uint64_t seen = slot(home, other).load();
      if (seen == 0) break;
      if (other != step && is_tag(seen, tag) && counts(seen, second)) return Inserted::Again;
    }
    return Inserted::First;
  }
  return Inserted::Full;
}

TimedSet::Slot* TimedSet::find_slot(std::size_t home, std::uint64_t tag, std::uint64_t second) const {
  for (std::size_t step = 0; step < kWindow; ++step) {
    const std::uint64_t value = slot(home, step).load();
    if (value == 0) break;
    if (is_tag(value, tag) && counts(value, second)) return &slot(home, step);
  }
  return nullptr;
}

std::optional<Instant> TimedSet::find(const Digest256& hash, Instant now) const {
  const std::uint64_t second = second_of(now);
  const Slot* found = find_slot(home_of(hash), tag_of(hash), second);
  if (found == nullptr) return std::nullopt;
  const std::uint64_t ahead = (found->load() - second) & kTimeMask;
  return from_unix_seconds(static_cast<std::int64_t>(second + ahead));
}

bool TimedSet::extend(const Digest256& hash, Instant until, Instant now) {
  const std::uint64_t second = second_of(now);
  const std::uint64_t tag = tag_of(hash);
  if (Slot* found = find_slot(home_of(hash), tag, second); found != nullptr) {
    std::uint64_t old = found->load();
    const std::uint64_t value = tag | (end_of(until) & kTimeMask);
    const bool is_later = ((value - old) & kTimeMask) < kHalfTime;
    if (!is_later || found->compare_exchange_strong(old, value)) return true;
  }
  const Inserted inserted = insert(hash, until, now);
  return inserted == Inserted::First || inserted == Inserted::Again;
}

std::size_t TimedSet::count(Instant now) const {
  const std::uint64_t second = second_of(now);
  std::size_t taken = 0;
  for (const Slot& candidate : slots_) taken += counts(candidate.load(), second) ? 1 : 0;
  return taken;
}

}  // namespace signet::gateway
