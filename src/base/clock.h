#pragma once
// Time as a value. Who needs "now" is handed a Clock; only apps/ and net/ own a real one.

#include <chrono>
#include <cstdint>

namespace signet {

using Duration = std::chrono::milliseconds;
/// A point in time with millisecond resolution (UTC, Unix epoch).
using Instant = std::chrono::sys_time<Duration>;

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

[[nodiscard]] constexpr Instant from_unix_seconds(std::int64_t value) {
  return Instant{std::chrono::seconds{value}};
}
[[nodiscard]] constexpr std::int64_t to_unix_seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}
[[nodiscard]] constexpr Instant from_unix_millis(std::int64_t value) {
  return Instant{std::chrono::milliseconds{value}};
}
[[nodiscard]] constexpr std::int64_t to_unix_millis(Instant at) {
  return at.time_since_epoch().count();
}

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
};

}  // namespace signet
