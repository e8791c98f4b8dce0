#pragma once
// Bytes to requests, one at a time, without sockets: Beast's parser between the checks of request_check.h.

#include <memory>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "net/limits.h"
#include "net/request_check.h"

namespace signet::net {

class RequestParser {
 public:
  enum class State { Header, Body, Done, Refused };

  /// `limits` must outlive the parser.
  explicit RequestParser(const ServerLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Makes ready for the next request.
  void reset();
  /// Consumes from the front of `bytes` and returns how many. What was not consumed must be presented again, with more
  /// behind it, until the state is Done (the rest belongs to the next request) or Refused.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const;
  /// Set in state Refused.
  [[nodiscard]] const Refusal& refusal() const;
  /// The client waits for 100 (Continue) before it sends the body. Valid from state Body on.
  [[nodiscard]] bool expects_continue() const;
  /// The client allows another request on this connection. Valid from state Done on.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http11() const;
  /// The request, in state Done; without its body also in state Refused when that is what is too large (413).
  [[nodiscard]] http::Request take_request();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::net
