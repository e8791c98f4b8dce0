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

/// Takes out of the request what gives nothing, before the rules, which then see the rest: scopes that the issuer does
/// not offer, where its profile ignores them (a request for nothing else stays as it is and is refused by the rules),
/// and `offline_access` of a client that may not refresh. Spec: OIDC-3.1.2.1, OIDC-11
void take_out_ignored_scopes(const Issuer& issuer, const oauth::ClientMetadata& client,
                             oauth::AuthorizationRequest& request);

/// Is the redirect URI, which was selected when the request came, still one of the client? What fails here must not be
/// redirected. Fails: InvalidRequest
[[nodiscard]] Result<void> check_destination(const Issuer& issuer, const oauth::ClientMetadata& client,
                                             const oauth::AuthorizationRequest& request, RequestChannel channel);

/// Runs the rules of the channel in order and returns the first refusal. The redirect URI must have been selected
/// before.
[[nodiscard]] Result<void> check_authorization_request(const Issuer& issuer, const oauth::ClientMetadata& client,
                                                       const oauth::AuthorizationRequest& request,
                                                       RequestChannel channel);

}  // namespace signet::server
