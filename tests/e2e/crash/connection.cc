#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>

namespace signet::crash {
namespace {

constexpr timeval kPatience{.tv_sec = 20, .tv_usec = 0};

std::string_view trim(std::string_view text) {
  const auto start = text.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

template <class Number>
Number parse_number(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string_view Reply::field(std::string_view name) const {
  for (std::string_view left = head; !left.empty();) {
    const auto end = left.find("\r\n");
    const std::string_view line = left.substr(0, end);
    const bool is_it = line.size() > name.size() && line[name.size()] == ':' &&
                       ::strncasecmp(line.data(), name.data(), name.size()) == 0;
    if (is_it) return trim(line.substr(name.size() + 1));
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 2);
  }
  return {};
}

bool Connection::connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close();
    return false;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  return true;
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool Connection::send(std::string_view request) {
  if (socket_ < 0 && !connect()) return false;
  while (!request.empty()) {
    const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      close();
      return false;
    }
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<Reply> Connection::receive() {
  std::string in;
  char buffer[16 * 1024];
  while (true) {
    const auto end = in.find("\r\n\r\n");
    if (end != std::string::npos) {
      Reply reply{.head = in.substr(0, end + 2)};
      const auto length = parse_number<std::size_t>(reply.field("content-length"));
      if (in.size() >= end + 4 + length) {
        reply.status = parse_number<int>(std::string_view(in).substr(9, 3));
        reply.body = in.substr(end + 4, length);
        return reply;
      }
    }
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) {
      close();
      return std::nullopt;
    }
    in.append(buffer, static_cast<std::size_t>(count));
  }
}

std::optional<Reply> Connection::exchange(std::string_view request) {
  if (!send(request)) return std::nullopt;
  return receive();
}

}  // namespace signet::crash
