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

/// What a part of the issuer itself demands of a token: as its profile has it, for `audience`, with `scope`.
[[nodiscard]] verify::Policy make_own_policy(const Exchange& exchange, std::string audience, std::string_view scope);

/// The answer to a token that is refused, recorded as the refusal of `event`. Spec: RFC6750-3, RFC9449-7.1
[[nodiscard]] http::Response refuse_token(Exchange& exchange, AuditName event, const KnownToken& known,
                                          const verify::Refusal& refusal);

/// `policy` and `exchange` outlive it. Needs: `policy` accepts opaque tokens only, so that JWTs are looked up, too, and
/// their revocation is known.
[[nodiscard]] Task<TokenVerification> verify_token(Exchange& exchange, const verify::Policy& policy,
                                                   verify::Presented presented, AdjustToken adjust = nullptr);

}  // namespace signet::server
