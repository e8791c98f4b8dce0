#pragma once
// Many callers that miss the same cache entry at the same time cause one fetch, not many.

#include <mutex>
#include <vector>

#include "base/task.h"

namespace signet::remote {

/// The first caller of `join` becomes the leader and does the work; those who come meanwhile wait until it has landed.
/// Thread: any; a waiter continues on its own executor
class SingleFlight {
 public:
  /// Ends the flight when the leader's work ends, however it ends.
  class Landing {
   public:
    explicit Landing(SingleFlight& flight) : flight_(flight) {}
    ~Landing() { flight_.land(); }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

   private:
    SingleFlight& flight_;
  };

  /// True: the caller leads, must do the work and hold a Landing for as long. False: somebody else has just done it.
  [[nodiscard]] auto join() {
    struct Awaiter {
      SingleFlight& flight;
      bool leads = false;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> caller) {
        const std::scoped_lock lock(flight.mutex_);
        if (!flight.is_flying_) {
          leads = flight.is_flying_ = true;
          return false;
        }
        flight.waiters_.push_back({Executor::current(), caller});
        return true;
      }
      [[nodiscard]] bool await_resume() const noexcept { return leads; }
    };
    return Awaiter{*this};
  }

 private:
  struct Waiter {
    Executor* executor;
    std::coroutine_handle<> caller;
  };

  void land() {
    std::vector<Waiter> waiters;
    {
      const std::scoped_lock lock(mutex_);
      is_flying_ = false;
      waiters.swap(waiters_);
    }
    for (const Waiter& waiter : waiters) {
      if (waiter.executor != nullptr) {
        waiter.executor->post(waiter.caller);
      } else {
        waiter.caller.resume();
      }
    }
  }

  std::mutex mutex_;
  bool is_flying_ = false;
  std::vector<Waiter> waiters_;
};

}  // namespace signet::remote
