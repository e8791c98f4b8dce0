#pragma once
// One HTTP/1.1 connection with blocking calls, made for a server that may be killed at any moment.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signet::crash {

struct Reply {
  int status = 0;
  std::string head = {};
  std::string body = {};

  /// The value of a header field (name in lower case), or empty.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

class Connection {
 public:
  explicit Connection(std::uint16_t port) : port_(port) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends a request and waits for its reply; nothing when the connection broke on the way. Connects when it must.
  [[nodiscard]] std::optional<Reply> exchange(std::string_view request);
  /// The two halves of exchange, so that two connections can have requests under way at once.
  [[nodiscard]] bool send(std::string_view request);
  [[nodiscard]] std::optional<Reply> receive();
  void close();

 private:
  [[nodiscard]] bool connect();
  std::uint16_t port_;
  int socket_ = -1;
};

}  // namespace signet::crash
