#include "store/clients.h"

#include "store/columns.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

constexpr std::string_view kCreate =
    "INSERT INTO clients (client_id, issuer, version, metadata, created_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
constexpr std::string_view kUpdate =
    "UPDATE clients SET metadata = $3, updated_at = $4, version = version + 1"
    " WHERE client_id = $1 AND issuer = $2 RETURNING version";
constexpr std::string_view kUpdateVersion =
    "UPDATE clients SET metadata = $3, updated_at = $4, version = version + 1"
    " WHERE client_id = $1 AND issuer = $2 AND version = $5 RETURNING version";
constexpr std::string_view kRemove = "DELETE FROM clients WHERE client_id = $1 AND issuer = $2";
// Refresh tokens are found through the grants, so they go first.
constexpr std::string_view kRemoveBelongings[] = {
    "DELETE FROM refresh_tokens WHERE grant_id IN (SELECT grant_id FROM grants WHERE client_id = $1 AND issuer = $2)",
    "DELETE FROM authorization_codes WHERE client_id = $1 AND issuer = $2",
    "DELETE FROM access_tokens WHERE client_id = $1 AND issuer = $2",
    "DELETE FROM pushed_requests WHERE client_id = $1 AND issuer = $2",
    "DELETE FROM grants WHERE client_id = $1 AND issuer = $2",
    "DELETE FROM consents WHERE client_id = $1 AND issuer = $2",
};
constexpr std::string_view kRequire = "SELECT 1 FROM clients WHERE client_id = $1 AND issuer = $2";
constexpr std::string_view kFind =
    "SELECT client_id, issuer, version, metadata, created_at, updated_at FROM clients"
    " WHERE client_id = $1 AND issuer = $2";
constexpr std::string_view kFindVersion =
    "SELECT version, created_at FROM clients WHERE client_id = $1 AND issuer = $2";
constexpr std::string_view kList =
    "SELECT client_id, issuer, version, metadata, created_at, updated_at FROM clients"
    " WHERE issuer = $1 AND client_id > $2 ORDER BY client_id LIMIT $3";

Result<ClientRecord> decode(const sql::Row& row) {
  return ClientRecord{.client_id = row.text(0),
                      .issuer = row.text(1),
                      .version = row.integer(2),
                      .metadata = row.text(3),
                      .created_at = row.instant(4),
                      .updated_at = row.instant(5)};
}

Result<Clients::Version> decode_version(const sql::Row& row) {
  return Clients::Version{.version = row.integer(0), .created_at = row.instant(1)};
}

}  // namespace

std::size_t Clients::add_create(sql::Batch& batch, const ClientRecord& client) {
  return batch.add_guard(kCreate, {client.client_id, client.issuer, client.version, client.metadata,
                                   time_value(client.created_at), time_value(client.updated_at)});
}

std::size_t Clients::add_update(sql::Batch& batch, const std::string& client_id, const std::string& issuer,
                                const std::string& metadata, std::optional<std::int64_t> expected_version,
                                Instant now) {
  if (!expected_version) return batch.add_guard(kUpdate, {client_id, issuer, metadata, time_value(now)});
  return batch.add_guard(kUpdateVersion, {client_id, issuer, metadata, time_value(now), *expected_version});
}

std::size_t Clients::add_remove(sql::Batch& batch, const std::string& client_id, const std::string& issuer,
                                Instant now) {
  const std::size_t guard = batch.add_guard(kRemove, {client_id, issuer});
  for (const std::string_view statement : kRemoveBelongings) batch.add(statement, {client_id, issuer});
  Revocations::add_client(batch, client_id, issuer, now);
  return guard;
}

std::size_t Clients::add_require(sql::Batch& batch, const std::string& client_id, const std::string& issuer) {
  return batch.add_guard(kRequire, {client_id, issuer});
}

Task<Result<void>> Clients::create(ClientRecord client) const {
  sql::Batch batch;
  add_create(batch, client);
  return write_or_fail(database_, std::move(batch), ErrorCode::Conflict, "A client with this client_id exists.");
}

Task<Result<std::int64_t>> Clients::update(std::string client_id, std::string issuer, std::string metadata,
                                           std::optional<std::int64_t> expected_version, Instant now) const {
  sql::Batch batch;
  const std::size_t guard = add_update(batch, client_id, issuer, metadata, expected_version, now);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await database_.write(std::move(batch)));
  if (!result.failed_guard) co_return result.rows[guard].front().integer(0);
  CO_TRY_ASSIGN(const auto present, co_await find_version(client_id, issuer));
  if (present) co_return fail(ErrorCode::Conflict, "The client was changed in between.");
  co_return fail(ErrorCode::NotFound, "There is no such client.");
}

Task<Result<void>> Clients::remove(std::string client_id, std::string issuer, Instant now) const {
  sql::Batch batch;
  add_remove(batch, client_id, issuer, now);
  return write_or_fail(database_, std::move(batch), ErrorCode::NotFound, "There is no such client.");
}

Task<Result<std::optional<ClientRecord>>> Clients::find(std::string client_id, std::string issuer) const {
  return find_one<ClientRecord>(database_, {kFind, {std::move(client_id), std::move(issuer)}}, decode);
}

Task<Result<std::optional<Clients::Version>>> Clients::find_version(std::string client_id, std::string issuer) const {
  return find_one<Version>(database_, {kFindVersion, {std::move(client_id), std::move(issuer)}}, decode_version);
}

Task<Result<std::vector<ClientRecord>>> Clients::list(std::string issuer, std::string after, std::size_t limit) const {
  return find_all<ClientRecord>(database_, {kList, {std::move(issuer), std::move(after), limit_value(limit)}}, decode);
}

}  // namespace signet::store
