#pragma once
// What the API gets instead of what the client sent.

#include "gateway/nginx/ngx.h"
#include "verify/forwarding.h"

namespace signet::nginx {

struct Forwarding {
  bool keep_authorization = false;
  std::string_view bearer_token;  ///< empty: no Authorization field at all, unless it is kept
  verify::ProvenKeyField proven_key;
  std::string_view interaction_id;
};

/// Rewrites the header of the request. Every field that only a gateway may send, and the DPoP proof, which is used up,
/// are taken away first. False: out of memory
[[nodiscard]] bool forward(ngx_http_request_t* request, const Forwarding& forwarding);

}  // namespace signet::nginx
