#include "store/audit.h"

#include <algorithm>
#include <array>

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO audit (audit_id, recorded_at, issuer, event, outcome, record, account_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";
// Times are asked for as bounds of the id, so that the primary key finds the first row.
constexpr std::string_view kList =
    "SELECT audit_id, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE audit_id > $1 AND audit_id < $2 AND ($3 = '' OR issuer = $3) AND ($4 = '' OR event = $4)"
    " AND ($5 = '' OR outcome = $5) AND ($6 = '' OR account_id = $6) ORDER BY audit_id LIMIT $7";
constexpr std::string_view kListNewest =
    "SELECT audit_id, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE audit_id > $1 AND audit_id < $2 AND ($3 = '' OR issuer = $3) AND ($4 = '' OR event = $4)"
    " AND ($5 = '' OR outcome = $5) AND ($6 = '' OR account_id = $6) ORDER BY audit_id DESC LIMIT $7";
// The index holds no empty account: only with the second condition the database knows that it may use it.
constexpr std::string_view kListNewestOfAccount =
    "SELECT audit_id, recorded_at, issuer, event, outcome, record, account_id FROM audit"
    " WHERE account_id = $6 AND account_id <> '' AND audit_id > $1 AND audit_id < $2 AND ($3 = '' OR issuer = $3)"
    " AND ($4 = '' OR event = $4) AND ($5 = '' OR outcome = $5) ORDER BY audit_id DESC LIMIT $7";

/// Greater than every id: ids start with a hexadecimal digit.
constexpr std::string_view kBehindAll = "g";

std::vector<sql::Value> bounds(AuditFilter filter, std::string above, std::string below, std::size_t limit) {
  if (filter.from) above = std::max(above, audit_id_prefix(*filter.from));
  if (filter.until) below = std::min(below, audit_id_prefix(*filter.until));
  return {std::move(above),        std::move(below),          std::move(filter.issuer),
          std::move(filter.event), std::move(filter.outcome), std::move(filter.account_id),
          limit_value(limit)};
}

Result<AuditRecord> decode(const sql::Row& row) {
  return AuditRecord{.audit_id = row.text(0),
                     .recorded_at = row.instant(1),
                     .issuer = row.text(2),
                     .event = row.text(3),
                     .outcome = row.text(4),
                     .record = row.text(5),
                     .account_id = row.text(6)};
}

}  // namespace

std::string audit_id_prefix(Instant at) {
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_millis(at), 0));
  std::array<std::uint8_t, 6> bytes{};
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, millis >>= 8) {
    *byte = static_cast<std::uint8_t>(millis & 0xff);
  }
  return encode_hex(bytes);
}

std::string make_audit_id(Instant at, Random& random) {
  return audit_id_prefix(at) + make_random_id(random);
}

void Audit::add(sql::Batch& batch, const AuditRecord& record) {
  batch.add(kAdd, {record.audit_id, time_value(record.recorded_at), record.issuer, record.event, record.outcome,
                   record.record, record.account_id});
}

Task<Result<std::vector<AuditRecord>>> Audit::list(AuditFilter filter, std::string after, std::size_t limit) const {
  auto values = bounds(std::move(filter), std::move(after), std::string(kBehindAll), limit);
  return find_all<AuditRecord>(database_, {kList, std::move(values)}, decode);
}

Task<Result<std::vector<AuditRecord>>> Audit::list_newest(AuditFilter filter, std::string before,
                                                          std::size_t limit) const {
  if (before.empty()) before = kBehindAll;
  const std::string_view statement = filter.account_id.empty() ? kListNewest : kListNewestOfAccount;
  auto values = bounds(std::move(filter), std::string(), std::move(before), limit);
  return find_all<AuditRecord>(database_, {statement, std::move(values)}, decode);
}

}  // namespace signet::store
