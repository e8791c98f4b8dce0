#pragma once
// What the thread that commits tells the rest of the server: revocations to those who wait for them, failures to the
// operator.

#include <atomic>

#include "base/clock.h"
#include "base/log.h"
#include "net/bell.h"
#include "server/metrics.h"
#include "sql/database.h"

namespace signet::server {

/// Outlives the database that it listens to.
class StorageWatch final : public sql::CommitListener {
 public:
  StorageWatch(const Clock& clock, const Log& log, Metrics& metrics) : clock_(clock), log_(log), metrics_(metrics) {}

  /// Rings when a revocation has been committed in this process.
  [[nodiscard]] net::Bell& revoked() { return revoked_; }
  /// Has a commit failed since the last call of `recover`?
  [[nodiscard]] bool is_failing() const { return failing_.load(std::memory_order_relaxed); }
  /// Something was written again.
  void recover() { failing_.store(false, std::memory_order_relaxed); }

  void on_announced() override { revoked_.ring(); }
  void on_failed(const Error& why) override;
  void on_lost(const Error& why) override;

 private:
  struct Said {
    std::string_view event;
    Instant until{};           ///< before that the same is not said again
    std::uint64_t unsaid = 0;  ///< times since it was said
  };
  void say(Said& said, const Error& why) const;

  const Clock& clock_;
  const Log& log_;
  Metrics& metrics_;
  net::Bell revoked_;
  std::atomic<bool> failing_ = false;
  Said failed_{.event = "storage.failed"};  ///< of the writer's thread, as the next
  Said lost_{.event = "storage.record_lost"};
};

}  // namespace signet::server
