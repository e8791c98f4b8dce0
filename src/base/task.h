#pragma once
// Task<T>: the house's coroutine. Lazy, awaited once, resumed by symmetric transfer; it knows nothing of Asio.
//
// A coroutine that waits for another thread captures Executor::current() and is resumed there, so one request stays on
// the core that accepted it.

#include <coroutine>
#include <exception>
#include <optional>
#include <span>
#include <utility>

#include "base/frame_pool.h"

namespace signet {

/// Wants to know when a thread has run out of work, so that what can be shared by many requests is done once for all of
/// them.
class IdleListener {
 public:
  /// Thread: that of the executor that was asked
  virtual void on_idle() = 0;

 protected:
  ~IdleListener() = default;
};

/// Where suspended coroutines continue. Each I/O thread owns one; `current()` is the one of the running thread.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Resumes `handle` later on this executor. Thread: any
  virtual void post(std::coroutine_handle<> handle) = 0;
  /// Resumes many with one wake-up. Then, as `tell_when_idle` does, tells `listener` unless that is null or the answer
  /// is false. Thread: any
  virtual bool post_all(std::span<const std::coroutine_handle<>> handles, IdleListener* /*listener*/) {
    for (const auto handle : handles) post(handle);
    return false;
  }
  /// Calls `listener` once, when this executor has nothing left to run, or has run for some milliseconds since. False
  /// when it cannot tell; `listener` then has nothing to wait for. Thread: the executor's own
  [[nodiscard]] virtual bool tell_when_idle(IdleListener& /*listener*/) { return false; }
  /// The executor of this thread, or null outside of one.
  [[nodiscard]] static Executor*& current() {
    thread_local Executor* executor = nullptr;
    return executor;
  }
};

template <class T>
class Task;

namespace task_detail {

struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    const auto next = self.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr failure;
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { release_frame(frame, size); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
        handle.promise().continuation = caller;
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  Handle handle_;
};

namespace task_detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}

/// A coroutine that owns itself: it starts at once and frees its frame when it ends.
struct Detached {
  struct promise_type {
    [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace task_detail

/// Starts `task` now and lets it run to its end without a waiter. An exception that leaves it ends the process: catch
/// inside.
template <class T>
void start_detached(Task<T> task) {
  [](Task<T> owned) -> task_detail::Detached { (void)co_await std::move(owned); }(std::move(task));
}
inline void start_detached(Task<void> task) {
  [](Task<void> owned) -> task_detail::Detached { co_await std::move(owned); }(std::move(task));
}

}  // namespace signet
