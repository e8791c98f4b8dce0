#pragma once
// Blocking work off the I/O threads: a named pool with a bounded queue. A full queue is refused at once.

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"

namespace signet::net {

class ThreadPool {
 public:
  ThreadPool(std::string name, unsigned threads, std::size_t queue_limit);
  ~ThreadPool();  ///< finishes what was accepted
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs `work` on the pool; the caller continues on its own executor. Fails: Overloaded when the queue is full.
  template <class Work>
  [[nodiscard]] auto run(Work work) -> Task<Result<std::invoke_result_t<Work&>>> {
    using Value = std::invoke_result_t<Work&>;
    std::optional<Value> value;
    std::function<void()> job = [&value, &work] { value.emplace(work()); };
    const bool accepted = co_await Hop{*this, job};
    if (!accepted) co_return fail(ErrorCode::Overloaded, "The server is busy, try again shortly.", name_ + " queue is full");
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
