#include "store/authorization_codes.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO authorization_codes (code_hash, issuer, client_id, grant_id, expires_at, consumed_at)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
// RFC6749-4.1.2, RFC6749-10.5: one conditional statement, so the second caller changes nothing, whoever it is.
constexpr std::string_view kConsume =
    "UPDATE authorization_codes SET consumed_at = $2"
    " WHERE code_hash = $1 AND consumed_at IS NULL AND expires_at > $2";
constexpr std::string_view kFind =
    "SELECT c.code_hash, c.issuer, c.client_id, c.grant_id, c.expires_at, c.consumed_at,"
    " g.grant_id, g.issuer, g.client_id, g.account_id, g.scope, g.resource, g.request, g.authenticated_at, g.acr, "
    "g.amr,"
    " g.created_at, g.expires_at, g.revoked_at"
    " FROM authorization_codes c JOIN grants g ON g.grant_id = c.grant_id WHERE c.code_hash = $1";

Result<AuthorizationCodeState> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::CodeHash hash, read_hash<oauth::CodeHash>(row, 0));
  TRY_ASSIGN(GrantRecord grant, read_grant(row, 6));
  return AuthorizationCodeState{.code = {.code_hash = hash,
                                         .issuer = row.text(1),
                                         .client_id = row.text(2),
                                         .grant_id = row.text(3),
                                         .expires_at = row.instant(4),
                                         .consumed_at = row.find_instant(5)},
                                .grant = std::move(grant)};
}

}  // namespace

void AuthorizationCodes::add_insert(sql::Batch& batch, const AuthorizationCodeRecord& code) {
  batch.add(kInsert, {hash_value(code.code_hash.bytes()), code.issuer, code.client_id, code.grant_id,
                      time_value(code.expires_at), time_value(code.consumed_at)});
}

std::size_t AuthorizationCodes::add_consume(sql::Batch& batch, const oauth::CodeHash& code_hash, Instant now) {
  return batch.add_guard(kConsume, {hash_value(code_hash.bytes()), time_value(now)});
}

Task<Result<std::unique_ptr<AuthorizationCodeState>>> AuthorizationCodes::find(oauth::CodeHash code_hash) const {
  return find_large<AuthorizationCodeState>(database_, {kFind, {hash_value(code_hash.bytes())}}, decode);
}

}  // namespace signet::store
