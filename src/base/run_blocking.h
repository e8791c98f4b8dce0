#pragma once
// Runs one Task to its end on the calling thread: for command-line programs and tests, never inside a server.

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/task.h"

namespace signet {

/// An executor that runs what is posted on the thread that calls `run_until`.
class BlockingExecutor final : public Executor {
 public:
  void post(std::coroutine_handle<> handle) override {
    // Under the lock: once it is released, `run_until` may end and this object may be gone.
    const std::scoped_lock lock(mutex_);
    queue_.push_back(handle);
    ready_.notify_one();
  }

  void run_until(const bool& done) {
    while (!done) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !queue_.empty(); });
      const auto handle = queue_.front();
      queue_.pop_front();
      lock.unlock();
      handle.resume();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::coroutine_handle<>> queue_;
};

/// The result of `task`, waited for on this thread.
template <class T>
T run_blocking(Task<T> task) {
  BlockingExecutor executor;
  Executor* const outer = std::exchange(Executor::current(), &executor);
  bool done = false;
  std::optional<T> value;
  std::exception_ptr failure;
  const auto body = [](Task<T> owned, bool& finished, std::optional<T>& out,
                       std::exception_ptr& error) -> task_detail::Detached {
    try {
      out.emplace(co_await std::move(owned));
    } catch (...) {
      error = std::current_exception();
    }
    finished = true;
  };
  body(std::move(task), done, value, failure);
  executor.run_until(done);
  Executor::current() = outer;
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

}  // namespace signet
