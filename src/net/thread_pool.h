#pragma once
// Blocking work off the I/O threads: a named pool with a bounded queue. A full queue is refused at once.

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "base/result.h"
#include "base/task.h"

namespace signet::net {

class ThreadPool {
 public:
  ThreadPool(std::string name, unsigned threads, std::size_t queue_limit);
  ~ThreadPool();  ///< finishes what was accepted
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs `work` on the pool; the caller continues on its own executor, which it must have. An exception of `work` is
  /// thrown again there. Fails: Overloaded when the queue is full.
  template <class Work>
  [[nodiscard]] auto run(Work work) -> Task<Result<std::invoke_result_t<Work&>>> {
    using Value = std::invoke_result_t<Work&>;
    std::optional<Value> value;
    std::exception_ptr failure;
    std::function<void()> job = [&value, &failure, &work] {
      try {
        value.emplace(work());
      } catch (...) {
        failure = std::current_exception();
      }
    };
    const bool accepted = co_await Hop{*this, job};
    if (!accepted)
      co_return fail(ErrorCode::Overloaded, "The server is busy, try again shortly.", name_ + " queue is full");
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*value);
  }

  [[nodiscard]] std::size_t queued() const;

 private:
  struct Hop {
    ThreadPool& pool;
    std::function<void()>& job;
    bool accepted = false;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> caller);
    [[nodiscard]] bool await_resume() const noexcept { return accepted; }
  };
  struct Impl;
  std::string name_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::net
