#include "store/threat_level.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kSet =
    "INSERT INTO threat_level (issuer, level, reason, actor, raised_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (issuer) DO UPDATE SET level = excluded.level, reason = excluded.reason, actor = excluded.actor,"
    " raised_at = excluded.raised_at, expires_at = excluded.expires_at";
constexpr std::string_view kClear = "DELETE FROM threat_level WHERE issuer = $1";
constexpr std::string_view kFind =
    "SELECT issuer, level, reason, actor, raised_at, expires_at FROM threat_level"
    " WHERE issuer = $1 AND (expires_at IS NULL OR expires_at > $2)";

Result<ThreatLevelRecord> decode(const sql::Row& row) {
  return ThreatLevelRecord{.issuer = row.text(0),
                           .level = row.integer(1),
                           .reason = row.text(2),
                           .actor = row.text(3),
                           .raised_at = row.instant(4),
                           .expires_at = row.find_instant(5)};
}

}  // namespace

void ThreatLevel::add_set(sql::Batch& batch, const ThreatLevelRecord& level) {
  batch.add(kSet, {level.issuer, level.level, level.reason, level.actor, time_value(level.raised_at),
                   time_value(level.expires_at)});
}

std::size_t ThreatLevel::add_clear(sql::Batch& batch, const std::string& issuer) {
  return batch.add_guard(kClear, {issuer});
}

Task<Result<std::optional<ThreatLevelRecord>>> ThreatLevel::find(std::string issuer, Instant now) const {
  return find_one<ThreatLevelRecord>(database_, {kFind, {std::move(issuer), time_value(now)}}, decode);
}

}  // namespace signet::store
