#include "server/issue/refresh_token.h"

#include "base/text.h"

namespace signet::server {

bool wants_refresh_token(const oauth::ClientMetadata& client, const std::vector<std::string>& scope) {
  if (!client.may_use_grant("refresh_token")) return false;
  return contains(scope, "offline_access") || !contains(scope, "openid");
}

std::string issue_refresh_token(Exchange& exchange, sql::Batch& batch, const oauth::ClientMetadata& client,
                                std::string_view grant_id, const oauth::SenderConstraint& proven, Instant expires_at,
                                const std::optional<oauth::TokenHash>& predecessor) {
  std::string text = oauth::make_credential(exchange.context.random, expires_at);
  exchange.context.store.refresh_tokens.add_insert(
      batch, {.token_hash = oauth::TokenHash::of(text),
              .issuer = exchange.issuer.id(),
              .client_id = client.client_id,
              .grant_id = std::string(grant_id),
              // RFC9449-5: a confidential client authenticates at every refresh and may come with a new key.
              .confirmation = client.is_public() ? proven : oauth::SenderConstraint{},
              .issued_at = exchange.now,
              .expires_at = expires_at,
              .predecessor = predecessor});
  return text;
}

}  // namespace signet::server
