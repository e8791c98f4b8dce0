#include "closed_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace signet::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  std::unique_ptr<Wire> wire;
  Script script;
  std::string out;
  std::string in;
  SteadyClock::time_point sent;
  bool waits = false;  ///< for an answer
};

/// The reply at the front of `in` when it is complete. Needs: answers carry Content-Length, as the server's always do.
std::optional<Reply> complete_reply(const std::string& in) {
  const auto end = in.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  Reply reply;
  reply.head = std::string_view(in).substr(0, end + 2);
  const auto length_text = find_header(reply.head, "content-length");
  std::size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  if (in.size() < end + 4 + length) return std::nullopt;
  std::from_chars(in.data() + 9, in.data() + 12, reply.status);
  reply.body = std::string_view(in).substr(end + 4, length);
  return reply;
}

class Loop {
 public:
  Loop(const Endpoint& endpoint, std::vector<Script> scripts)
      : endpoint_(endpoint), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    connections_.reserve(scripts.size());
    for (Script& script : scripts) {
      Connection& connection = connections_.emplace_back();
      connection.script = std::move(script);
      open(connection);
    }
  }
  ~Loop() { ::close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  LoopResult run() {
    const auto start = SteadyClock::now();
    for (Connection& connection : connections_) advance(connection, nullptr);
    epoll_event events[256];
    while (active_ > 0) {
      const int ready = ::epoll_wait(epoll_, events, 256, 30'000);
      if (ready <= 0) die("no answer for 30 seconds");
      for (int i = 0; i < ready; ++i) on_readable(*static_cast<Connection*>(events[i].data.ptr));
    }
    result_.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    std::ranges::sort(result_.latencies_us);
    return std::move(result_);
  }

 private:
  void open(Connection& connection) {
    connection.wire = std::make_unique<Wire>(endpoint_);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.wire->socket(), &event);
  }

  void reopen(Connection& connection) {
    if (!endpoint_.reconnects) die("the server closed a connection");
    ++result_.reconnects;
    open(connection);
  }

  void advance(Connection& connection, const Reply* last) {
    auto next = connection.script(last);
    if (last != nullptr) --active_;
    connection.waits = next.has_value();
    if (!next) return;
    ++active_;
    connection.out = *std::move(next);
    connection.sent = SteadyClock::now();
    // A failure to send shows as a closed connection as well
    (void)connection.wire->send(connection.out);
  }

  void on_closed(Connection& connection) {
    if (!connection.in.empty()) die("the server closed a connection in an answer");
    reopen(connection);
    if (!connection.waits) return;
    ++result_.resent;
    (void)connection.wire->send(connection.out);
  }

  void on_readable(Connection& connection) {
    switch (connection.wire->receive(connection.in)) {
      case Wire::Received::Nothing:
        return;
      case Wire::Received::Closed:
        return on_closed(connection);
      case Wire::Received::Data:
        break;
    }
    const auto reply = complete_reply(connection.in);
    if (!reply) return;
    ++result_.requests;
    const std::chrono::duration<float, std::micro> took = SteadyClock::now() - connection.sent;
    result_.latencies_us.push_back(took.count());
    const std::string kept = std::move(connection.in);  // the views of `reply` point into it
    connection.in.clear();
    if (find_header(reply->head, "connection") == "close") reopen(connection);
    advance(connection, &*reply);
  }

  Endpoint endpoint_;
  int epoll_;
  std::vector<Connection> connections_;
  std::size_t active_ = 0;
  LoopResult result_;
};

}  // namespace

std::string_view find_header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const auto value = line.substr(name.size() + 1);
      return value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  return {};
}

LoopResult run_closed_loop(const Endpoint& endpoint, std::vector<Script> scripts) {
  return Loop(endpoint, std::move(scripts)).run();
}

}  // namespace signet::bench
