#include "store/login_failures.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr Duration kPeriod = minutes{10};

// The right-hand sides are of the row as it was. A node whose clock is behind counts in the period of the others.
constexpr std::string_view kCount =
    "INSERT INTO login_failures (subject_hash, failures, last_failed_at, expires_at, period, in_period)"
    " VALUES ($1, 1, $2, $3, $4, 1)"
    " ON CONFLICT (subject_hash) DO UPDATE SET"
    " failures = CASE WHEN login_failures.expires_at <= excluded.last_failed_at THEN 1"
    " ELSE login_failures.failures + 1 END,"
    " last_failed_at = excluded.last_failed_at, expires_at = excluded.expires_at,"
    " in_period_before = CASE WHEN login_failures.period >= excluded.period THEN login_failures.in_period_before"
    " WHEN login_failures.period = excluded.period - 1 THEN login_failures.in_period ELSE 0 END,"
    " in_period = CASE WHEN login_failures.period >= excluded.period THEN login_failures.in_period + 1 ELSE 1 END,"
    " period = CASE WHEN login_failures.period >= excluded.period THEN login_failures.period ELSE excluded.period END"
    " RETURNING failures";
constexpr std::string_view kRequireAtMost =
    "SELECT 1 WHERE COALESCE((SELECT failures FROM login_failures WHERE subject_hash = $1 AND expires_at > $2), 0)"
    " <= $3";
constexpr std::string_view kClear = "DELETE FROM login_failures WHERE subject_hash = $1";
constexpr std::string_view kFind =
    "SELECT failures, last_failed_at, expires_at, period, in_period, in_period_before FROM login_failures"
    " WHERE subject_hash = $1 AND expires_at > $2";

// SQLite makes and sorts a table for the list of an IN, which costs more than the three looks.
constexpr std::string_view kFindThree =
    "SELECT failures, last_failed_at, expires_at, period, in_period, in_period_before, 0 FROM login_failures"
    " WHERE subject_hash = $1 AND expires_at > $4 UNION ALL "
    "SELECT failures, last_failed_at, expires_at, period, in_period, in_period_before, 1 FROM login_failures"
    " WHERE subject_hash = $2 AND expires_at > $4 UNION ALL "
    "SELECT failures, last_failed_at, expires_at, period, in_period, in_period_before, 2 FROM login_failures"
    " WHERE subject_hash = $3 AND expires_at > $4";
constexpr std::size_t kWhich = 6;

Result<LoginFailureRecord> decode(const sql::Row& row) {
  return LoginFailureRecord{.failures = row.integer(0),
                            .last_failed_at = row.instant(1),
                            .expires_at = row.instant(2),
                            .period = row.integer(3),
                            .in_period = row.integer(4),
                            .in_period_before = row.integer(5)};
}

std::int64_t period_of(Instant at) {
  return at.time_since_epoch() / kPeriod;
}

}  // namespace

std::int64_t LoginFailureRecord::in_ten_minutes(Instant now) const {
  const std::int64_t passed = period_of(now) - period;
  if (passed > 1) return 0;
  const Duration left = kPeriod - now.time_since_epoch() % kPeriod;
  const auto share = [left](std::int64_t failures) { return failures * left / kPeriod; };
  return passed == 1 ? share(in_period) : in_period + share(in_period_before);
}

std::size_t LoginFailures::add_failure(sql::Batch& batch, const Digest256& subject, Instant now, Duration window) {
  return batch.add_guard(kCount, {hash_value(subject), time_value(now), time_value(now + window), period_of(now)});
}

void LoginFailures::add_clear(sql::Batch& batch, const Digest256& subject) {
  batch.add(kClear, {hash_value(subject)});
}

std::size_t LoginFailures::add_require_at_most(sql::Batch& batch, const Digest256& subject, std::int64_t failures,
                                               Instant now) {
  return batch.add_guard(kRequireAtMost, {hash_value(subject), time_value(now), failures});
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

Task<Result<LoginFailures::Three>> LoginFailures::find_three(std::array<Digest256, 3> subjects, Instant now) const {
  CO_TRY_ASSIGN(
      const auto rows,
      co_await database_.read(
          {kFindThree, {hash_value(subjects[0]), hash_value(subjects[1]), hash_value(subjects[2]), time_value(now)}}));
  Three found;
  for (const sql::Row& row : rows) {
    CO_TRY_ASSIGN(const LoginFailureRecord record, decode(row));
    found.at(static_cast<std::size_t>(row.integer(kWhich))) = record;
  }
  co_return found;
}

}  // namespace signet::store
