#pragma once
// The JWT that stands for a token behind a gateway, so that an API verifies a signature and asks nobody. It is an
// access token by itself: as strong as the binding in its `cnf`, and no more than a bearer token where that has none.
// So it is made only for a resource that the token was issued for, names that resource alone, and ends soon whatever
// the life of the token: a revocation cannot reach it where it is verified. It names the token it stands for, so that
// it is dead with it where this server is asked. Spec: RFC9068-2

#include "oauth/introspection_rfc7662.h"
#include "oauth/token_hash.h"
#include "server/context.h"

namespace signet::server {

/// As long as a signed introspection answer is believed.
inline constexpr Duration kPhantomTokenLifetime = minutes{2};
/// What is said of answers that are to be signed with a key which is gone.
inline constexpr PublicText kIntrospectionAlgorithmGone =
    "The client is registered for an introspection_signed_response_alg that this issuer does not sign with any more.";

/// `token_hash` is that of the token it stands for, `audience` the part of the token's `aud` that the asking resource
/// stands for, `algorithm` the one that it is registered for. Needs: `token` is active.
/// Fails: UnauthorizedClient (no key for `algorithm`), Bug (no audience)
[[nodiscard]] Result<std::string> issue_phantom_token(const Exchange& exchange,
                                                      const oauth::IntrospectionResponse& token,
                                                      const oauth::TokenHash& token_hash,
                                                      std::vector<std::string> audience,
                                                      std::optional<crypto::SignatureAlgorithm> algorithm);

}  // namespace signet::server
