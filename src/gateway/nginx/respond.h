#pragma once
// Answers of the gateway itself, and the fields it adds to answers of the API.

#include "gateway/nginx/ngx.h"
#include "http/message.h"

namespace signet::nginx {

/// Sends `response` and finishes the request; for the access phase: NGX_DONE.
[[nodiscard]] ngx_int_t respond(ngx_http_request_t* request, const http::Response& response);
/// The same for a content handler: what it has to return.
[[nodiscard]] ngx_int_t send(ngx_http_request_t* request, const http::Response& response);

/// The header filter that adds x-fapi-interaction-id and DPoP-Nonce.
void install_response_filter();

}  // namespace signet::nginx
