#pragma once
// One outgoing request as libcurl sees it: options, callbacks, limits, and the result they leave.

#include <coroutine>
#include <memory>

#include "net/http_client.h"
#include "net/libcurl.h"

namespace signet::net {

/// Lives in the frame of the coroutine that sends it; libcurl points into it until `finish`.
class Transfer {
 public:
  Transfer(OutgoingRequest request, const OutboundPolicy& policy);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Checks what can be known before connecting and makes the handle. Fails: Malformed, Denied, Unavailable
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  void finish(CURLcode code);
  [[nodiscard]] Result<http::Response> take_result() { return std::move(result_); }

  std::coroutine_handle<> caller;
  Executor* executor = nullptr;

 private:
  [[nodiscard]] Result<void> check_request() const;
  [[nodiscard]] Result<void> set_fields();
  void set_method_and_body();
  void set_limits();
  void set_tls();
  [[nodiscard]] Result<http::Response> make_result(CURLcode code);
  std::size_t on_header(std::string_view line);
  std::size_t on_body(std::string_view bytes);
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket_callback(void* self, curlsocktype purpose, curl_sockaddr* address);

  OutgoingRequest request_;
  OutboundPolicy policy_;
  std::unique_ptr<CURL, CurlFree> handle_;
  std::unique_ptr<curl_slist, CurlFree> fields_;
  http::Response response_;
  std::size_t header_bytes_ = 0;
  bool is_denied_ = false;
  bool is_too_large_ = false;
  Result<http::Response> result_ = fail(ErrorCode::Unavailable, "The request was not sent.");
};

}  // namespace signet::net
