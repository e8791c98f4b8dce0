// A code for tokens: once, for its client, with its verifier, its redirect URI and the key it was bound to. Spec:
// RFC6749-4.1.3, RFC7636-4.6, RFC9449-10, FAPI2-SP-FINAL-5.3.2.1
#include "base/text.h"
#include "oauth/pkce_rfc7636.h"
#include "oauth/resource_rfc8707.h"
#include "server/grants/grant.h"
#include "server/issue/access_token.h"
#include "server/issue/id_token.h"
#include "server/issue/refresh_token.h"
#include "server/pipelines/authorization_request.h"

namespace signet::server {
namespace {

/// One text for every way in which a code can be wrong: which one it was is in the audit record only.
std::unexpected<Error> refuse_code(std::string reason) {
  return fail(ErrorCode::InvalidGrant, "The code is unknown, expired, used or belongs to another client.",
              std::move(reason));
}

Result<void> check_own_code(const Exchange& exchange, const store::AuthorizationCodeState* found) {
  if (found == nullptr || found->code.issuer != exchange.issuer.id()) return refuse_code("unknown code");
  if (found->code.client_id != exchange.client().client_id) return refuse_code("code of another client");
  return {};
}

Result<void> check_alive(const Exchange& exchange, const store::AuthorizationCodeState& found) {
  if (found.code.expires_at <= exchange.now) return refuse_code("expired");
  if (found.grant.revoked_at) return refuse_code("grant revoked");
  return {};
}

Task<Result<std::unique_ptr<store::AuthorizationCodeState>>> load_code(Exchange& exchange) {
  const auto code = exchange.form.find("code");
  if (!code) co_return fail(ErrorCode::InvalidRequest, "The parameter code is missing.");
  CO_TRY_ASSIGN(auto found, co_await exchange.context.store.authorization_codes.find(oauth::CodeHash::of(*code)));
  const auto own = check_own_code(exchange, found.get());
  if (own && found->code.consumed_at) {
    // RFC6749-4.1.2: we cannot tell which of the two callers is the thief, so neither keeps anything.
    CO_TRY(co_await revoke_after_reuse(exchange, found->code.grant_id, "authorization_code", Marks::Unspent));
    co_return refuse_code("code reused");
  }
  const auto good = own ? check_alive(exchange, *found) : own;
  if (good) co_return found;
  // Whoever repeats a request is told that, and not what became of its code.
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  co_return std::unexpected(good.error());
}

/// RFC6749-4.1.3: the redirect_uri must be repeated exactly when the authorization request had one. One that has been
/// taken from the client since then is where somebody else may have got the code.
Result<void> check_redirect_uri(const Exchange& exchange, const oauth::AuthorizationRequest& request) {
  const auto repeated = exchange.form.find("redirect_uri");
  const bool is_same = repeated ? *repeated == request.redirect_uri : request.redirect_uri_left_out;
  if (!is_same)
    return fail(ErrorCode::InvalidGrant, "The parameter redirect_uri must be the one of the authorization request.");
  auto today = check_destination(exchange.issuer, exchange.client(), request, RequestChannel::Pushed);
  if (today) return {};
  return fail_as(std::move(today).error(), ErrorCode::InvalidGrant,
                 "The redirect_uri that the code was sent to is not registered for this client any more.");
}

/// RFC9449-10: a code bound to a key is worth nothing without it.
Result<void> check_dpop_binding(const oauth::AuthorizationRequest& request, const Possession& possession) {
  if (request.dpop_jkt.empty()) return {};
  const bool same = possession.constraint == oauth::SenderConstraint::dpop(request.dpop_jkt);
  if (same) return {};
  return fail(ErrorCode::InvalidGrant, "The code is bound to another DPoP key (dpop_jkt).");
}

AccessTokenOrder make_order(const Exchange& exchange, const store::GrantRecord& grant, std::string subject,
                            std::vector<std::string> audience, const oauth::TokenResponse& given) {
  return {.client = exchange.client(),
          .subject = std::move(subject),
          .account_id = grant.account_id,
          .grant_id = grant.grant_id,
          .scope = given.scope,
          .audience = std::move(audience),
          .acr = grant.acr,
          .amr = grant.amr,
          .authenticated_at = grant.authenticated_at,
          .authorization_details = given.authorization_details,
          .grant_ends = grant.expires_at};
}

Task<Result<oauth::TokenResponse>> issue(Exchange& exchange, const store::AuthorizationCodeState& found,
                                         const oauth::AuthorizationRequest& request, const Possession& possession) {
  const store::GrantRecord& grant = found.grant;
  CO_TRY_ASSIGN(const std::string subject, subject_for(exchange, exchange.client(), grant.account_id));
  CO_TRY_ASSIGN(Permitted permitted, permitted_today(exchange, grant));
  CO_TRY_ASSIGN(auto audience, oauth::narrow_resources(exchange.form.all("resource"), permitted.resource));
  CO_TRY_ASSIGN(auto details, narrow_details(exchange.form, permitted.authorization_details, audience));
  oauth::TokenResponse response{.access_token = {},
                                .token_type = {},
                                .expires_in = {},
                                .refresh_token = {},
                                .id_token = {},
                                .scope = std::move(permitted.scope),
                                .authorization_details = std::move(details)};
  if (contains(response.scope, "openid")) {
    CO_TRY_ASSIGN(response.id_token, co_await issue_id_token(exchange, {.client = exchange.client(),
                                                                        .request = request,
                                                                        .subject = subject,
                                                                        .account_id = grant.account_id,
                                                                        .acr = grant.acr,
                                                                        .amr = grant.amr,
                                                                        .authenticated_at = grant.authenticated_at}));
  }
  SingleUseBatch batch(exchange, possession.dpop_mark);
  store::AuthorizationCodes::add_consume(batch.statements(), found.code.code_hash, exchange.now);
  const AccessTokenOrder order = make_order(exchange, grant, subject, std::move(audience), response);
  CO_TRY_ASSIGN(const AccessToken token,
                issue_access_token(exchange, batch.statements(), order, possession.constraint));
  // By what the user has allowed and by what is left of it: without openid more would come than with it.
  if (wants_refresh_token(exchange.client(), grant.scope) && wants_refresh_token(exchange.client(), response.scope)) {
    response.refresh_token = issue_refresh_token(exchange, batch.statements(), exchange.client(), grant.grant_id,
                                                 possession.constraint, grant.expires_at);
  }
  AuditEvent("token.issued", "granted")
      .client(exchange.client_id)
      .account(grant.account_id)
      .text("grant_type", "authorization_code")
      .text("grant_id", grant.grant_id)
      .text("bound_to", possession.constraint.thumbprint)
      .add_to(batch.statements(), exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY(co_await batch.commit());
  response.access_token = token.text();
  response.token_type = token.type();
  response.expires_in = token.lifetime();
  co_return response;
}

}  // namespace

Task<Result<oauth::TokenResponse>> authorization_code_grant(Exchange& exchange) {
  CO_TRY_ASSIGN(const auto loaded, co_await load_code(exchange));
  const store::AuthorizationCodeState& found = *loaded;
  const oauth::AuthorizationRequest& request = found.grant.request;
  CO_TRY(check_redirect_uri(exchange, request));
  CO_TRY(oauth::check_code_verifier(request.code_challenge, exchange.form.find("code_verifier")));
  CO_TRY_ASSIGN(const Possession possession, prove_possession(exchange, exchange.client()));
  CO_TRY(check_dpop_binding(request, possession));
  auto response = co_await issue(exchange, found, request, possession);
  if (!response && response.error().code == ErrorCode::AlreadyUsed) {
    CO_TRY(co_await revoke_after_reuse(exchange, found.code.grant_id, "authorization_code", Marks::Spent));
    co_return refuse_code("code redeemed twice at once");
  }
  co_return response;
}

}  // namespace signet::server
