#pragma once
// A clock that stands still until it is told to move, and a random source that repeats itself.

#include <mutex>

#include "base/clock.h"
#include "base/random.h"

namespace signet::test {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start = from_unix_seconds(1'800'000'000)) : now_(start) {}
  [[nodiscard]] Instant now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void set(Instant at) { now_ = at; }

 private:
  Instant now_;
};

class FixedRandom final : public Random {
 public:
  // Threads may ask at once, as they may of the real source.
  void fill(std::span<std::uint8_t> out) override {
    const std::scoped_lock lock(mutex_);
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_ = 42;
};

}  // namespace signet::test
