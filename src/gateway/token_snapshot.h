#pragma once
// What is known of a token as one run of bytes, for a cache in memory that several processes share.

#include <string>
#include <string_view>

#include "oauth/introspection_rfc7662.h"
#include "oauth/jwt_access_token_rfc9068.h"

namespace signet::gateway {

/// What the authorization server said of a token, and the JWT in which it said so.
struct KnownToken {
  oauth::IntrospectionResponse response;
  std::string phantom;  ///< compact JWS whose signature was verified; empty when the token is not active
};

/// The claims of a JWT access token in the form of an introspection answer.
[[nodiscard]] oauth::IntrospectionResponse to_introspection(oauth::JwtAccessToken token);

/// Appends the snapshot to `out`. Of `response` everything is kept but `username`, which no gateway needs.
void append_snapshot(std::string& out, const KnownToken& token);
/// Fails: Bug (the bytes are not a snapshot)
[[nodiscard]] Result<KnownToken> parse_snapshot(std::string_view bytes);

}  // namespace signet::gateway
