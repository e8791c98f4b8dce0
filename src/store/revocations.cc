#include "store/revocations.h"

#include <algorithm>

#include "store/columns.h"

namespace signet::store {
namespace {

using Kind = RevocationRecord::Kind;

constexpr std::string_view kInsert =
    "INSERT INTO revocations (revoked_at, kind, subject, issuer) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertToken =
    "INSERT INTO revocations (revoked_at, kind, subject, issuer)"
    " SELECT revoked_at, 'token_hash', CAST($3 AS TEXT), issuer FROM access_tokens"
    " WHERE token_hash = $1 AND revoked_at = $2 ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertGrant =
    "INSERT INTO revocations (revoked_at, kind, subject, issuer)"
    " SELECT revoked_at, 'grant_id', grant_id, issuer FROM grants WHERE grant_id = $1 AND revoked_at = $2"
    " ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertGrantsOfAccount =
    "INSERT INTO revocations (revoked_at, kind, subject, issuer)"
    " SELECT revoked_at, 'grant_id', grant_id, issuer FROM grants WHERE account_id = $1 AND revoked_at = $2"
    " ON CONFLICT DO NOTHING";
constexpr std::string_view kInsertLivingGrantsOfAccount =
    "INSERT INTO revocations (revoked_at, kind, subject, issuer)"
    " SELECT CAST($2 AS BIGINT), 'grant_id', grant_id, issuer FROM grants"
    " WHERE account_id = $1 AND revoked_at IS NULL ON CONFLICT DO NOTHING";
constexpr std::string_view kList =
    "SELECT revoked_at, kind, subject FROM revocations WHERE revoked_at >= $1 AND issuer = $2"
    " ORDER BY revoked_at, kind, subject LIMIT $3 OFFSET $4";

constexpr Kind kKinds[] = {Kind::TokenHash, Kind::GrantId, Kind::ClientId};

Result<RevocationRecord> decode(const sql::Row& row) {
  const auto* const kind = std::ranges::find(kKinds, row.text(1), name_of);
  if (kind == std::end(kKinds)) return fail_unreadable("kind of revocation");
  return RevocationRecord{.kind = *kind, .subject = row.text(2), .revoked_at = row.instant(0)};
}

/// All that is told goes through here: whoever holds a question of a gateway learns of the commit.
void add_told(sql::Batch& batch, std::string_view insert, sql::Values values) {
  batch.add(insert, std::move(values));
  batch.announce();
}

void add(sql::Batch& batch, Kind kind, const std::string& subject, const std::string& issuer, Instant now) {
  add_told(batch, kInsert, {time_value(now), std::string(name_of(kind)), subject, issuer});
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::TokenHash:
      return "token_hash";
    case Kind::GrantId:
      return "grant_id";
    case Kind::ClientId:
      break;
  }
  return "client_id";
}

void Revocations::add_token(sql::Batch& batch, const oauth::TokenHash& token_hash, const std::string& issuer,
                            Instant now) {
  add(batch, Kind::TokenHash, token_hash.to_text(), issuer, now);
}

void Revocations::add_client(sql::Batch& batch, const std::string& client_id, const std::string& issuer, Instant now) {
  add(batch, Kind::ClientId, client_id, issuer, now);
}

void Revocations::add_revoked_token(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now) {
  add_told(batch, kInsertToken, {hash_value(token_hash.bytes()), time_value(now), token_hash.to_text()});
}

void Revocations::add_revoked_grant(sql::Batch& batch, const std::string& grant_id, Instant now) {
  add_told(batch, kInsertGrant, {grant_id, time_value(now)});
}

void Revocations::add_revoked_grants_of_account(sql::Batch& batch, const std::string& account_id, Instant now) {
  add_told(batch, kInsertGrantsOfAccount, {account_id, time_value(now)});
}

void Revocations::add_grants_of_account(sql::Batch& batch, const std::string& account_id, Instant now) {
  add_told(batch, kInsertLivingGrantsOfAccount, {account_id, time_value(now)});
}

Task<Result<std::vector<RevocationRecord>>> Revocations::list(std::string issuer, Instant since, std::size_t limit,
                                                              std::size_t skip) const {
  return find_all<RevocationRecord>(
      database_, {kList, {time_value(since), std::move(issuer), limit_value(limit), limit_value(skip)}}, decode);
}

}  // namespace signet::store
