#pragma once
// The HTTP server: one io_context and one acceptor per core (SO_REUSEPORT), strict HTTP/1.1, TLS by listener.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/task.h"
#include "http/message.h"
#include "net/limits.h"
#include "net/tls.h"

namespace signet::net {

/// Answers one request. It runs on the I/O thread that owns the connection and must not block. `request` lives until
/// the answer. An exception that leaves it becomes a 500 with an incident id in the log.
using Handler = std::function<Task<http::Response>(const http::Request& request)>;

/// Says in its own way what the server would say in JSON: that the body of a request is too large (413; the request
/// comes without it), or that its handler has failed (500). `incident` is what the log calls the failure. Nothing: the
/// server says it.
using RefusalHandler = std::function<Task<std::optional<http::Response>>(const http::Request& request, int status,
                                                                         std::string_view incident)>;

/// A proxy whose forwarded client certificate (RFC 9440 `Client-Cert`), client address (`X-Forwarded-For`) and scheme
/// (`X-Forwarded-Proto`) are believed. From any other peer these fields are removed before the handler sees the
/// request.
struct TrustedProxies {
  std::vector<std::string> networks = {};  ///< CIDR, for example "10.0.0.0/8" or "127.0.0.1/32"
};

struct ListenerOptions {
  std::string name = {};
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                            ///< 0 takes a free port (tests); see Server::port
  std::shared_ptr<const TlsServerContext> tls = {};  ///< null: plain HTTP
  TrustedProxies proxies = {};
  Handler handler = {};
  RefusalHandler refusal_handler = {};
};

struct ServerOptions {
  std::vector<ListenerOptions> listeners = {};
  unsigned threads = 0;  ///< 0: one per core
  ServerLimits limits = {};
};

class Server {
 public:
  Server(ServerOptions options, const Clock& clock, const Log& log);
  ~Server();  ///< stops when still running
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds all listeners and starts the threads. Fails: Unavailable; the public text says "port in use" where that is
  /// the reason, the detail names the address.
  [[nodiscard]] Result<void> start();
  /// Stops accepting, lets running requests finish (at most `grace`), closes the rest, joins the threads.
  void stop(Duration grace = seconds{5});
  /// The port a listener really has.
  [[nodiscard]] std::uint16_t port(std::string_view listener) const;

  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t open = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< malformed requests answered by the server itself
  };
  [[nodiscard]] Counters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::net
