#include "net/io_thread.h"

#include <sys/socket.h>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>

#include "net/session.h"

namespace signet::net {
namespace {

constexpr Duration kSweepInterval{250};
constexpr Duration kAcceptPause{100};
constexpr Duration kLongestWork{16};  ///< without telling those who wait for an idle moment
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// A quarter of the shortest limit is close enough; a coarse timer is what keeps timeouts free of cost.
Duration sweep_interval_for(const ServerLimits& limits) {
  const Duration shortest = std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout,
                                      limits.write_timeout, limits.handshake_timeout});
  return std::clamp(shortest / 4, Duration{5}, kSweepInterval);
}

}  // namespace

IoThread::IoThread(ServerEnvironment environment)
    : environment_(environment),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      keep_running_(context_.get_executor()),
      sweep_timer_(context_.get_executor()),
      sweep_interval_(sweep_interval_for(environment.limits)) {}

IoThread::~IoThread() = default;

void IoThread::post(std::coroutine_handle<> handle) {
  asio::post(context_, [handle] { handle.resume(); });
}

bool IoThread::post_all(std::span<const std::coroutine_handle<>> handles, IdleListener* listener) {
  asio::post(context_, [this, batch = std::vector(handles.begin(), handles.end()), listener] {
    for (const auto handle : batch) handle.resume();
    if (listener != nullptr) (void)tell_when_idle(*listener);
  });
  return true;
}

void IoThread::call_after(Duration delay, std::function<void()> what) {
  auto timer = std::make_unique<Timer>(context_.get_executor(), delay);
  Timer& waiting = *timer;
  waiting.async_wait([owned = std::move(timer), call = std::move(what)](const boost::system::error_code&) { call(); });
}

bool IoThread::tell_when_idle(IdleListener& listener) {
  if (idle_listeners_.empty()) waiting_since_ = std::chrono::steady_clock::now();
  if (std::ranges::find(idle_listeners_, &listener) == idle_listeners_.end()) idle_listeners_.push_back(&listener);
  return true;
}

void IoThread::tell_idle() {
  for (IdleListener* const listener : idle_listeners_) listener->on_idle();
  idle_listeners_.clear();
}

boost::system::error_code IoThread::listen(const Listener& listener) {
  auto& entry =
      accepting_.emplace_back(Accepting{listener, Acceptor(context_.get_executor()), Timer(context_.get_executor())});
  boost::system::error_code error;
  entry.acceptor.open(listener.endpoint.protocol(), error);
  if (!error) entry.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) entry.acceptor.set_option(ReusePort(true), error);
  if (!error) entry.acceptor.bind(listener.endpoint, error);
  if (!error) entry.acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

void IoThread::run() {
  Executor::current() = this;
  for (auto& accepting : accepting_) accept(accepting);
  schedule_sweep();
  while (!context_.stopped()) {
    try {
      run_until_idle();
      tell_idle();
      context_.run_one();
    } catch (const std::exception& error) {
      // Sessions catch their own; what arrives here (out of memory on accept) must not take the thread away.
      environment_.log.error("io_thread_exception", {{"what", error.what()}});
    }
  }
  Executor::current() = nullptr;
}

void IoThread::run_until_idle() {
  while (context_.poll_one() != 0) {
    if (idle_listeners_.empty()) continue;
    if (std::chrono::steady_clock::now() - waiting_since_ > kLongestWork) tell_idle();
  }
}

void IoThread::accept(Accepting& accepting) {
  accepting.acceptor.async_accept([this, &accepting](const boost::system::error_code& error, Socket socket) {
    on_accept(accepting, error, std::move(socket));
  });
}

void IoThread::on_accept(Accepting& accepting, const boost::system::error_code& error, Socket socket) {
  if (is_draining_ || error == asio::error::operation_aborted) return;
  if (error) {
    // Out of file descriptors, most likely: trying again at once would only burn the core.
    environment_.log.warning("accept_failed",
                             {{"listener", accepting.listener.options.name}, {"detail", error.message()}});
    accepting.pause.expires_after(kAcceptPause);
    accepting.pause.async_wait([this, &accepting](const boost::system::error_code&) {
      if (!is_draining_) accept(accepting);
    });
    return;
  }
  accept(accepting);
  accepted_.fetch_add(1, std::memory_order_relaxed);
  if (sessions_.size() >= environment_.limits.connections_per_thread) return;
  Session::start(*this, accepting.listener, std::move(socket));
}

void IoThread::add(Session& session) {
  session.set_index(sessions_.size());
  sessions_.push_back(&session);
  open_.fetch_add(1, std::memory_order_relaxed);
}

void IoThread::remove(Session& session) {
  Session* const last = sessions_.back();
  sessions_[session.index()] = last;
  last->set_index(session.index());
  sessions_.pop_back();
  open_.fetch_sub(1, std::memory_order_release);
}

void IoThread::schedule_sweep() {
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void IoThread::sweep() {
  const Moment now = std::chrono::steady_clock::now();
  for (Session* const session : sessions_) {
    if (session->deadline() <= now) session->abort();
  }
}

void IoThread::drain() {
  asio::post(context_, [this] {
    is_draining_ = true;
    boost::system::error_code ignored;
    for (auto& accepting : accepting_) {
      accepting.acceptor.close(ignored);
      accepting.pause.cancel();
    }
    for (Session* const session : sessions_) session->close_if_idle();
  });
}

void IoThread::abort() {
  asio::post(context_, [this] {
    for (Session* const session : sessions_) session->abort();
  });
}

Server::Counters IoThread::counters() const {
  return {.accepted = accepted_.load(std::memory_order_relaxed),
          .open = open_.load(std::memory_order_relaxed),
          .requests = requests_.load(std::memory_order_relaxed),
          .refused = refused_.load(std::memory_order_relaxed)};
}

}  // namespace signet::net
