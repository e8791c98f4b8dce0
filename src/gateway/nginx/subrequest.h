#pragma once
// Questions to the authorization server through an internal location, so that connections, TLS and pooling are nginx's
// own. Method, header and body are made here; nothing the client sent goes with them.

#include <functional>
#include <string>

#include "gateway/nginx/ngx.h"

namespace signet::nginx {

struct Question {
  std::string_view uri;     ///< of the internal location
  std::string_view accept;  ///< media type
  std::string form;         ///< body of a POST; empty: GET
  bool background = false;  ///< the request goes on meanwhile
};

struct ServerAnswer {
  int status = 0;          ///< nginx's own 502 or 504 when the server could not be reached
  bool abandoned = false;  ///< the client went away, and the question with it: somebody else has to ask
  std::string content_type;
  std::string cache_control;
  std::string body;  ///< empty when it was too large, and then the status is 502
};

/// Sends the question; `on_answer` is called once, unless the worker is stopped before. False: out of memory, nothing
/// was sent
[[nodiscard]] bool send_question(ngx_http_request_t* request, Question question,
                                 std::function<void(ServerAnswer)> on_answer);

/// Header and body filters that catch the answers.
void install_answer_filters();
/// Is it one of our questions rather than a client's request?
[[nodiscard]] bool is_question(const ngx_http_request_t* request);

}  // namespace signet::nginx
