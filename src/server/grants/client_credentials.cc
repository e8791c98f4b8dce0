// The client acts for itself. Spec: RFC6749-4.4
#include "oauth/resource_rfc8707.h"
#include "server/grants/grant.h"
#include "server/issue/access_token.h"

namespace signet::server {
namespace {

/// `openid` and `offline_access` speak of a user; without one they are not granted, and asking for them is a mistake.
Result<std::vector<std::string>> granted_scope(const Exchange& exchange) {
  std::vector<std::string> own;
  for (const auto& scope : exchange.client().scope) {
    if (scope != "openid" && scope != "offline_access") own.push_back(scope);
  }
  return narrow_scope(exchange.form, own);
}

/// RFC9396-5: every type that is known speaks of what is a user's to allow.
Result<void> check_no_details(const http::Form& form) {
  if (form.find("authorization_details").value_or("").empty()) return {};
  return fail(ErrorCode::InvalidAuthorizationDetails,
              "The types of authorization_details need a user, so that a client cannot have them for itself.");
}

}  // namespace

Task<Result<oauth::TokenResponse>> client_credentials_grant(Exchange& exchange) {
  const oauth::ClientMetadata& client = exchange.client();
  CO_TRY_ASSIGN(auto scope, granted_scope(exchange));
  CO_TRY(check_no_details(exchange.form));
  CO_TRY_ASSIGN(auto audience,
                oauth::narrow_resources(exchange.form.all("resource"), allowed_resources(client, exchange.issuer)));
  CO_TRY_ASSIGN(const Possession possession, prove_possession(exchange, client));

  SingleUseBatch batch(exchange, possession.dpop_mark);
  const AccessTokenOrder order{.client = client,
                               .subject = client.client_id,
                               .account_id = {},
                               .grant_id = {},
                               .scope = scope,
                               .audience = std::move(audience)};
  CO_TRY_ASSIGN(const AccessToken token,
                issue_access_token(exchange, batch.statements(), order, possession.constraint));
  AuditEvent("token.issued", "granted")
      .client(client.client_id)
      .text("grant_type", "client_credentials")
      .text("bound_to", possession.constraint.thumbprint)
      .add_to(batch.statements(), exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  CO_TRY(co_await batch.commit());
  co_return oauth::TokenResponse{.access_token = token.text(),
                                 .token_type = std::string(token.type()),
                                 .expires_in = token.lifetime(),
                                 .refresh_token = {},  // RFC6749-4.4.3
                                 .id_token = {},
                                 .scope = std::move(scope),
                                 .authorization_details = {}};
}

}  // namespace signet::server
