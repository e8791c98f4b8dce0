#pragma once
// Keys of clients that call all the time, made ready to verify at less than half the cost
// (docs/decisions/0008-tables-for-busy-keys.md).
//
// A set that is asked for often within a second is prepared by the maintenance thread; until then, and for everybody
// else, the set itself is used. The verdict on a signature is the same either way.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "jose/jwks.h"

namespace signet::server {

/// Thread: any
class BusyKeys {
 public:
  using Keys = std::shared_ptr<const jose::JwkSet>;

  /// What to verify with: `keys`, or its prepared copy. Counts the use.
  [[nodiscard]] Keys select(Keys keys);
  /// Prepares the sets that have become busy and forgets those that no longer are. Meant to be called once a second;
  /// takes milliseconds for each set it prepares.
  void sweep();
  /// How many sets are prepared.
  [[nodiscard]] std::size_t prepared() const;

 private:
  struct Entry {
    Keys keys;  ///< held, so that its address stays the name of this very set
    Keys prepared = nullptr;
    unsigned uses = 0;  ///< since the last sweep
    unsigned idle_sweeps = 0;
  };
  [[nodiscard]] std::vector<Keys> take_candidates();

  mutable std::mutex mutex_;  // held for a look-up, never while a set is prepared
  std::unordered_map<const jose::JwkSet*, Entry> entries_;
};

}  // namespace signet::server
