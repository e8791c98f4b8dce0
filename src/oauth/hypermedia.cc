#include "oauth/hypermedia.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace signet::oauth {

bool may_drive_login(const ClientMetadata& client) {
  return contains(client.scope, kHypermediaScope) && client.may_use_grant("client_credentials") &&
         client.may_use_grant("authorization_code") && !client.is_public();
}

bool is_origin_of(const ClientMetadata& client, std::string_view origin) {
  if (contains(client.allowed_origins, origin)) return true;
  return std::ranges::any_of(client.redirect_uris, [&](const std::string& uri) {
    const auto url = parse_url(uri);
    // A private-use scheme has no origin that a script could run in.
    return url && (url->scheme == "https" || url->scheme == "http") && url->origin() == origin;
  });
}

}  // namespace signet::oauth
