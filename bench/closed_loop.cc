#include "closed_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
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
  int socket = -1;
  Script script;
  std::string out;
  std::string in;
  SteadyClock::time_point sent;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(Connection& connection) {
  connection.sent = SteadyClock::now();
  std::string_view left = connection.out;
  while (!left.empty()) {
    const ssize_t n = ::send(connection.socket, left.data(), left.size(), MSG_NOSIGNAL);
    if (n <= 0) die("send");
    left.remove_prefix(static_cast<std::size_t>(n));
  }
}

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
  Loop(std::uint16_t port, std::vector<Script> scripts) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    connections_.reserve(scripts.size());
    for (Script& script : scripts) {
      Connection& connection = connections_.emplace_back();
      connection.socket = connect_to(port);
      connection.script = std::move(script);
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event);
    }
  }
  ~Loop() {
    for (const Connection& connection : connections_) ::close(connection.socket);
    ::close(epoll_);
  }
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
  void advance(Connection& connection, const Reply* last) {
    auto next = connection.script(last);
    if (last != nullptr) --active_;
    if (!next) return;
    ++active_;
    connection.out = *std::move(next);
    connection.in.clear();
    send_all(connection);
  }

  void on_readable(Connection& connection) {
    char buffer[32 * 1024];
    const ssize_t n = ::recv(connection.socket, buffer, sizeof buffer, 0);
    if (n <= 0) die("the server closed a connection");
    connection.in.append(buffer, static_cast<std::size_t>(n));
    const auto reply = complete_reply(connection.in);
    if (!reply) return;
    ++result_.requests;
    const std::chrono::duration<float, std::micro> took = SteadyClock::now() - connection.sent;
    result_.latencies_us.push_back(took.count());
    const std::string kept = std::move(connection.in);  // the views of `reply` point into it
    connection.in.clear();
    advance(connection, &*reply);
  }

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

LoopResult run_closed_loop(std::uint16_t port, std::vector<Script> scripts) {
  return Loop(port, std::move(scripts)).run();
}

}  // namespace signet::bench
