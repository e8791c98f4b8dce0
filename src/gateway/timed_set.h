#pragma once
// Which hashes have been seen and still count: used DPoP proofs, revoked tokens. Lives in memory that several processes
// share, takes no lock, and a process that dies in the middle of an insert leaves nothing to repair.
//
// A slot is one 64-bit word: 40 bits of the hash and 24 bits of the second it ends, 0 when it was never used. A hash
// may stand in any of the 64 slots that follow its home slot, but never behind one that was not used: it would stand
// there, and no slot is emptied again. A search ends at the first of them. Two hashes are confused with probability
// 2^-34 for each look-up, and then a good request is refused; the other way round is impossible.

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/clock.h"

namespace signet::gateway {

class TimedSet {
 public:
  enum class Inserted {
    First,    ///< it was not there and is now
    Again,    ///< it was there
    Full,     ///< all its slots are taken by hashes that still count
    Unknown,  ///< it may have been there and forgotten: the clock has been turned back
  };
  struct Header {
    std::atomic<std::uint64_t> forgotten_until;  ///< seconds; whatever ended before it may have been overwritten
  };
  using Slot = std::atomic<std::uint64_t>;

  TimedSet() = default;
  /// `slots` must be zero when the set is new; at least 64 of them. Needs: both outlive it
  TimedSet(Header& header, std::span<Slot> slots) : header_(&header), slots_(slots) {}

  /// Remembers `hash` until `until`. Of several who insert the same hash at once, at most one is First. Thread: any,
  /// also of other processes
  [[nodiscard]] Inserted insert(const Digest256& hash, Instant until, Instant now);
  [[nodiscard]] bool contains(const Digest256& hash, Instant now) const { return find(hash, now).has_value(); }
  /// Until when `hash` is remembered, in whole seconds.
  [[nodiscard]] std::optional<Instant> find(const Digest256& hash, Instant now) const;
  /// Remembers `hash` at least until `until`, whether it was there or not. False: there was no room. Thread: any
  [[nodiscard]] bool extend(const Digest256& hash, Instant until, Instant now);
  /// Slots that hold something at `now`. Walks through all of them.
  [[nodiscard]] std::size_t count(Instant now) const;
  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }

 private:
  [[nodiscard]] Slot& slot(std::size_t home, std::size_t step) const { return slots_[(home + step) % slots_.size()]; }
  [[nodiscard]] Slot* find_slot(std::size_t home, std::uint64_t tag, std::uint64_t second) const;
  [[nodiscard]] std::size_t home_of(const Digest256& hash) const;
  void note_forgotten(std::uint64_t second);

  Header* header_ = nullptr;
  std::span<Slot> slots_;
};

}  // namespace signet::gateway
