// The client acts for itself. Spec: RFC6749-4.4
#include <algorithm>

#include "base/text.h"
#include "oauth/hypermedia.h"
#include "oauth/resource_rfc8707.h"
#include "server/grants/grant.h"
#include "server/issue/access_token.h"

namespace signet::server {
namespace {

/// What the token is to be good for.
struct Access {
  std::vector<std::string> scope;
  std::vector<std::string> audience;
  bool drives_login = false;
};

/// `openid` and `offline_access` speak of a user; without one they are not granted, and asking for them is a mistake.
bool is_own_scope(std::string_view scope) {
  return scope != "openid" && scope != "offline_access" && scope != oauth::kHypermediaScope;
}

Result<Access> access_to_apis(const Exchange& exchange) {
  const oauth::ClientMetadata& client = exchange.client();
  std::vector<std::string> own = allowed_scopes(client, exchange.issuer);
  std::erase_if(own, [](const std::string& scope) { return !is_own_scope(scope); });
  Access access;
  TRY_ASSIGN(access.scope, narrow_scope(exchange.form, own));
  TRY_ASSIGN(access.audience,
             oauth::narrow_resources(exchange.form.all("resource"), allowed_resources(client, exchange.issuer)));
  return access;
}

/// The token with which an app drives logins opens nothing else, so that no API takes it for its own.
Result<Access> access_to_login(const Exchange& exchange) {
  const bool is_allowed =
      exchange.issuer.config().hypermedia_authentication && oauth::may_drive_login(exchange.client());
  if (!is_allowed) return fail(ErrorCode::InvalidScope, "The client may not log its users in without a browser.");
  if (exchange.form.find("scope") != oauth::kHypermediaScope) {
    return fail(ErrorCode::InvalidScope, "The scope of the hypermedia API must stand alone.");
  }
  if (!exchange.form.all("resource").empty()) {
    return fail(ErrorCode::InvalidTarget, "The token of the hypermedia API is for no resource.");
  }
  return Access{.scope = {std::string(oauth::kHypermediaScope)},
                .audience = {login_audience(exchange.issuer)},
                .drives_login = true};
}

Result<Access> granted_access(const Exchange& exchange) {
  const auto words = split_words(exchange.form.find("scope").value_or(""));
  const bool drives_login = std::ranges::find(words, oauth::kHypermediaScope) != words.end();
  return drives_login ? access_to_login(exchange) : access_to_apis(exchange);
}

/// Each request of an app is proven with DPoP; a certificate would be the connection's, which a browser app lacks.
Result<void> check_key(const Access& access, const Possession& possession) {
  if (!access.drives_login || possession.constraint.kind == oauth::SenderConstraint::Kind::Dpop) return {};
  return fail(ErrorCode::InvalidDpopProof, "The token of the hypermedia API must be bound to a DPoP key.");
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
  CO_TRY_ASSIGN(Access access, granted_access(exchange));
  CO_TRY(check_no_details(exchange.form));
  CO_TRY_ASSIGN(const Possession possession, prove_possession(exchange, client));
  CO_TRY(check_key(access, possession));

  SingleUseBatch batch(exchange, possession.dpop_mark);
  const AccessTokenOrder order{.client = client,
                               .subject = client.client_id,
                               .account_id = {},
                               .grant_id = {},
                               .scope = access.scope,
                               .audience = std::move(access.audience)};
  CO_TRY_ASSIGN(const AccessToken token,
                issue_access_token(exchange, batch.statements(), order, possession.constraint));
  AuditEvent("token.issued", "granted")
      .client(client.client_id)
      .text("grant_type", "client_credentials")
      .text("bound_to", possession.constraint.thumbprint)
      .add_to(batch.statements(), exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY(co_await batch.commit());
  co_return oauth::TokenResponse{.access_token = token.text(),
                                 .token_type = std::string(token.type()),
                                 .expires_in = token.lifetime(),
                                 .refresh_token = {},  // RFC6749-4.4.3
                                 .id_token = {},
                                 .scope = std::move(access.scope),
                                 .authorization_details = {}};
}

}  // namespace signet::server
