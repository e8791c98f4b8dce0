#include "store/access_tokens.h"

#include "store/columns.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO access_tokens (token_hash, issuer, client_id, account_id, grant_id, subject, scope, audience,"
    " confirmation, issued_at, expires_at, revoked_at, authorization_details)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
constexpr std::string_view kRevoke =
    "UPDATE access_tokens SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL";
constexpr std::string_view kFind =
    "SELECT t.token_hash, t.issuer, t.client_id, t.account_id, t.grant_id, t.subject, t.scope, t.audience,"
    " t.confirmation, t.issued_at, t.expires_at, t.revoked_at,"
    " g.grant_id, g.authenticated_at, g.acr, g.amr, g.expires_at, g.revoked_at, t.authorization_details"
    " FROM access_tokens t LEFT JOIN grants g ON g.grant_id = t.grant_id WHERE t.token_hash = $1";

std::optional<AccessTokenState::Grant> read_joined_grant(const sql::Row& row) {
  if (row.is_null(12)) return std::nullopt;
  return AccessTokenState::Grant{.authenticated_at = row.instant(13),
                                 .acr = row.text(14),
                                 .amr = read_words(row, 15),
                                 .expires_at = row.instant(16),
                                 .revoked_at = row.find_instant(17)};
}

Result<AccessTokenState> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::TokenHash hash, read_hash<oauth::TokenHash>(row, 0));
  TRY_ASSIGN(auto audience, read_list(row, 7));
  TRY_ASSIGN(auto confirmation, read_confirmation(row, 8));
  return AccessTokenState{.token = {.token_hash = hash,
                                    .issuer = row.text(1),
                                    .client_id = row.text(2),
                                    .account_id = row.text(3),
                                    .grant_id = row.text(4),
                                    .subject = row.text(5),
                                    .scope = read_words(row, 6),
                                    .audience = std::move(audience),
                                    .authorization_details = row.text(18),
                                    .confirmation = std::move(confirmation),
                                    .issued_at = row.instant(9),
                                    .expires_at = row.instant(10),
                                    .revoked_at = row.find_instant(11)},
                          .grant = read_joined_grant(row)};
}

}  // namespace

bool AccessTokenState::is_active(Instant now) const {
  if (token.revoked_at || token.expires_at <= now) return false;
  if (token.grant_id.empty()) return true;
  return grant && !grant->revoked_at && grant->expires_at > now;
}

void AccessTokens::add_insert(sql::Batch& batch, const AccessTokenRecord& token) {
  batch.add(kInsert, {hash_value(token.token_hash.bytes()), token.issuer, token.client_id, token.account_id,
                      token.grant_id, token.subject, words_value(token.scope), list_value(token.audience),
                      confirmation_value(token.confirmation), time_value(token.issued_at), time_value(token.expires_at),
                      time_value(token.revoked_at), token.authorization_details});
}

void AccessTokens::add_revoke(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now) {
  batch.add(kRevoke, {hash_value(token_hash.bytes()), time_value(now)});
  Revocations::add_revoked_token(batch, token_hash, now);
}

Task<Result<std::optional<AccessTokenState>>> AccessTokens::find(oauth::TokenHash token_hash) const {
  return find_one<AccessTokenState>(database_, {kFind, {hash_value(token_hash.bytes())}}, decode);
}

}  // namespace signet::store
