#pragma once
// Refresh tokens: opaque, stored as hashes, bound to the client; for public clients bound to the DPoP key as well.
// Spec: RFC6749-6, RFC9449-5, FAPI2-SP-FINAL-5.3.2.1

#include "server/context.h"

namespace signet::server {

/// Does this grant come with a refresh token? The client must be registered for it, and an OpenID Connect request must
/// have been granted `offline_access` (OIDC-11).
[[nodiscard]] bool wants_refresh_token(const oauth::ClientMetadata& client, const std::vector<std::string>& scope);

/// Adds the token to the batch and returns its text. `expires_at` is that of the grant: a rotation never extends it.
/// `predecessor` is the token in whose place it comes.
[[nodiscard]] std::string issue_refresh_token(Exchange& exchange, sql::Batch& batch,
                                              const oauth::ClientMetadata& client, std::string_view grant_id,
                                              const oauth::SenderConstraint& proven, Instant expires_at,
                                              const std::optional<oauth::TokenHash>& predecessor = {});

}  // namespace signet::server
