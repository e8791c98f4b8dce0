#include "net/server.h"

#include <mutex>
#include <thread>

#include "net/broken_pipe.h"
#include "net/io_thread.h"

namespace signet::net {
namespace {

constexpr Duration kPoll{2};
constexpr Duration kLastWait{1000};

std::string place_of(const ListenerOptions& options) {
  const bool is_v6 = options.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + options.address + "]" : options.address) + ":" + std::to_string(options.port);
}

std::unexpected<Error> fail_to_listen(const ListenerOptions& options, const boost::system::error_code& error) {
  if (error == asio::error::address_in_use)
    return fail(ErrorCode::Unavailable, "The port is in use.", place_of(options));
  return fail(ErrorCode::Unavailable, "The address cannot be listened on.", place_of(options) + ": " + error.message());
}

/// With SO_REUSEPORT a second server on the same port would silently share its connections, so a socket without the
/// option tries first: it fails when anybody listens there. Gives the port, which the system chooses when it is 0.
Result<std::uint16_t> find_free_port(const Listener& listener) {
  asio::io_context context;
  asio::ip::tcp::acceptor probe(context);
  boost::system::error_code error;
  probe.open(listener.endpoint.protocol(), error);
  if (!error) probe.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) probe.bind(listener.endpoint, error);
  if (!error) probe.listen(1, error);
  if (error) return fail_to_listen(listener.options, error);
  return probe.local_endpoint().port();
}

bool wait_for_end(const std::vector<std::unique_ptr<IoThread>>& threads, Duration at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  const auto is_open = [](const std::unique_ptr<IoThread>& thread) { return thread->open() != 0; };
  while (std::ranges::any_of(threads, is_open)) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions given, const Clock& server_clock, const Log& server_log)
      : options(std::move(given)), clock(server_clock), log(server_log) {}

  ServerOptions options;
  const Clock& clock;
  const Log& log;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<IoThread>> io_threads;
  std::vector<std::thread> threads;

  Result<void> prepare_listeners();
  Result<void> bind_all();
  void keep_unfinished();
};

Result<void> Server::Impl::prepare_listeners() {
  for (const auto& listener_options : options.listeners) {
    auto listener = std::make_unique<Listener>(Listener{listener_options, {}, {}});
    TRY_ASSIGN(listener->trust, ProxyTrust::parse(listener_options.proxies.networks));
    boost::system::error_code error;
    const auto address = asio::ip::make_address(listener_options.address, error);
    if (error) return fail_to_listen(listener_options, error);
    listener->endpoint = {address, listener_options.port};
    TRY_ASSIGN(const std::uint16_t port, find_free_port(*listener));
    listener->endpoint.port(port);
    listeners.push_back(std::move(listener));
  }
  return {};
}

Result<void> Server::Impl::bind_all() {
  for (const auto& thread : io_threads) {
    for (const auto& listener : listeners) {
      if (const auto error = thread->listen(*listener)) return fail_to_listen(listener->options, error);
    }
  }
  return {};
}

Server::Server(ServerOptions options, const Clock& clock, const Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), clock, log)) {}

Server::~Server() {
  stop();
}

Result<void> Server::start() {
  ignore_broken_pipes();
  const unsigned wanted = impl_->options.threads;
  const unsigned count = wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  TRY(impl_->prepare_listeners());
  for (unsigned i = 0; i < count; ++i) {
    impl_->io_threads.push_back(
        std::make_unique<IoThread>(ServerEnvironment{impl_->options.limits, impl_->clock, impl_->log}));
  }
  TRY(impl_->bind_all());
  for (const auto& io_thread : impl_->io_threads) impl_->threads.emplace_back([&io_thread] { io_thread->run(); });
  return {};
}

void Server::stop(Duration grace) {
  if (impl_->threads.empty()) return;
  for (const auto& thread : impl_->io_threads) thread->drain();
  bool has_ended = wait_for_end(impl_->io_threads, grace);
  if (!has_ended) {
    for (const auto& thread : impl_->io_threads) thread->abort();
    has_ended = wait_for_end(impl_->io_threads, kLastWait);
  }
  for (const auto& thread : impl_->io_threads) thread->halt();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  if (!has_ended) impl_->keep_unfinished();
}

/// A handler that still waits for another thread will be posted to its executor one day. That must find living memory,
/// even though nobody runs it any more.
void Server::Impl::keep_unfinished() {
  static std::mutex mutex;
  static auto& unfinished = *new std::vector<std::unique_ptr<IoThread>>;
  log.error("server_stopped_with_unfinished_requests");
  const std::scoped_lock lock(mutex);
  std::ranges::move(io_threads, std::back_inserter(unfinished));
  io_threads.clear();
}

std::uint16_t Server::port(std::string_view listener) const {
  for (const auto& candidate : impl_->listeners) {
    if (candidate->options.name == listener) return candidate->endpoint.port();
  }
  return 0;
}

Server::Counters Server::counters() const {
  Counters sum;
  for (const auto& thread : impl_->io_threads) {
    const Counters one = thread->counters();
    sum.accepted += one.accepted;
    sum.open += one.open;
    sum.requests += one.requests;
    sum.refused += one.refused;
  }
  return sum;
}

}  // namespace signet::net
