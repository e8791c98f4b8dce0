#pragma once
// Forward-only migrations: numbered SQL scripts, each applied once, in order.

#include <functional>
#include <span>
#include <string_view>

#include "sql/database.h"

namespace signet::sql {

struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view script;
};

/// Hears of a migration that was applied just now, and how long that took.
using OnMigrated = std::function<void(const Migration& migration, Duration took)>;

/// Applies what is missing. The macro {blob} becomes the database's byte type, {clustered} what keeps a table in
/// the order of its primary key, {sequence} the type of a key that numbers the rows as they come. Fails: Conflict when
/// the database is newer than this program, Unavailable
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> migrations,
                                   const Clock& clock = SystemClock(), const OnMigrated& on_migrated = {});

}  // namespace signet::sql
