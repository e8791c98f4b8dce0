#pragma once
// Outgoing HTTP through libcurl: bounded in time and size, no redirects, and no way into private networks unless
// allowed.

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "http/message.h"

namespace signet::net {

struct ClientTls {
  std::string ca_pem = {};           ///< extra trust anchors; empty: the system's
  std::string certificate_pem = {};  ///< client certificate, empty without
  SecretText private_key_pem = {};
};

struct OutgoingRequest {
  std::string method = "GET";
  std::string url = {};
  http::Fields fields = {};
  std::string body = {};
  ClientTls tls = {};
  Duration timeout = seconds{10};
  std::size_t max_response_bytes = 1024 * 1024;
};

/// What addresses may be connected to, checked on the resolved address of every connection (a DNS answer cannot get
/// around it).
struct OutboundPolicy {
  bool allow_private_addresses =
      false;  ///< loopback, RFC 1918, link-local, unique-local, CGNAT, multicast, documentation
  bool allow_plain_http = false;
};

class HttpClient {
 public:
  explicit HttpClient(OutboundPolicy policy);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The response, whatever its status; redirects are returned, never followed. The work runs on the client's own
  /// thread and the caller continues on its own executor. Connections are kept alive between calls with the same TLS
  /// settings. Fails: Unavailable (connect, TLS, reset), Timeout, Denied (address or scheme not allowed), TooLarge
  [[nodiscard]] Task<Result<http::Response>> send(OutgoingRequest request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::net
