#include "store/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/json.h"
#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO audit (recorded_at, issuer, event, outcome, record, account_id) VALUES ($1, $2, $3, $4, $5, $6)";
// By time, not by number: a clock may go back, and of several servers one is behind the other.
constexpr std::string_view kList =
    "SELECT sequence, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE (recorded_at, sequence) > ($1, $2) AND (recorded_at, sequence) < ($3, $4) AND ($5 = '' OR issuer = $5)"
    " AND ($6 = '' OR event = $6) AND ($7 = '' OR outcome = $7) AND ($8 = '' OR account_id = $8)"
    " AND ($9 = '' OR replace(record, $9, '') <> record) AND ($10 = '' OR replace(record, $10, '') <> record)"
    " ORDER BY recorded_at, sequence LIMIT $11";
constexpr std::string_view kListNewest =
    "SELECT sequence, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE (recorded_at, sequence) > ($1, $2) AND (recorded_at, sequence) < ($3, $4) AND ($5 = '' OR issuer = $5)"
    " AND ($6 = '' OR event = $6) AND ($7 = '' OR outcome = $7) AND ($8 = '' OR account_id = $8)"
    " AND ($9 = '' OR replace(record, $9, '') <> record) AND ($10 = '' OR replace(record, $10, '') <> record)"
    " ORDER BY recorded_at DESC, sequence DESC LIMIT $11";
// The index holds no empty account: only with the second condition the database knows that it may use it.
constexpr std::string_view kListNewestOfAccount =
    "SELECT sequence, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE account_id = $8 AND account_id <> '' AND (recorded_at, sequence) > ($1, $2)"
    " AND (recorded_at, sequence) < ($3, $4) AND ($5 = '' OR issuer = $5) AND ($6 = '' OR event = $6)"
    " AND ($7 = '' OR outcome = $7)"
    " AND ($9 = '' OR replace(record, $9, '') <> record) AND ($10 = '' OR replace(record, $10, '') <> record)"
    " ORDER BY recorded_at DESC, sequence DESC LIMIT $11";

/// Where a record stands: numbers begin with 1.
struct Position {
  std::int64_t millis;
  std::int64_t sequence;
  auto operator<=>(const Position&) const = default;
};
constexpr Position kBeforeAll{std::numeric_limits<std::int64_t>::min(), 0};
constexpr Position kBehindAll{std::numeric_limits<std::int64_t>::max(), 0};

constexpr std::size_t kTimeDigits = 12;
constexpr std::size_t kSequenceDigits = 16;

std::string id_of(const Position& position) {
  return fmt::format("{:012x}{:016x}", std::max<std::int64_t>(position.millis, 0), position.sequence);
}

std::optional<Position> parse_id(std::string_view id) {
  if (id.size() != kTimeDigits + kSequenceDigits) return std::nullopt;
  std::uint64_t millis = 0;
  std::uint64_t sequence = 0;
  const char* const middle = id.data() + kTimeDigits;
  const char* const end = id.data() + id.size();
  if (std::from_chars(id.data(), middle, millis, 16).ptr != middle) return std::nullopt;
  if (std::from_chars(middle, end, sequence, 16).ptr != end) return std::nullopt;
  return Position{static_cast<std::int64_t>(millis), static_cast<std::int64_t>(sequence)};
}

/// A member as it stands in the text of a record, whose other texts have no bare quotes; empty when it does not matter.
std::string member_text(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  JsonWriter writer;
  writer.text(name, value);
  const std::string object = std::move(writer).take();
  return object.substr(1, object.size() - 2);
}

std::vector<sql::Value> bounds(AuditFilter filter, Position above, Position below, std::size_t limit) {
  if (filter.from) above = std::max(above, {to_unix_millis(*filter.from), 0});
  if (filter.until) below = std::min(below, {to_unix_millis(*filter.until), 0});
  return {above.millis,
          above.sequence,
          below.millis,
          below.sequence,
          std::move(filter.issuer),
          std::move(filter.event),
          std::move(filter.outcome),
          std::move(filter.account_id),
          member_text("client_id", filter.named_client_id),
          member_text("account_id", filter.named_account_id),
          limit_value(limit)};
}

Result<AuditRecord> decode(const sql::Row& row) {
  return AuditRecord{.audit_id = id_of({row.integer(1), row.integer(0)}),
                     .recorded_at = row.instant(1),
                     .issuer = row.text(2),
                     .event = row.text(3),
                     .outcome = row.text(4),
                     .record = row.text(5),
                     .account_id = row.text(6)};
}

}  // namespace

void Audit::add(sql::Batch& batch, const AuditRecord& record) {
  batch.add(kAdd, {time_value(record.recorded_at), record.issuer, record.event, record.outcome, record.record,
                   record.account_id});
}

Task<Result<std::vector<AuditRecord>>> Audit::list(AuditFilter filter, std::string after, std::size_t limit) const {
  auto values = bounds(std::move(filter), parse_id(after).value_or(kBeforeAll), kBehindAll, limit);
  return find_all<AuditRecord>(database_, {kList, std::move(values)}, decode);
}

Task<Result<std::vector<AuditRecord>>> Audit::list_newest(AuditFilter filter, std::string before,
                                                          std::size_t limit) const {
  const std::string_view statement = filter.account_id.empty() ? kListNewest : kListNewestOfAccount;
  auto values = bounds(std::move(filter), kBeforeAll, parse_id(before).value_or(kBehindAll), limit);
  return find_all<AuditRecord>(database_, {statement, std::move(values)}, decode);
}

}  // namespace signet::store
