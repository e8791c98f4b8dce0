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

  void call_at(Moment at, std::function<void()> what) {
    const std::scoped_lock lock(mutex_);
    waiting_.push({at, std::move(what)});
    changed_.notify_one();
  }

 private:
  struct Call {
    Moment at;
    std::function<void()> what;
    bool operator<(const Call& other) const { return at > other.at; }  // the earliest on top of the queue
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
      } else if (const Call next = waiting_.top(); next.at > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, next.at);
      } else {
        waiting_.pop();
        lock.unlock();
        next.what();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Call> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

struct Sleep {
  Duration delay;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const {
    call_after(delay, [executor = Executor::current(), caller] { executor->post(caller); });
  }
  void await_resume() const noexcept {}
};

}  // namespace

void call_after(Duration delay, std::function<void()> what) {
  if (auto* const timed = dynamic_cast<TimedExecutor*>(Executor::current())) {
    timed->call_after(delay, std::move(what));
  } else {
    HelperThread::instance().call_at(std::chrono::steady_clock::now() + delay, std::move(what));
  }
}

Task<void> sleep_for(Duration delay) {
  co_await Sleep{delay};
}

}  // namespace signet::net
