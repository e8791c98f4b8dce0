#pragma once
// The name of an access token in its `jti`, and in it the grant that the token hangs on: whoever holds the name can
// tell that a revoked grant took the token along. Spec: RFC9068-2.2

#include <string>
#include <string_view>

#include "oauth/token_hash.h"

namespace signet::oauth {

/// "<grant_id>.<unique>", or `unique` alone for a token without a grant.
[[nodiscard]] std::string make_access_token_jti(std::string_view grant_id, std::string_view unique);
/// The same for an opaque token, which has no `jti` of its own: 22 characters of its hash, so that every answer about
/// the token gives it the same name.
[[nodiscard]] std::string make_access_token_jti(std::string_view grant_id, const TokenHash& token_hash);

/// The grant inside a `jti`; empty when it has none.
[[nodiscard]] std::string_view grant_of_jti(std::string_view jti);

}  // namespace signet::oauth
