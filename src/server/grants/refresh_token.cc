// New tokens for an old grant. The refresh token stays unless the profile rotates it; a rotated one keeps working for
// the grace time, so that an answer lost on the way does not lock the client out. Spec: RFC6749-6, RFC9449-5,
// RFC9700-4.14, FAPI2-SP-FINAL-5.3.2.1
#include "server/issue/refresh_token.h"
#include "base/text.h"
#include "oauth/resource_rfc8707.h"
#include "server/grants/grant.h"
#include "server/issue/access_token.h"
#include "server/issue/id_token.h"

namespace signet::server {
namespace {

std::unexpected<Error> refuse_token(std::string reason) {
  return fail(ErrorCode::InvalidGrant, "The refresh_token is unknown, expired, revoked or belongs to another client.",
              std::move(reason));
}

bool rotates(const oauth::Profile& profile, const oauth::ClientMetadata& client) {
  if (profile.refresh_rotation == oauth::RefreshRotation::Always) return true;
  return profile.refresh_rotation == oauth::RefreshRotation::PublicClients && client.is_public();
}

Result<void> check_token(const Exchange& exchange, const store::RefreshTokenState* found) {
  if (found == nullptr || found->token.issuer != exchange.issuer.id()) return refuse_token("unknown");
  if (found->token.client_id != exchange.client().client_id) return refuse_token("token of another client");
  if (found->token.revoked_at || found->grant.revoked_at) return refuse_token("revoked");
  if (found->token.expires_at <= exchange.now || found->grant.expires_at <= exchange.now)
    return refuse_token("expired");
  return {};
}

Task<Result<store::RefreshTokenState>> load_refresh_token(Exchange& exchange) {
  const auto text = exchange.form.find("refresh_token");
  if (!text) co_return fail(ErrorCode::InvalidRequest, "The parameter refresh_token is missing.");
  CO_TRY_ASSIGN(auto found, co_await exchange.context.store.refresh_tokens.find(oauth::TokenHash::of(*text)));
  const auto good = check_token(exchange, found ? &*found : nullptr);
  if (!good) {
    // Whoever repeats a request is told that, and not what became of its token.
    CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
    co_return std::unexpected(good.error());
  }
  if (found->is_reused(exchange.now, exchange.issuer.profile().refresh_rotation_grace)) {
    CO_TRY(co_await revoke_after_reuse(exchange, found->token.grant_id, "refresh_token", Marks::Unspent));
    co_return refuse_token("rotated token reused");
  }
  co_return *std::move(found);
}

/// RFC9449-5: the refresh token of a public client works with its key only.
Result<void> check_key(const store::RefreshTokenRecord& token, const Possession& possession) {
  if (!token.confirmation.is_bound() || token.confirmation == possession.constraint) return {};
  return fail(ErrorCode::InvalidGrant, "The refresh_token is bound to another key.");
}

/// RFC9700-4.14.2: the grace time is for an answer that was lost. That a token comes in shows that the answer which
/// brought it was not: from now on its predecessor is spent, and so are the tokens of other answers to that.
void add_rotation(sql::Batch& batch, const Exchange& exchange, const store::RefreshTokenState& found) {
  const auto& [token, grant, used_sibling] = found;
  store::RefreshTokens::add_rotate(batch, token.token_hash, exchange.now,
                                   exchange.issuer.profile().refresh_rotation_grace);
  const bool is_first_use = token.predecessor && !used_sibling;
  if (is_first_use) store::RefreshTokens::add_use_successor(batch, *token.predecessor, token.token_hash);
}

Task<Result<std::string>> refreshed_id_token(Exchange& exchange, const store::GrantRecord& grant,
                                             const std::string& subject) {
  co_return co_await issue_id_token(exchange, {.client = exchange.client(),
                                               .request = grant.request,
                                               .subject = subject,
                                               .account_id = grant.account_id,
                                               .acr = grant.acr,
                                               .amr = grant.amr,
                                               .authenticated_at = grant.authenticated_at,
                                               .refreshed = true});
}

}  // namespace

Task<Result<oauth::TokenResponse>> refresh_token_grant(Exchange& exchange) {
  CO_TRY_ASSIGN(const store::RefreshTokenState found, co_await load_refresh_token(exchange));
  const store::GrantRecord& grant = found.grant;
  CO_TRY_ASSIGN(const Permitted permitted, permitted_today(exchange, grant));
  CO_TRY_ASSIGN(auto scope, narrow_scope(exchange.form, permitted.scope));
  CO_TRY_ASSIGN(auto audience, oauth::narrow_resources(exchange.form.all("resource"), permitted.resource));
  CO_TRY_ASSIGN(auto details, narrow_details(exchange.form, permitted.authorization_details, audience));
  CO_TRY_ASSIGN(const Possession possession, prove_possession(exchange, exchange.client()));
  CO_TRY(check_key(found.token, possession));
  CO_TRY_ASSIGN(const std::string subject, subject_for(exchange, exchange.client(), grant.account_id));

  oauth::TokenResponse response{.access_token = {},
                                .token_type = {},
                                .expires_in = {},
                                .refresh_token = {},
                                .id_token = {},
                                .scope = scope,
                                .authorization_details = std::move(details)};
  if (contains(scope, "openid")) {
    CO_TRY_ASSIGN(response.id_token, co_await refreshed_id_token(exchange, grant, subject));
  }
  SingleUseBatch batch(exchange, possession.dpop_mark);
  const bool is_rotated = rotates(exchange.issuer.profile(), exchange.client());
  if (is_rotated) add_rotation(batch.statements(), exchange, found);
  const AccessTokenOrder order{.client = exchange.client(),
                               .subject = subject,
                               .account_id = grant.account_id,
                               .grant_id = grant.grant_id,
                               .scope = std::move(scope),
                               .audience = std::move(audience),
                               .acr = grant.acr,
                               .amr = grant.amr,
                               .authenticated_at = grant.authenticated_at,
                               .authorization_details = response.authorization_details,
                               .grant_ends = grant.expires_at};
  CO_TRY_ASSIGN(const AccessToken token,
                issue_access_token(exchange, batch.statements(), order, possession.constraint));
  if (is_rotated) {
    response.refresh_token = issue_refresh_token(exchange, batch.statements(), exchange.client(), grant.grant_id,
                                                 possession.constraint, found.token.expires_at, found.token.token_hash);
  }
  AuditEvent("token.issued", "granted")
      .client(exchange.client_id)
      .account(grant.account_id)
      .text("grant_type", "refresh_token")
      .text("grant_id", grant.grant_id)
      .text("bound_to", possession.constraint.thumbprint)
      .add_to(batch.statements(), exchange.issuer.id(), exchange.request.peer, exchange.now);
  const auto committed = co_await batch.commit();
  if (!committed && committed.error().code == ErrorCode::AlreadyUsed) {
    CO_TRY(co_await revoke_after_reuse(exchange, grant.grant_id, "refresh_token", Marks::Spent));
    co_return refuse_token("rotated token reused at the same moment");
  }
  if (!committed) co_return std::unexpected(committed.error());
  response.access_token = token.text();
  response.token_type = token.type();
  response.expires_in = token.lifetime();
  co_return response;
}

}  // namespace signet::server
