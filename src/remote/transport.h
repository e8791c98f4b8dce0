#pragma once
// The seam through which requests leave the process: libcurl in programs, an authorization server in memory in tests.

#include "net/http_client.h"

namespace signet::remote {

class Transport {
 public:
  virtual ~Transport() = default;
  /// The response, whatever its status; redirects are returned, never followed. Fails: as net::HttpClient::send
  /// Thread: any
  [[nodiscard]] virtual Task<Result<http::Response>> send(net::OutgoingRequest request) = 0;
};

/// The network. Needs: `client` outlives it
class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(net::HttpClient& client) : client_(client) {}
  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest request) override {
    return client_.send(std::move(request));
  }

 private:
  net::HttpClient& client_;
};

}  // namespace signet::remote
