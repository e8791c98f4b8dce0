#pragma once
// Something that happens now and then, and that many coroutines wait for, each for a time of its own.

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/task.h"

namespace signet::net {

/// Thread: any. Executors of waiting coroutines outlive their wait.
class Bell {
 public:
  /// Everybody who waits goes on.
  void ring();
  /// How often it has rung.
  [[nodiscard]] std::uint64_t rings() const { return rings_; }
  /// Continues on this thread's executor once it has rung more often than `seen`, or after `at_most`.
  [[nodiscard]] Task<void> wait(std::uint64_t seen, Duration at_most);

 private:
  struct Waiter;
  struct Wait;

  void forget(const std::shared_ptr<Waiter>& waiter);

  std::atomic<std::uint64_t> rings_ = 0;  ///< changed under the mutex
  std::mutex mutex_;
  std::vector<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace signet::net
