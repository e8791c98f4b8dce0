#include "store/login_failures.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kCount =
    "INSERT INTO login_failures (subject_hash, failures, last_failed_at, expires_at) VALUES ($1, 1, $2, $3)"
    " ON CONFLICT (subject_hash) DO UPDATE SET"
    " failures = CASE WHEN login_failures.expires_at <= excluded.last_failed_at THEN 1"
    " ELSE login_failures.failures + 1 END,"
    " last_failed_at = excluded.last_failed_at, expires_at = excluded.expires_at RETURNING failures";
constexpr std::string_view kClear = "DELETE FROM login_failures WHERE subject_hash = $1";
constexpr std::string_view kFind =
    "SELECT failures, last_failed_at, expires_at FROM login_failures WHERE subject_hash = $1 AND expires_at > $2";

Result<LoginFailureRecord> decode(const sql::Row& row) {
  return LoginFailureRecord{.failures = row.integer(0), .last_failed_at = row.instant(1), .expires_at = row.instant(2)};
}

}  // namespace

std::size_t LoginFailures::add_failure(sql::Batch& batch, const Digest256& subject, Instant now, Duration window) {
  return batch.add_guard(kCount, {hash_value(subject), time_value(now), time_value(now + window)});
}

void LoginFailures::add_clear(sql::Batch& batch, const Digest256& subject) {
  batch.add(kClear, {hash_value(subject)});
}

Task<Result<std::int64_t>> LoginFailures::count_failure(Digest256 subject, Instant now, Duration window) const {
  sql::Batch batch;
  const std::size_t at = add_failure(batch, subject, now, window);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await database_.write(std::move(batch)));
  co_return result.rows.at(at).at(0).integer(0);
}

Task<Result<void>> LoginFailures::clear(Digest256 subject) const {
  sql::Batch batch;
  add_clear(batch, subject);
  CO_TRY(co_await database_.write(std::move(batch)));
  co_return Result<void>();
}

Task<Result<std::optional<LoginFailureRecord>>> LoginFailures::find(Digest256 subject, Instant now) const {
  return find_one<LoginFailureRecord>(database_, {kFind, {hash_value(subject), time_value(now)}}, decode);
}

}  // namespace signet::store
