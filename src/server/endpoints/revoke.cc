// A client gives a token back. An unknown token, or one of another client, is answered like a revoked one. Spec:
// RFC7009-2
#include "oauth/revocation_rfc7009.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"
#include "server/token_lookup.h"

namespace signet::server {
namespace {

void audit_revocation(Exchange& exchange, sql::Batch& batch, std::string_view kind, std::string_view grant_id) {
  exchange.context.metrics.count(Metrics::Counter::Revocations);
  AuditEvent("token.revoked", "granted")
      .client(exchange.client_id)
      .text("kind", kind)
      .text("grant_id", grant_id)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

/// RFC7009-2.1: with a refresh token goes everything its grant gave.
Task<Result<bool>> revoke_refresh_token(Exchange& exchange, sql::Batch& batch, const std::string& token) {
  CO_TRY_ASSIGN(const auto found, co_await exchange.context.store.refresh_tokens.find(oauth::TokenHash::of(token)));
  const bool own =
      found && found->token.issuer == exchange.issuer.id() && found->token.client_id == exchange.client().client_id;
  if (!own) co_return false;
  exchange.context.store.grants.add_revoke(batch, found->token.grant_id, exchange.now);
  audit_revocation(exchange, batch, "refresh_token", found->token.grant_id);
  co_return true;
}

Task<Result<bool>> revoke_access_token(Exchange& exchange, sql::Batch& batch, const std::string& token) {
  CO_TRY_ASSIGN(const KnownToken known, co_await look_up_access_token(exchange, token));
  if (!known.response.active || known.response.client_id != exchange.client().client_id) co_return false;
  const oauth::TokenHash& hash = *known.token_hash;
  if (known.jwt) {
    // A phantom token ends before the JWT that it stands for
    const bool is_phantom = hash != oauth::TokenHash::of(token);
    const Instant end = is_phantom ? exchange.now + store::kRevocationMemory : *known.response.exp;
    exchange.context.store.revoked_tokens.add_insert(batch, hash, exchange.issuer.id(), end, exchange.now);
  } else {
    exchange.context.store.access_tokens.add_revoke(batch, hash, exchange.now);
  }
  audit_revocation(exchange, batch, "access_token", known.grant_id);
  co_return true;
}

}  // namespace

Task<Result<http::Response>> revoke(Exchange& exchange) {
  CO_TRY_ASSIGN(const oauth::TokenQuery query, oauth::parse_revocation_request(exchange.form));
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  sql::Batch batch;
  CO_TRY_ASSIGN(const bool was_refresh_token, co_await revoke_refresh_token(exchange, batch, query.token));
  if (!was_refresh_token) {
    CO_TRY(co_await revoke_access_token(exchange, batch, query.token));
  }
  if (!batch.empty()) {
    CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  }
  // RFC7009-2.2: an unknown token is as good as revoked, and nobody learns which it was
  co_return http::Response{.status = 200, .fields = {}, .body = {}};
}

}  // namespace signet::server
