#pragma once
// What is checked of an authorization request, in which order, at which endpoint: one table, printed by a test.

#include <span>

#include "oauth/fapi2_security.h"
#include "server/issuer.h"

namespace signet::server {

using oauth::RequestChannel;

/// One rule of the table. `pushed` and `front` are its columns.
struct RequestRule {
  std::string_view name;
  bool pushed;
  bool front;
  Result<void> (*check)(const oauth::AuthorizationRequest&, RequestChannel, const oauth::ClientMetadata&,
                        const Issuer&);
  std::string_view spec;
};

[[nodiscard]] std::span<const RequestRule> authorization_request_rules();

/// Takes `offline_access` out of the request of a client that may not refresh: nobody is asked to allow what gives
/// nothing. Spec: OIDC-11
void ignore_idle_scope(oauth::AuthorizationRequest& request, const oauth::ClientMetadata& client);

/// Is the redirect URI, which was selected when the request came, still one of the client? What fails here must not be
/// redirected. Fails: InvalidRequest, InvalidRedirectUri
[[nodiscard]] Result<void> check_destination(const Issuer& issuer, const oauth::ClientMetadata& client,
                                             const oauth::AuthorizationRequest& request, RequestChannel channel);

/// Takes out what the issuer does not offer, where its profile ignores that: before the rules, which then see the rest.
/// A request for nothing else stays as it is and is refused by them. Spec: OIDC-3.1.2.1
void ignore_unknown_scopes(const Issuer& issuer, oauth::AuthorizationRequest& request);

/// Runs the rules of the channel in order and returns the first refusal. The redirect URI must have been selected
/// before.
[[nodiscard]] Result<void> check_authorization_request(const Issuer& issuer, const oauth::ClientMetadata& client,
                                                       const oauth::AuthorizationRequest& request,
                                                       RequestChannel channel);

}  // namespace signet::server
