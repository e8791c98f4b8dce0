#include "store/grants.h"

#include "store/columns.h"
#include "store/dated_id.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO grants (grant_id, issuer, client_id, account_id, scope, resource, request, authenticated_at, acr, amr,"
    " created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
constexpr std::string_view kRevoke = "UPDATE grants SET revoked_at = $2 WHERE grant_id = $1 AND revoked_at IS NULL";
constexpr std::string_view kRevokeAll =
    "UPDATE grants SET revoked_at = $4"
    " WHERE account_id = $1 AND client_id = $2 AND issuer = $3 AND revoked_at IS NULL";
constexpr std::string_view kRevokeAllOfAccount =
    "UPDATE grants SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL";
constexpr std::string_view kRequire =
    "SELECT 1 FROM grants WHERE grant_id = $1 AND revoked_at IS NULL AND expires_at > $2";
constexpr std::string_view kFind =
    "SELECT grant_id, issuer, client_id, account_id, scope, resource, request, authenticated_at, acr, amr, created_at,"
    " expires_at, revoked_at FROM grants WHERE grant_id = $1";
constexpr std::string_view kList =
    "SELECT grant_id, issuer, client_id, account_id, scope, resource, request, authenticated_at, acr, amr, created_at,"
    " expires_at, revoked_at FROM grants WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2"
    " ORDER BY created_at DESC";

Result<GrantRecord> decode(const sql::Row& row) {
  return read_grant(row, 0);
}

}  // namespace

Result<GrantRecord> read_grant(const sql::Row& row, std::size_t first) {
  GrantRecord grant;
  grant.grant_id = row.text(first);
  grant.issuer = row.text(first + 1);
  grant.client_id = row.text(first + 2);
  grant.account_id = row.text(first + 3);
  grant.scope = read_words(row, first + 4);
  TRY_ASSIGN(grant.resource, read_list(row, first + 5));
  auto request = oauth::parse_stored_authorization_request(row.text(first + 6));
  if (!request) return fail_unreadable("authorization request");
  grant.request = *std::move(request);
  grant.authenticated_at = row.instant(first + 7);
  grant.acr = row.text(first + 8);
  grant.amr = read_words(row, first + 9);
  grant.created_at = row.instant(first + 10);
  grant.expires_at = row.instant(first + 11);
  grant.revoked_at = row.find_instant(first + 12);
  return grant;
}

std::string grant_id_prefix(Instant at) {
  return dated_id_prefix(at);
}

std::string make_grant_id(Random& random, Instant expires_at) {
  return make_dated_id(expires_at, random);
}

void Grants::add_insert(sql::Batch& batch, const GrantRecord& grant) {
  batch.add(kInsert, {grant.grant_id, grant.issuer, grant.client_id, grant.account_id, words_value(grant.scope),
                      list_value(grant.resource), oauth::render_authorization_request(grant.request),
                      time_value(grant.authenticated_at), grant.acr, words_value(grant.amr),
                      time_value(grant.created_at), time_value(grant.expires_at), time_value(grant.revoked_at)});
}

void Grants::add_revoke(sql::Batch& batch, const std::string& grant_id, Instant now) {
  batch.add(kRevoke, {grant_id, time_value(now)});
  Revocations::add_revoked_grant(batch, grant_id, now);
}

void Grants::add_revoke_all(sql::Batch& batch, const std::string& account_id, const std::string& client_id,
                            const std::string& issuer, Instant now) {
  batch.add(kRevokeAll, {account_id, client_id, issuer, time_value(now)});
  Revocations::add_revoked_grants_of_account(batch, account_id, now);
}

void Grants::add_revoke_all_of_account(sql::Batch& batch, const std::string& account_id, Instant now) {
  batch.add(kRevokeAllOfAccount, {account_id, time_value(now)});
  Revocations::add_revoked_grants_of_account(batch, account_id, now);
}

std::size_t Grants::add_require(sql::Batch& batch, const std::string& grant_id, Instant now) {
  return batch.add_guard(kRequire, {grant_id, time_value(now)});
}

Task<Result<std::unique_ptr<GrantRecord>>> Grants::find(std::string grant_id) const {
  return find_large<GrantRecord>(database_, {kFind, {std::move(grant_id)}}, decode);
}

Task<Result<std::vector<GrantRecord>>> Grants::list(std::string account_id, Instant now) const {
  return find_all<GrantRecord>(database_, {kList, {std::move(account_id), time_value(now)}}, decode);
}

}  // namespace signet::store
