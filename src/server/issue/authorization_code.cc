#include "server/issue/authorization_code.h"

#include "base/text.h"
#include "oauth/rar_rfc9396.h"
#include "oauth/resource_rfc8707.h"
#include "server/authn/proofs.h"
#include "server/issue/refresh_token.h"

namespace signet::server {
namespace {

/// PSD2-RTS-5.1-3: a code is for what was approved, and a payment that was not approved has none.
Result<void> check_approval(const AuthorizationCodeOrder& order) {
  const std::string& details = order.request.authorization_details;
  if (!oauth::holds_payment(details)) return {};
  const bool is_approved = order.approval != nullptr && order.approval->details_hash == oauth::details_hash(details) &&
                           order.approval->account_id == order.account_id &&
                           order.approval->client_id == order.client.client_id;
  if (is_approved) return {};
  return fail(ErrorCode::AccessDenied, "The payment of this request was not approved.");
}

/// As long as its refresh token, or as long as the last access token that its code can be redeemed for.
Instant end_of_grant(const Exchange& exchange, const AuthorizationCodeOrder& order, Instant code_ends) {
  const IssuerConfig& config = exchange.issuer.config();
  const bool is_lasting = wants_refresh_token(order.client, order.request.scope);
  return is_lasting ? exchange.now + config.refresh_token_lifetime : code_ends + config.access_token_lifetime;
}

void add_approval(sql::Batch& batch, const AuthorizationCodeOrder& order, const std::string& grant_id) {
  if (order.approval == nullptr) return;
  store::ApprovalRecord approval = *order.approval;
  approval.grant_id = grant_id;
  store::Approvals::add(batch, approval);
}

}  // namespace

Result<std::string> issue_authorization_code(Exchange& exchange, sql::Batch& batch,
                                             const AuthorizationCodeOrder& order) {
  TRY(check_approval(order));
  const IssuerConfig& config = exchange.issuer.config();
  TRY_ASSIGN(auto resource,
             oauth::narrow_resources(order.request.resource, allowed_resources(order.client, exchange.issuer)));
  const Instant code_ends = exchange.now + config.authorization_code_lifetime;
  const Instant grant_ends = end_of_grant(exchange, order, code_ends);
  const std::string grant_id = store::make_grant_id(exchange.context.random, grant_ends);
  std::string code = oauth::make_credential(exchange.context.random, code_ends);
  store::Grants::add_insert(batch, {.grant_id = grant_id,
                                    .issuer = exchange.issuer.id(),
                                    .client_id = order.client.client_id,
                                    .account_id = order.account_id,
                                    .scope = order.request.scope,
                                    .resource = std::move(resource),
                                    .request = order.request,
                                    .authenticated_at = order.authenticated_at,
                                    .acr = order.acr,
                                    .amr = order.amr,
                                    .created_at = exchange.now,
                                    .expires_at = grant_ends});
  store::AuthorizationCodes::add_insert(batch, {.code_hash = oauth::CodeHash::of(code),
                                                .issuer = exchange.issuer.id(),
                                                .client_id = order.client.client_id,
                                                .grant_id = grant_id,
                                                // FAPI2-SP-FINAL-5.3.2.1: at most 60 s, which the configuration checks.
                                                .expires_at = code_ends});
  add_approval(batch, order, grant_id);
  AuditEvent("authorization", "granted")
      .client(order.client.client_id)
      .account(order.account_id)
      .text("grant_id", grant_id)
      .text("scope", join(order.request.scope, " "))
      .text("acr", order.acr)
      .text("assurance", authn::assurance_of(config.levels, order.acr))
      .text("authorization_details_sha256", oauth::details_hash(order.request.authorization_details))
      .text("approval_id", order.approval == nullptr ? std::string() : order.approval->approval_id)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
  return code;
}

}  // namespace signet::server
