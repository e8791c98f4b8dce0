#pragma once
// The token core over the server's own store: what is asked of an introspection endpoint elsewhere is looked up here,
// and replay is remembered where every node sees it.

#include "server/token_lookup.h"
#include "verify/verification.h"

namespace signet::server {

struct TokenVerification {
  verify::Verdict verdict;
  KnownToken known;  ///< what was looked up, for audit records; of a refused token, too
};

/// What a resource knows better than the store about a token that was found.
using AdjustToken = void (*)(const Exchange& exchange, oauth::IntrospectionResponse& token);

/// `policy` and `exchange` outlive it. Needs: `policy` accepts opaque tokens only, so that JWTs are looked up, too, and
/// their revocation is known.
[[nodiscard]] Task<TokenVerification> verify_token(Exchange& exchange, const verify::Policy& policy,
                                                   verify::Presented presented, AdjustToken adjust = nullptr);

}  // namespace signet::server
