#pragma once
// ID tokens with what was asked for and nothing else. Spec: OIDC-2, OIDC-3.1.3.3, OIDC-12.2

#include "oauth/authorization_request.h"
#include "server/context.h"

namespace signet::server {

struct IdTokenOrder {
  const oauth::ClientMetadata& client;
  const oauth::AuthorizationRequest& request;  ///< what asked for it
  std::string subject;
  std::string account_id;
  std::string acr;
  std::vector<std::string> amr;
  Instant authenticated_at;
  bool refreshed = false;  ///< OIDC-12.2: no nonce in an ID token that a refresh gives
};

/// Fails: Bug (no key for id_token_signed_response_alg), Unavailable (account not readable), InvalidGrant (account is
/// gone)
[[nodiscard]] Task<Result<std::string>> issue_id_token(Exchange& exchange, IdTokenOrder order);

}  // namespace signet::server
