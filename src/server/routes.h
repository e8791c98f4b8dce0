#pragma once
// The route table: method, path, endpoint, who must authenticate, CORS, body limit, spec.

#include <span>
#include <string_view>

#include "base/task.h"
#include "http/message.h"
#include "server/context.h"

namespace signet::server {

/// Who calls an endpoint, checked before the endpoint runs.
enum class Caller {
  Anybody,         ///< public documents, the browser's pages
  Client,          ///< client authentication as registered; the endpoint gets the client
  ResourceServer,  ///< as Client, and the client may introspect
  TokenHolder,     ///< an access token with its proof (userinfo)
};

using Endpoint = Task<Result<http::Response>> (*)(Exchange& exchange);

struct Route {
  std::string_view methods;  ///< "GET", or "GET POST"
  std::string_view path;     ///< below the issuer's path; "{root}/…" paths stand at the origin with the issuer's path appended
  Endpoint endpoint;
  Caller caller;
  bool cors;
  std::size_t body_limit;  ///< bytes
  std::string_view spec;
};

[[nodiscard]] std::span<const Route> routes();

}  // namespace signet::server
