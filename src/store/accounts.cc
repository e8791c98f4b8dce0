#include "store/accounts.h"

#include "store/columns.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

constexpr std::string_view kCreate =
    "INSERT INTO accounts (account_id, issuer, username, password_hash, claims, disabled, version, created_at,"
    " updated_at, flags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
constexpr std::string_view kSetClaims =
    "UPDATE accounts SET claims = $2, updated_at = $3, version = version + 1 WHERE account_id = $1";
constexpr std::string_view kSetPassword =
    "UPDATE accounts SET password_hash = $2, updated_at = $3, version = version + 1 WHERE account_id = $1";
constexpr std::string_view kSetDisabled =
    "UPDATE accounts SET disabled = $2, updated_at = $3, version = version + 1 WHERE account_id = $1";
constexpr std::string_view kSetFlags =
    "UPDATE accounts SET flags = $2, updated_at = $3, version = version + 1 WHERE account_id = $1";
constexpr std::string_view kRemove = "DELETE FROM accounts WHERE account_id = $1";
// Refresh tokens and codes are found through the grants, so the grants go last.
constexpr std::string_view kRemoveBelongings[] = {
    "DELETE FROM sessions WHERE account_id = $1",
    "DELETE FROM factors WHERE account_id = $1",
    "DELETE FROM known_devices WHERE account_id = $1",
    "DELETE FROM push_challenges WHERE account_id = $1",
    "DELETE FROM device_registrations WHERE account_id = $1",
    "DELETE FROM consents WHERE account_id = $1",
    "DELETE FROM decision_contexts WHERE account_id = $1",
    "DELETE FROM refresh_tokens WHERE grant_id IN (SELECT grant_id FROM grants WHERE account_id = $1)",
    "DELETE FROM authorization_codes WHERE grant_id IN (SELECT grant_id FROM grants WHERE account_id = $1)",
    "DELETE FROM access_tokens WHERE account_id = $1",
    "DELETE FROM grants WHERE account_id = $1",
};
constexpr std::string_view kRequire = "SELECT 1 FROM accounts WHERE account_id = $1 AND disabled = 0";
constexpr std::string_view kRequireVersion = "SELECT 1 FROM accounts WHERE account_id = $1 AND version = $2";
constexpr std::string_view kFind =
    "SELECT account_id, issuer, username, password_hash, claims, disabled, version, created_at, updated_at, flags"
    " FROM accounts WHERE account_id = $1";
constexpr std::string_view kFindByUsername =
    "SELECT account_id, issuer, username, password_hash, claims, disabled, version, created_at, updated_at, flags"
    " FROM accounts WHERE username = $2 AND issuer = $1";
constexpr std::string_view kList =
    "SELECT account_id, issuer, username, password_hash, claims, disabled, version, created_at, updated_at, flags"
    " FROM accounts WHERE issuer = $1 AND username > $2 ORDER BY username LIMIT $3";
constexpr PublicText kUnknown = "There is no such account.";

Result<AccountRecord> decode(const sql::Row& row) {
  return AccountRecord{.account_id = row.text(0),
                       .issuer = row.text(1),
                       .username = row.text(2),
                       .password_hash = row.text(3),
                       .claims = row.text(4),
                       .disabled = row.integer(5) != 0,
                       .version = row.integer(6),
                       .created_at = row.instant(7),
                       .updated_at = row.instant(8),
                       .flags = read_words(row, 9)};
}

}  // namespace

std::size_t Accounts::add_create(sql::Batch& batch, const AccountRecord& account) {
  return batch.add_guard(kCreate,
                         {account.account_id, account.issuer, account.username, account.password_hash, account.claims,
                          flag_value(account.disabled), account.version, time_value(account.created_at),
                          time_value(account.updated_at), words_value(account.flags)});
}

std::size_t Accounts::add_set_claims(sql::Batch& batch, const std::string& account_id, const std::string& claims,
                                     Instant now) {
  return batch.add_guard(kSetClaims, {account_id, claims, time_value(now)});
}

std::size_t Accounts::add_set_password(sql::Batch& batch, const std::string& account_id,
                                       const std::string& password_hash, Instant now) {
  return batch.add_guard(kSetPassword, {account_id, password_hash, time_value(now)});
}

std::size_t Accounts::add_set_disabled(sql::Batch& batch, const std::string& account_id, bool disabled, Instant now) {
  return batch.add_guard(kSetDisabled, {account_id, flag_value(disabled), time_value(now)});
}

std::size_t Accounts::add_set_flags(sql::Batch& batch, const std::string& account_id,
                                    const std::vector<std::string>& flags, Instant now) {
  return batch.add_guard(kSetFlags, {account_id, words_value(flags), time_value(now)});
}

std::size_t Accounts::add_remove(sql::Batch& batch, const std::string& account_id, Instant now) {
  const std::size_t guard = batch.add_guard(kRemove, {account_id});
  Revocations::add_grants_of_account(batch, account_id, now);
  for (const std::string_view statement : kRemoveBelongings) batch.add(statement, {account_id});
  return guard;
}

std::size_t Accounts::add_require_version(sql::Batch& batch, const std::string& account_id, std::int64_t version) {
  return batch.add_guard(kRequireVersion, {account_id, version});
}

std::size_t Accounts::add_require(sql::Batch& batch, const std::string& account_id) {
  return batch.add_guard(kRequire, {account_id});
}

Task<Result<void>> Accounts::create(AccountRecord account) const {
  sql::Batch batch;
  add_create(batch, account);
  return write_or_fail(database_, std::move(batch), ErrorCode::Conflict, "This account id or username is taken.");
}

Task<Result<void>> Accounts::set_password(std::string account_id, std::string password_hash, Instant now) const {
  sql::Batch batch;
  add_set_password(batch, account_id, password_hash, now);
  return write_or_fail(database_, std::move(batch), ErrorCode::NotFound, kUnknown);
}

Task<Result<void>> Accounts::remove(std::string account_id, Instant now) const {
  sql::Batch batch;
  add_remove(batch, account_id, now);
  return write_or_fail(database_, std::move(batch), ErrorCode::NotFound, kUnknown);
}

Task<Result<std::optional<AccountRecord>>> Accounts::find(std::string account_id) const {
  return find_one<AccountRecord>(database_, {kFind, {std::move(account_id)}}, decode);
}

Task<Result<std::optional<AccountRecord>>> Accounts::find_by_username(std::string issuer, std::string username) const {
  return find_one<AccountRecord>(database_, {kFindByUsername, {std::move(issuer), std::move(username)}}, decode);
}

Task<Result<std::vector<AccountRecord>>> Accounts::list(std::string issuer, std::string after,
                                                        std::size_t limit) const {
  return find_all<AccountRecord>(database_, {kList, {std::move(issuer), std::move(after), limit_value(limit)}}, decode);
}

}  // namespace signet::store
