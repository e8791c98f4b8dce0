#include "server/admin/threat.h"

#include "base/text.h"

namespace signet::server::admin {
namespace {
constexpr std::size_t kLongestReason = 200;
}  // namespace

Task<Result<store::ThreatLevelRecord>> raise_threat_level(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                          std::int64_t level, std::string reason,
                                                          std::optional<Duration> lasting) {
  if (level < 1 || level > store::kHighestThreatLevel)
    co_return fail(ErrorCode::InvalidRequest, "A threat level is a number from 1 to 4.");
  if (reason.size() > kLongestReason || !is_valid_utf8(reason))
    co_return fail(ErrorCode::InvalidRequest, "A reason has at most 200 bytes of UTF-8.");
  store::ThreatLevelRecord record{.issuer = std::move(issuer_id),
                                  .level = level,
                                  .reason = std::move(reason),
                                  .actor = actor.name,
                                  .raised_at = tools.clock.now()};
  if (lasting) record.expires_at = record.raised_at + *lasting;
  sql::Batch batch;
  store::ThreatLevel::add_set(batch, record);
  const std::string end = record.expires_at ? std::to_string(to_unix_seconds(*record.expires_at)) : std::string();
  actor.record(
      AuditEvent("threat.raised", "done").number("level", level).text("reason", record.reason).text("expires_at", end),
      batch, record.issuer, record.raised_at);
  CO_TRY(co_await tools.store.database.write(std::move(batch)));
  co_return record;
}

Task<Result<void>> lower_threat_level(const Tools& tools, const Actor& actor, std::string issuer_id) {
  sql::Batch batch;
  store::ThreatLevel::add_clear(batch, issuer_id);
  actor.record(AuditEvent("threat.lowered", "done"), batch, issuer_id, tools.clock.now());
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::NotFound, "The threat level is not raised.");
  co_return Result<void>{};
}

json::object to_json(const store::ThreatLevelRecord& level) {
  json::object out{{"issuer", level.issuer},
                   {"level", level.level},
                   {"reason", level.reason},
                   {"actor", level.actor},
                   {"raised_at", to_unix_seconds(level.raised_at)}};
  if (level.expires_at) out["expires_at"] = to_unix_seconds(*level.expires_at);
  return out;
}

}  // namespace signet::server::admin
