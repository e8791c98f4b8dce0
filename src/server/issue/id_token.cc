#include "server/issue/id_token.h"

#include "base/text.h"
#include "oauth/core_openid.h"
#include "server/authn/accounts.h"

namespace signet::server {
namespace {

/// Claims of the account that were requested by name for the ID token; the account is read only when there are any.
Task<Result<json::object>> requested_claims(Exchange& exchange, const IdTokenOrder& order) {
  bool any = false;
  for (const auto& claim : order.request.id_token_claims) {
    any = any || (claim.name != "acr" && claim.name != "auth_time" && claim.name != "sub");
  }
  if (!any) co_return json::object{};
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(order.account_id));
  if (!account) co_return fail(ErrorCode::InvalidGrant, "The user of this grant does not exist any more.");
  CO_TRY_ASSIGN(const json::object claims, authn::claims_of(*account));
  co_return oauth::filter_id_token_claims(claims, order.request.id_token_claims);
}

bool asks_for_acr(const IdTokenOrder& order) {
  return !order.request.acr_values.empty() || !order.client.default_acr_values.empty() ||
         oauth::find_claim(order.request.id_token_claims, "acr") != nullptr;
}

}  // namespace

Task<Result<std::string>> issue_id_token(Exchange& exchange, IdTokenOrder order) {
  const auto keys = exchange.issuer.keys();
  CO_TRY_ASSIGN(const jose::Signer* signer,
                exchange.issuer.choose_signer(*keys, order.client.id_token_signed_response_alg,
                                              "The client is registered for an id_token_signed_response_alg that this "
                                              "issuer does not sign with any more."));
  CO_TRY_ASSIGN(json::object claims, co_await requested_claims(exchange, order));
  oauth::IdToken token{.iss = exchange.issuer.url(),
                       .sub = order.subject,
                       .aud = order.client.client_id,
                       .exp = exchange.now + exchange.issuer.profile().id_token_lifetime,
                       .iat = exchange.now,
                       .auth_time = {},
                       .nonce = {},
                       .acr = {},
                       .amr = {},
                       .at_hash = {},
                       .sid = {},
                       .claims = std::move(claims)};
  if (oauth::asks_for_auth_time(order.request,
                                order.client.require_auth_time || order.client.default_max_age.has_value())) {
    token.auth_time = order.authenticated_at;
  }
  if (!order.refreshed) token.nonce = order.request.nonce;
  if (asks_for_acr(order)) token.acr = order.acr;
  if (oauth::find_claim(order.request.id_token_claims, "amr") != nullptr) token.amr = order.amr;
  co_return jose::sign_jws(*signer, "JWT", oauth::render_id_token_claims(token));
}

}  // namespace signet::server
