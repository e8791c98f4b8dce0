#pragma once
// A server on a free loopback port and a client that sends raw bytes, so that the tests meet the real sockets.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "net/server.h"

namespace signet::test {

using net::Handler;

/// Answers 200 with "<method> <target> <body>".
[[nodiscard]] Handler make_echo_handler();

/// Lines of the log, for looking at.
class LogLines {
 public:
  LogLines();
  [[nodiscard]] const Log& log() const { return log_; }
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
  Log log_;
};

struct LoopbackOptions {
  Handler handler = make_echo_handler();
  net::RefusalHandler refusal_handler = {};
  net::ServerLimits limits = {};
  std::shared_ptr<const net::TlsServerContext> tls = {};
  std::vector<std::string> proxies = {};
  unsigned threads = 1;
  std::string address = "127.0.0.1";
};

class LoopbackServer {
 public:
  explicit LoopbackServer(LoopbackOptions options = {});
  [[nodiscard]] std::uint16_t port() const { return server_->port("test"); }
  [[nodiscard]] net::Server& server() { return *server_; }
  [[nodiscard]] std::string log_text() const { return lines_.text(); }
  /// "http://127.0.0.1:<port>" or https.
  [[nodiscard]] std::string url(std::string_view path) const;

 private:
  LogLines lines_;
  SystemClock clock_;
  bool tls_;
  std::unique_ptr<net::Server> server_;
};

/// One blocking connection. Reading gives up after five seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  RawClient& send(std::string_view bytes);
  void end_sending();
  /// Everything up to the end of the connection.
  [[nodiscard]] std::string read_all();
  /// One response: head and, by its Content-Length, body.
  [[nodiscard]] std::string read_response(bool has_body = true);
  /// True when the server closes the connection within `at_most` without sending anything.
  [[nodiscard]] bool is_closed_within(Duration at_most);
  /// True when nothing at all arrives for `time`.
  [[nodiscard]] bool is_quiet_for(Duration time);

 private:
  [[nodiscard]] bool wait_readable(Duration at_most) const;
  bool read_more();
  int socket_;
  std::string buffer_;
};

/// What a server answers to `bytes` until it closes; the client half-closes after sending.
[[nodiscard]] std::string ask(std::uint16_t port, std::string_view bytes);
/// The status code of the first response in `text`, 0 when there is none.
[[nodiscard]] int status_of(std::string_view text);

/// Waits until `condition` holds, at most five seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace signet::test
