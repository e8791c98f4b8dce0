#include "net/timer.h"

#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

#include "net/timed_executor.h"

namespace signet::net {
namespace {

using Moment = std::chrono::steady_clock::time_point;

/// Waits for callers that have no I/O thread (command-line programs, tests). One for the process.
class HelperThread {
 public:
  static HelperThread& instance() {
    static HelperThread helper;
    return helper;
  }

  void resume_at(Moment at, std::coroutine_handle<> handle, Executor* executor) {
    const std::scoped_lock lock(mutex_);
    waiting_.push({at, handle, executor});
    changed_.notify_one();
  }

 private:
  struct Sleeper {
    Moment at;
    std::coroutine_handle<> handle;
    Executor* executor;
    bool operator<(const Sleeper& other) const { return at > other.at; }  // the earliest on top of the queue
  };

  HelperThread() : thread_([this] { run(); }) {}
  ~HelperThread() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (waiting_.empty()) {
        changed_.wait(lock);
      } else if (const Sleeper next = waiting_.top(); next.at > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, next.at);
      } else {
        waiting_.pop();
        lock.unlock();
        next.executor->post(next.handle);
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Sleeper> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

struct Sleep {
  Duration delay;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const {
    Executor* const executor = Executor::current();
    if (auto* const timed = dynamic_cast<TimedExecutor*>(executor)) {
      timed->resume_after(delay, caller);
    } else {
      HelperThread::instance().resume_at(std::chrono::steady_clock::now() + delay, caller, executor);
    }
  }
  void await_resume() const noexcept {}
};

}  // namespace

Task<void> sleep_for(Duration delay) {
  co_await Sleep{delay};
}

}  // namespace signet::net
