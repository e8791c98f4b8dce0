#include "server/issue/access_token.h"

#include <algorithm>

#include "oauth/access_token_jti.h"
#include "oauth/core_openid.h"
#include "oauth/jwt_access_token_rfc9068.h"

namespace signet::server {
namespace {

Result<void> check_binding(const Exchange& exchange, const AccessTokenOrder& order,
                           const oauth::SenderConstraint& constraint) {
  // The one line that lets a bearer token exist: neither the profile nor the client asks for a binding.
  const bool bearer_allowed =
      !exchange.issuer.profile().require_sender_constraint && !order.client.wants_bound_tokens();
  if (constraint.is_bound() || bearer_allowed) return {};
  return fail(ErrorCode::Bug, "internal error", "access token without a binding");
}

Instant end_of(const Exchange& exchange, const AccessTokenOrder& order) {
  const Instant end = exchange.now + exchange.issuer.config().access_token_lifetime;
  return order.grant_ends ? std::min(end, *order.grant_ends) : end;
}

Result<std::string> sign_jwt(Exchange& exchange, const AccessTokenOrder& order,
                             const oauth::SenderConstraint& constraint) {
  const auto keys = exchange.issuer.keys();
  TRY_ASSIGN(const jose::Signer* signer,
             exchange.issuer.choose_signer(*keys, order.client.access_token_signed_response_alg,
                                           "The client is registered for an access_token_signed_response_alg that this "
                                           "issuer does not sign with any more."));
  const oauth::JwtAccessToken token{
      .iss = exchange.issuer.url(),
      .sub = order.subject,
      .aud = order.audience,
      .client_id = order.client.client_id,
      .exp = end_of(exchange, order),
      .iat = exchange.now,
      .jti = oauth::make_access_token_jti(order.grant_id, make_random_id(exchange.context.random)),
      .scope = order.scope,
      .acr = order.acr,
      .amr = order.amr,
      .auth_time = order.authenticated_at,
      .cnf = constraint,
      .authorization_details = order.authorization_details};
  return jose::sign_jws(*signer, oauth::kAccessTokenTyp, oauth::render_access_token_claims(token));
}

store::AccessTokenRecord make_record(const Exchange& exchange, const AccessTokenOrder& order,
                                     const oauth::SenderConstraint& constraint, std::string_view text) {
  return {.token_hash = oauth::TokenHash::of(text),
          .issuer = exchange.issuer.id(),
          .client_id = order.client.client_id,
          .account_id = order.account_id,
          .grant_id = order.grant_id,
          .subject = order.subject,
          .scope = order.scope,
          .audience = order.audience,
          .authorization_details = order.authorization_details,
          .confirmation = constraint,
          .issued_at = exchange.now,
          .expires_at = end_of(exchange, order)};
}

}  // namespace

Result<AccessToken> issue_access_token(Exchange& exchange, sql::Batch& batch, const AccessTokenOrder& order,
                                       const oauth::SenderConstraint& constraint) {
  TRY(check_binding(exchange, order, constraint));
  std::string text;
  if (order.client.access_token_format == oauth::AccessTokenFormat::Jwt) {
    TRY_ASSIGN(text, sign_jwt(exchange, order, constraint));
  } else {
    text = oauth::make_credential(exchange.context.random, end_of(exchange, order));
    exchange.context.store.access_tokens.add_insert(batch, make_record(exchange, order, constraint, text));
  }
  exchange.context.metrics.count(Metrics::Counter::TokensIssued);
  return AccessToken(std::move(text), constraint.token_type(), end_of(exchange, order) - exchange.now);
}

Result<std::string> subject_for(const Exchange& exchange, const oauth::ClientMetadata& client,
                                std::string_view account_id) {
  if (client.subject_type == oauth::SubjectType::Public) return std::string(account_id);
  TRY_ASSIGN(const std::string sector, oauth::sector_of(client));
  return oauth::make_pairwise_subject(exchange.context.pairwise_salt, sector, account_id);
}

}  // namespace signet::server
