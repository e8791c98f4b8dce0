#pragma once
// One core's share of the server: its io_context, its acceptors, its sessions and the coarse timer that sweeps them.
//
// The scheduler keeps its lock, because other threads post to it (the database writer, the thread pools); the reactor's
// I/O locks are off, so sockets and timers are touched by the owning thread only.

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>

#include "base/log.h"
#include "net/proxy.h"
#include "net/response_writer.h"
#include "net/server.h"
#include "net/timed_executor.h"

namespace signet::net {

namespace asio = boost::asio;
using IoExecutor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, IoExecutor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, IoExecutor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;
using Moment = std::chrono::steady_clock::time_point;

class Session;

/// A listener as all threads see it.
struct Listener {
  ListenerOptions options;
  ProxyTrust trust;
  asio::ip::tcp::endpoint endpoint;
};

struct ServerEnvironment {
  const ServerLimits& limits;
  const Clock& clock;
  const Log& log;
};

class IoThread final : public TimedExecutor {
 public:
  explicit IoThread(ServerEnvironment environment);
  ~IoThread() override;

  // Thread: any
  void post(std::coroutine_handle<> handle) override;
  bool post_all(std::span<const std::coroutine_handle<>> handles, IdleListener* listener) override;
  // Own thread
  void call_after(Duration delay, std::function<void()> what) override;
  [[nodiscard]] bool tell_when_idle(IdleListener& listener) override;

  /// Before `run`.
  [[nodiscard]] boost::system::error_code listen(const Listener& listener);
  /// The thread's body: returns after `halt`.
  void run();

  // Thread: any
  /// No new connections; idle ones are closed, busy ones after their answer.
  void drain();
  /// Ends every wait on a socket.
  void abort();
  void halt() { context_.stop(); }
  [[nodiscard]] Server::Counters counters() const;
  [[nodiscard]] std::uint64_t open() const { return open_.load(std::memory_order_acquire); }

  // For the sessions of this thread.
  [[nodiscard]] const ServerEnvironment& environment() const { return environment_; }
  [[nodiscard]] bool is_draining() const { return is_draining_; }
  [[nodiscard]] std::string_view date_line() { return date_line_.at(environment_.clock.now()); }
  void count_request() { requests_.fetch_add(1, std::memory_order_relaxed); }
  void count_refusal() { refused_.fetch_add(1, std::memory_order_relaxed); }
  void add(Session& session);
  void remove(Session& session);

 private:
  struct Accepting {
    const Listener& listener;
    Acceptor acceptor;
    Timer pause;
  };

  void accept(Accepting& accepting);
  void on_accept(Accepting& accepting, const boost::system::error_code& error, Socket socket);
  void run_until_idle();
  void tell_idle();
  void schedule_sweep();
  void sweep();

  ServerEnvironment environment_;
  asio::io_context context_;
  asio::executor_work_guard<IoExecutor> keep_running_;
  Timer sweep_timer_;
  Duration sweep_interval_;
  std::list<Accepting> accepting_;
  std::vector<Session*> sessions_;
  DateLine date_line_;
  bool is_draining_ = false;
  std::vector<IdleListener*> idle_listeners_;  ///< each once
  Moment waiting_since_ = {};                  ///< when the first of them began to wait
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> open_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace signet::net
