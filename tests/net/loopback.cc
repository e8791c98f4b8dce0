#include "net/loopback.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/text.h"

namespace signet::test {
namespace {

constexpr Duration kPatience{5000};

Task<http::Response> echo(const http::Request& request) {
  http::Response response;
  response.fields.add("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " + request.body;
  co_return response;
}

}  // namespace

Handler make_echo_handler() {
  return echo;
}

LogLines::LogLines()
    : log_(LogLevel::Debug, [this](std::string_view line) {
        const std::scoped_lock lock(mutex_);
        text_ += line;
      }) {}

std::string LogLines::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

LoopbackServer::LoopbackServer(LoopbackOptions options) : tls_(options.tls != nullptr) {
  net::ServerOptions server_options;
  server_options.threads = options.threads;
  server_options.limits = options.limits;
  server_options.listeners.push_back({.name = "test",
                                      .address = options.address,
                                      .port = 0,
                                      .tls = options.tls,
                                      .proxies = {options.proxies},
                                      .handler = options.handler,
                                      .refusal_handler = options.refusal_handler});
  server_ = std::make_unique<net::Server>(std::move(server_options), clock_, lines_.log());
  const auto started = server_->start();
  EXPECT_TRUE(started) << started.error().detail;
}

std::string LoopbackServer::url(std::string_view path) const {
  return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port()) + std::string(path);
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(0, ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

RawClient::~RawClient() {
  ::close(socket_);
}

RawClient& RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return *this;
}

void RawClient::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool RawClient::wait_readable(Duration at_most) const {
  pollfd entry{.fd = socket_, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>(at_most.count())) > 0;
}

bool RawClient::read_more() {
  if (!wait_readable(kPatience)) {
    ADD_FAILURE() << "the server said nothing; so far: " << buffer_;
    return false;
  }
  std::array<char, 65536> bytes;
  const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawClient::read_all() {
  while (read_more()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawClient::read_response(bool has_body) {
  constexpr std::string_view kLength = "Content-Length: ";
  while (buffer_.find("\r\n\r\n") == std::string::npos) {
    if (!read_more()) return std::exchange(buffer_, {});
  }
  std::size_t size = buffer_.find("\r\n\r\n") + 4;
  const auto at = buffer_.find(kLength);
  if (has_body && at < size) {
    const auto end = buffer_.find('\r', at);
    size += parse_decimal(std::string_view(buffer_).substr(at + kLength.size(), end - at - kLength.size())).value_or(0);
  }
  while (buffer_.size() < size && read_more()) {
  }
  const std::string response = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return response;
}

bool RawClient::is_closed_within(Duration at_most) {
  if (!wait_readable(at_most)) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) <= 0;
}

bool RawClient::is_quiet_for(Duration time) {
  return !wait_readable(time);
}

std::string ask(std::uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  client.end_sending();
  return client.read_all();
}

int status_of(std::string_view text) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (!text.starts_with(kVersion)) return 0;
  return static_cast<int>(parse_decimal(text.substr(kVersion.size(), 3)).value_or(0));
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(Duration{5});
  }
  return true;
}

}  // namespace signet::test
