#include "sql/migrate.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "base/run_blocking.h"

namespace signet::sql {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations "
    "(number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";
constexpr std::string_view kSelectNumbers = "SELECT number FROM schema_migrations";

Result<std::set<std::int64_t>> load_applied(Database& database) {
  TRY_ASSIGN(const Rows rows, run_blocking(database.read({kSelectNumbers, {}})));
  std::set<std::int64_t> numbers;
  for (const Row& row : rows) numbers.insert(row.integer(0));
  return numbers;
}

// Scripts have no parameters, so the name goes in as a literal.
std::string quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

// The record comes first: of two programs that migrate at once, the second is stopped by its key before its script
// runs.
std::string with_record(const Migration& migration, Instant now) {
  std::string script = "INSERT INTO schema_migrations (number, name, applied_at) VALUES (";
  script += std::to_string(migration.number) + ", " + quote(migration.name) + ", ";
  script += std::to_string(to_unix_millis(now)) + ");\n";
  return script.append(migration.script);
}

/// False: another program was faster.
Result<bool> apply(Database& database, const Migration& migration, Instant now) {
  const auto done = database.run_script(with_record(migration, now));
  if (done) return true;
  if (done.error().code == ErrorCode::Conflict) {
    TRY_ASSIGN(const auto applied, load_applied(database));
    if (applied.contains(migration.number)) return false;
  }
  Error error = done.error();
  error.detail = "migration " + std::to_string(migration.number) + ": " + error.detail;
  // Conflict is kept for a database that is newer; a script that contradicts the data it finds is our mistake.
  if (error.code == ErrorCode::Conflict) error.code = ErrorCode::Bug;
  return std::unexpected(std::move(error));
}

Result<void> check_known(const std::set<std::int64_t>& applied, std::span<const Migration> migrations) {
  for (const std::int64_t number : applied) {
    if (std::ranges::find(migrations, number, &Migration::number) != migrations.end()) continue;
    return fail(ErrorCode::Conflict, "The database was made by a newer version of this program.",
                "migration " + std::to_string(number) + " is unknown here");
  }
  return {};
}

}  // namespace

Result<void> migrate(Database& database, std::span<const Migration> migrations, const Clock& clock,
                     const OnMigrated& on_migrated) {
  const bool ascending =
      std::ranges::adjacent_find(migrations, std::ranges::greater_equal{}, &Migration::number) == migrations.end();
  if (!ascending) {
    return fail(ErrorCode::Bug, "internal error", "migrations are not in ascending order");
  }
  TRY(database.run_script(kCreateTable));
  TRY_ASSIGN(const auto applied, load_applied(database));
  TRY(check_known(applied, migrations));
  for (const Migration& migration : migrations) {
    if (applied.contains(migration.number)) continue;
    const Instant began = clock.now();
    TRY_ASSIGN(const bool is_ours, apply(database, migration, began));
    if (is_ours && on_migrated) on_migrated(migration, clock.now() - began);
  }
  return {};
}

}  // namespace signet::sql
