#include "store/refresh_tokens.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO refresh_tokens (token_hash, issuer, client_id, grant_id, confirmation, issued_at, expires_at,"
    " rotated_at, revoked_at, predecessor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kRotate =
    "UPDATE refresh_tokens SET rotated_at = COALESCE(rotated_at, $2)"
    " WHERE token_hash = $1 AND (rotated_at IS NULL OR rotated_at > $3) AND used_successor IS NULL"
    " AND revoked_at IS NULL AND expires_at > $2";
constexpr std::string_view kUseSuccessor =
    "UPDATE refresh_tokens SET used_successor = $2"
    " WHERE token_hash = $1 AND (used_successor IS NULL OR used_successor = $2)";
constexpr std::string_view kRevoke =
    "UPDATE refresh_tokens SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL";
constexpr std::string_view kFind =
    "SELECT t.token_hash, t.issuer, t.client_id, t.grant_id, t.confirmation, t.issued_at, t.expires_at, t.rotated_at,"
    " t.revoked_at,"
    " g.grant_id, g.issuer, g.client_id, g.account_id, g.scope, g.resource, g.request, g.authenticated_at, g.acr, "
    "g.amr,"
    " g.created_at, g.expires_at, g.revoked_at, t.predecessor, t.used_successor, p.used_successor"
    " FROM refresh_tokens t JOIN grants g ON g.grant_id = t.grant_id"
    " LEFT JOIN refresh_tokens p ON p.token_hash = t.predecessor WHERE t.token_hash = $1";

Result<std::optional<oauth::TokenHash>> find_hash(const sql::Row& row, std::size_t column) {
  if (row.is_null(column)) return std::optional<oauth::TokenHash>();
  return read_hash<oauth::TokenHash>(row, column);
}

Result<RefreshTokenState> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::TokenHash hash, read_hash<oauth::TokenHash>(row, 0));
  TRY_ASSIGN(auto confirmation, read_confirmation(row, 4));
  TRY_ASSIGN(GrantRecord grant, read_grant(row, 9));
  TRY_ASSIGN(const auto predecessor, find_hash(row, 22));
  TRY_ASSIGN(const auto used_successor, find_hash(row, 23));
  TRY_ASSIGN(const auto used_sibling, find_hash(row, 24));
  return RefreshTokenState{.token = {.token_hash = hash,
                                     .issuer = row.text(1),
                                     .client_id = row.text(2),
                                     .grant_id = row.text(3),
                                     .confirmation = std::move(confirmation),
                                     .issued_at = row.instant(5),
                                     .expires_at = row.instant(6),
                                     .rotated_at = row.find_instant(7),
                                     .revoked_at = row.find_instant(8),
                                     .predecessor = predecessor,
                                     .used_successor = used_successor},
                           .grant = std::move(grant),
                           .used_sibling = used_sibling};
}

}  // namespace

bool RefreshTokenState::is_active(Instant now, Duration grace) const {
  return !token.revoked_at && token.expires_at > now && !is_reused(now, grace) && grant.is_active(now);
}

bool RefreshTokenState::is_reused(Instant now, Duration grace) const {
  const bool comes_back = token.rotated_at && (*token.rotated_at + grace <= now || token.used_successor);
  const bool has_rival = used_sibling && *used_sibling != token.token_hash;
  return comes_back || has_rival;
}

void RefreshTokens::add_insert(sql::Batch& batch, const RefreshTokenRecord& token) {
  batch.add(kInsert, {hash_value(token.token_hash.bytes()), token.issuer, token.client_id, token.grant_id,
                      confirmation_value(token.confirmation), time_value(token.issued_at), time_value(token.expires_at),
                      time_value(token.rotated_at), time_value(token.revoked_at),
                      token.predecessor ? hash_value(token.predecessor->bytes()) : sql::Value()});
}

std::size_t RefreshTokens::add_rotate(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now,
                                      Duration grace) {
  return batch.add_guard(kRotate, {hash_value(token_hash.bytes()), time_value(now), time_value(now - grace)});
}

std::size_t RefreshTokens::add_use_successor(sql::Batch& batch, const oauth::TokenHash& predecessor,
                                             const oauth::TokenHash& token_hash) {
  return batch.add_guard(kUseSuccessor, {hash_value(predecessor.bytes()), hash_value(token_hash.bytes())});
}

void RefreshTokens::add_revoke(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now) {
  batch.add(kRevoke, {hash_value(token_hash.bytes()), time_value(now)});
}

Task<Result<std::optional<RefreshTokenState>>> RefreshTokens::find(oauth::TokenHash token_hash) const {
  return find_one<RefreshTokenState>(database_, {kFind, {hash_value(token_hash.bytes())}}, decode);
}

}  // namespace signet::store
