#pragma once
// Requests that no client made, for questions that nobody's connection may wait for. Such a request does nothing
// itself: it carries one question to an internal location and ends with it.

#include "gateway/nginx/ngx.h"

namespace signet::nginx {

/// What a request of ours takes from a client's: through which server's locations it asks. Lives as long as the
/// configuration.
struct RequestOrigin {
  ngx_http_conf_ctx_t* server = nullptr;
  ngx_http_addr_conf_t* address = nullptr;
  ngx_log_handler_pt describe = nullptr;  ///< adds server and client to lines of the error log
};
[[nodiscard]] RequestOrigin origin_of(const ngx_http_request_t* request);

/// Null: no memory, or no connection of the worker is free. Needs: a question is sent with it in the background, if
/// any, and then it is released.
[[nodiscard]] ngx_http_request_t* begin_own_request(const RequestOrigin& origin);
/// Sets its question going, with whose answer the request ends; without one it ends now.
void release_own_request(ngx_http_request_t* own);

}  // namespace signet::nginx
