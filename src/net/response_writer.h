#pragma once
// Responses to bytes: framing is the server's alone, and a field that would break it is a bug of the handler.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"

namespace signet::net {

/// The Date field line, made once a second.
class DateLine {
 public:
  /// "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n"
  [[nodiscard]] std::string_view at(Instant now);

 private:
  std::int64_t second_ = -1;
  std::string line_;
};

struct ResponseFraming {
  bool keep_alive = true;
  bool is_http11 = true;
  bool omit_body = false;  ///< the answer to HEAD: the length is told, the body is not sent
};

/// True when no field name or value can break out of its line and the status is a final one.
[[nodiscard]] bool is_safe_to_send(const http::Response& response);
/// True when the handler asked for the connection to be closed.
[[nodiscard]] bool wants_close(const http::Response& response);

/// Appends head and body. Content-Length, Transfer-Encoding, Connection and Date of the handler are replaced by ours.
void append_response(std::string& out, const http::Response& response, ResponseFraming framing,
                     std::string_view date_line);

}  // namespace signet::net
