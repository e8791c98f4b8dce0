#include "net/bell.h"

#include <algorithm>

#include "net/timer.h"

namespace signet::net {

/// The bell and a timer both hold it; whoever comes first wakes the coroutine, and the other touches nothing of it.
struct Bell::Waiter {
  std::coroutine_handle<> handle;
  Executor* executor;
  std::atomic<bool> is_woken = false;

  void wake() {
    if (!is_woken.exchange(true)) executor->post(handle);
  }
};

struct Bell::Wait {
  Bell& bell;
  std::uint64_t seen;
  Duration at_most;
  std::shared_ptr<Waiter> waiter = {};

  [[nodiscard]] bool await_ready() const noexcept { return bell.rings_ != seen; }
  bool await_suspend(std::coroutine_handle<> caller) {
    waiter = std::make_shared<Waiter>(caller, Executor::current());
    {
      const std::scoped_lock lock(bell.mutex_);
      if (bell.rings_ != seen) return false;
      bell.waiting_.push_back(waiter);
    }
    // What wakes the caller posts to this thread, so this frame is still there
    call_after(at_most, [owned = waiter] { owned->wake(); });
    return true;
  }
  [[nodiscard]] std::shared_ptr<Waiter> await_resume() noexcept { return std::move(waiter); }
};

void Bell::ring() {
  std::vector<std::shared_ptr<Waiter>> woken;
  {
    const std::scoped_lock lock(mutex_);
    ++rings_;
    woken.swap(waiting_);
  }
  for (const auto& waiter : woken) waiter->wake();
}

Task<void> Bell::wait(std::uint64_t seen, Duration at_most) {
  const auto waiter = co_await Wait{.bell = *this, .seen = seen, .at_most = at_most};
  if (waiter != nullptr) forget(waiter);
}

void Bell::forget(const std::shared_ptr<Waiter>& waiter) {
  const std::scoped_lock lock(mutex_);
  std::erase(waiting_, waiter);
}

}  // namespace signet::net
