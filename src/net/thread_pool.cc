#include "net/thread_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace signet::net {
namespace {

/// Nobody is surprised to wait for a password or a mail: where there are too few cores, the I/O threads go first.
void step_back() {
  constexpr int kNice =
      19;  // measured: at 10 a hash still takes a tenth of a busy core, which the token endpoint feels
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace

struct ThreadPool::Impl {
  struct Entry {
    std::function<void()>* job;
    std::coroutine_handle<> caller;
    Executor* executor;
  };

  explicit Impl(std::size_t limit) : queue_limit(limit) {}

  void work() {
    step_back();
    std::unique_lock lock(mutex);
    while (true) {
      filled.wait(lock, [this] { return !queue.empty() || is_stopping; });
      if (queue.empty()) return;
      const Entry entry = queue.front();
      queue.pop_front();
      lock.unlock();
      (*entry.job)();
      entry.executor->post(entry.caller);
      lock.lock();
    }
  }

  const std::size_t queue_limit;
  mutable std::mutex mutex;
  std::condition_variable filled;
  std::deque<Entry> queue;
  bool is_stopping = false;
  std::vector<std::thread> threads;
};

ThreadPool::ThreadPool(std::string name, unsigned threads, std::size_t queue_limit)
    : name_(std::move(name)), impl_(std::make_unique<Impl>(queue_limit)) {
  for (unsigned i = 0; i < std::max(1U, threads); ++i) impl_->threads.emplace_back([this] { impl_->work(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->filled.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

std::size_t ThreadPool::queued() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->queue.size();
}

bool ThreadPool::Hop::await_suspend(std::coroutine_handle<> caller) {
  Impl& impl = *pool.impl_;
  const std::scoped_lock lock(impl.mutex);
  if (impl.queue.size() >= impl.queue_limit || impl.is_stopping) return false;
  accepted = true;
  impl.queue.push_back({&job, caller, Executor::current()});
  impl.filled.notify_one();
  return true;
}

}  // namespace signet::net
