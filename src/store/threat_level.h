#pragma once
// How alarmed an operator is: one level for each issuer, raised and lowered at runtime.

#include <optional>
#include <string>

#include "sql/database.h"

namespace signet::store {

inline constexpr std::int64_t kHighestThreatLevel = 4;

struct ThreatLevelRecord {
  std::string issuer;
  std::int64_t level = 0;  ///< 0: nothing is known to be wrong; to kHighestThreatLevel
  std::string reason = {};
  std::string actor = {};  ///< who raised it
  Instant raised_at{};
  std::optional<Instant> expires_at = std::nullopt;  ///< nothing: until it is lowered
  bool operator==(const ThreatLevelRecord&) const = default;
};

class ThreatLevel {
 public:
  explicit ThreatLevel(sql::Database& database) : database_(database) {}

  /// In place of what was set before.
  static void add_set(sql::Batch& batch, const ThreatLevelRecord& level);
  /// Adds a guard that fails when nothing was set.
  static std::size_t add_clear(sql::Batch& batch, const std::string& issuer);

  /// What counts at `now`; nothing when none was set or it has expired. Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<ThreatLevelRecord>>> find(std::string issuer, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
