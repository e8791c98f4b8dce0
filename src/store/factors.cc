#include "store/factors.h"

#include <algorithm>
#include <tuple>

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO factors (account_id, factor_id, issuer, kind, name, lookup_hash, secret, data, counter, created_at,"
    " last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
constexpr std::string_view kRemove = "DELETE FROM factors WHERE account_id = $1 AND factor_id = $2";
constexpr std::string_view kRemoveSame =
    "DELETE FROM factors WHERE account_id = $1 AND kind = $2 AND lookup_hash IS NOT DISTINCT FROM $3";
constexpr std::string_view kRemoveAll = "DELETE FROM factors WHERE account_id = $1";
constexpr std::string_view kRename = "UPDATE factors SET name = $3 WHERE account_id = $1 AND factor_id = $2";
constexpr std::string_view kUse =
    "UPDATE factors SET counter = $3, last_used_at = $4 WHERE account_id = $1 AND factor_id = $2 AND counter < $3";
// A factor that has counted does not stop: a zero from it comes from a clone.
constexpr std::string_view kTouch =
    "UPDATE factors SET last_used_at = $3 WHERE account_id = $1 AND factor_id = $2 AND counter = 0";
constexpr std::string_view kSetData =
    "UPDATE factors SET data = $4, counter = $5, last_used_at = $6"
    " WHERE account_id = $1 AND factor_id = $2 AND counter = $3 AND counter < $5";
constexpr std::string_view kDescribe = "UPDATE factors SET data = $3 WHERE account_id = $1 AND factor_id = $2";
constexpr std::string_view kList =
    "SELECT account_id, factor_id, issuer, kind, name, lookup_hash, secret, data, counter, created_at, last_used_at"
    " FROM factors WHERE account_id = $1";
constexpr std::string_view kFind =
    "SELECT account_id, factor_id, issuer, kind, name, lookup_hash, secret, data, counter, created_at, last_used_at"
    " FROM factors WHERE account_id = $1 AND factor_id = $2";
constexpr std::string_view kFindByLookup =
    "SELECT account_id, factor_id, issuer, kind, name, lookup_hash, secret, data, counter, created_at, last_used_at"
    " FROM factors WHERE lookup_hash = $3 AND kind = $2 AND issuer = $1";

Result<FactorRecord> decode(const sql::Row& row) {
  FactorRecord factor;
  factor.account_id = row.text(0);
  factor.factor_id = row.text(1);
  factor.issuer = row.text(2);
  factor.kind = row.text(3);
  factor.name = row.text(4);
  if (!row.is_null(5)) {
    TRY_ASSIGN(factor.lookup_hash, read_digest(row, 5));
  }
  factor.secret = row.bytes(6);
  factor.data = row.text(7);
  factor.counter = row.integer(8);
  factor.created_at = row.instant(9);
  factor.last_used_at = row.find_instant(10);
  return factor;
}

}  // namespace

std::size_t Factors::add_insert(sql::Batch& batch, const FactorRecord& factor) {
  return batch.add_guard(
      kInsert, {factor.account_id, factor.factor_id, factor.issuer, factor.kind, factor.name,
                factor.lookup_hash ? hash_value(*factor.lookup_hash) : sql::Value(), factor.secret, factor.data,
                factor.counter, time_value(factor.created_at), time_value(factor.last_used_at)});
}

std::size_t Factors::add_replace(sql::Batch& batch, const FactorRecord& factor) {
  batch.add(kRemoveSame,
            {factor.account_id, factor.kind, factor.lookup_hash ? hash_value(*factor.lookup_hash) : sql::Value()});
  return add_insert(batch, factor);
}

std::size_t Factors::add_remove(sql::Batch& batch, const std::string& account_id, const std::string& factor_id) {
  return batch.add_guard(kRemove, {account_id, factor_id});
}

std::size_t Factors::add_rename(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                                const std::string& name) {
  return batch.add_guard(kRename, {account_id, factor_id, name});
}

void Factors::add_remove_all(sql::Batch& batch, const std::string& account_id) {
  batch.add(kRemoveAll, {account_id});
}

std::size_t Factors::add_use(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                             std::int64_t counter, Instant now) {
  return batch.add_guard(kUse, {account_id, factor_id, counter, time_value(now)});
}

std::size_t Factors::add_touch(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                               Instant now) {
  return batch.add_guard(kTouch, {account_id, factor_id, time_value(now)});
}

std::size_t Factors::add_set_data(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                                  std::int64_t expected_counter, const std::string& data, std::int64_t counter,
                                  Instant now) {
  return batch.add_guard(kSetData, {account_id, factor_id, expected_counter, data, counter, time_value(now)});
}

void Factors::add_describe(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                           const std::string& data) {
  batch.add(kDescribe, {account_id, factor_id, data});
}

Task<Result<std::vector<FactorRecord>>> Factors::list(std::string account_id) const {
  auto rows = co_await find_all<FactorRecord>(database_, {kList, {std::move(account_id)}}, decode);
  // Sorted here: they are few, and the database would make a table for it.
  if (rows)
    std::ranges::sort(*rows, {}, [](const FactorRecord& row) { return std::tie(row.created_at, row.factor_id); });
  co_return rows;
}

Task<Result<std::optional<FactorRecord>>> Factors::find(std::string account_id, std::string factor_id) const {
  return find_one<FactorRecord>(database_, {kFind, {std::move(account_id), std::move(factor_id)}}, decode);
}

Task<Result<std::optional<FactorRecord>>> Factors::find_by_lookup(std::string issuer, std::string kind,
                                                                  Digest256 lookup_hash) const {
  return find_one<FactorRecord>(database_,
                                {kFindByLookup, {std::move(issuer), std::move(kind), hash_value(lookup_hash)}}, decode);
}

}  // namespace signet::store
