#pragma once
// What the server itself knows of an access token: from the store for opaque ones, from its own signature for JWTs.

#include "oauth/introspection_rfc7662.h"
#include "server/context.h"

namespace signet::server {

/// The state of an access token, with its `aud`. Inactive when it is unknown, expired, revoked, or its grant is
/// revoked. Fails: Unavailable
struct KnownToken {
  oauth::IntrospectionResponse response;
  std::string account_id;  ///< empty without a user
  std::string grant_id;
  bool jwt = false;
};
[[nodiscard]] Task<Result<KnownToken>> look_up_access_token(Exchange& exchange, std::string token);

}  // namespace signet::server
