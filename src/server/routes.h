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
  Anybody,      ///< public documents, the browser's pages
  Client,       ///< a form with client authentication as registered; the endpoint gets both through its Exchange
  Device,       ///< a JWT that the key of a device has signed; the endpoint checks it (devices/device_request.h)
  TokenHolder,  ///< an access token with its proof; the endpoint checks it (userinfo)
  User,         ///< a person, through a browser or through an app, which has proven itself (authn/face.h)
};

using Endpoint = Task<Result<http::Response>> (*)(Exchange& exchange);

struct Route {
  std::string_view methods;  ///< "GET", or "GET POST"
  std::string_view path;     ///< below the issuer's path; a last part of "*" stands for any one part
  bool inserted;  ///< a well-known path that stands before the issuer's path instead of behind it (RFC8414-3.1)
  Endpoint endpoint;
  Caller caller;
  bool cors;
  std::size_t body_limit;  ///< bytes
  bool openid;             ///< there at issuers whose profile is OpenID Connect, and only there
  std::string_view spec;
};

[[nodiscard]] std::span<const Route> routes();

}  // namespace signet::server
