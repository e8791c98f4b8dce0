#pragma once
// What a client asked of an API, as the API's gateway tells it. Which of the contracts a gateway speaks is configured
// and never guessed: fields of another contract may have come from the client.
//
//   contract       method of the call       path of the call                        its origin
//   envoy          the request's own        behind /gateway/check/NAME              as configured
//   forward_auth   X-Forwarded-Method       X-Forwarded-Uri                         X-Forwarded-Proto, -Host: must fit
//   auth_request   X-Original-Method        X-Original-URI                          as configured

#include "http/message.h"
#include "server/config.h"

namespace signet::server {

struct OriginalRequest {
  std::string method;
  std::string target;  ///< path and query

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const;
};

/// `rest` is what stands behind the resource's name in the target. Fails: Bug (the gateway asks in a way that is not
/// its contract; the text says how), InvalidRequest (the client called another origin)
[[nodiscard]] Result<OriginalRequest> read_original_request(const ProtectedResourceConfig& resource,
                                                            const http::Request& request, std::string_view rest);

}  // namespace signet::server
