#pragma once
// Clients whose apps drive the login themselves, through the hypermedia authentication API. The names are those that
// clients of its media type use already.

#include "oauth/registration_rfc7591.h"

namespace signet::oauth {

/// The scope of the token with which an app drives a login. It stands alone in its token.
inline constexpr std::string_view kHypermediaScope = "urn:se:curity:scopes:haapi";

/// Is it registered for that: scope, the grant that gives the token, and the one that a login ends with?
[[nodiscard]] bool may_drive_login(const ClientMetadata& client);

/// May a script of `origin` do so in a browser? Its origin is that of a redirect URI or one of `allowed_origins`.
[[nodiscard]] bool is_origin_of(const ClientMetadata& client, std::string_view origin);

}  // namespace signet::oauth
