#pragma once
// What the server itself knows of an access token: from the store for opaque ones, from its own signature for JWTs.

#include "oauth/introspection_rfc7662.h"
#include "oauth/token_hash.h"
#include "server/context.h"

namespace signet::server {

/// The state of an access token, with its `aud`. Inactive when it is unknown, expired, revoked, or its grant is
/// revoked. Fails: Unavailable
struct KnownToken {
  oauth::IntrospectionResponse response;
  std::string account_id;  ///< empty without a user
  std::string grant_id;
  std::optional<oauth::TokenHash> token_hash;  ///< of an active token; of a phantom token: of the token it stands for
  bool jwt = false;
};
[[nodiscard]] Task<Result<KnownToken>> look_up_access_token(Exchange& exchange, std::string token);

}  // namespace signet::server
