#include "sql/sqlite/driver.h"

#include <filesystem>

#include "sql/sqlite/backup.h"
#include "sql/sqlite/sqlite_database.h"

namespace signet::sql {
namespace sqlite {
namespace {

/// Suspends the caller until the writer has answered its job; false when the queue is full.
struct Submit {
  Writer& writer;
  WriteJob& job;
  bool accepted = true;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> caller) {
    job.waiter = caller;
    job.executor = Executor::current();
    // After a submit that worked, this frame may already run elsewhere: nothing of it may be touched.
    if (writer.submit(job)) return true;
    accepted = false;
    return false;
  }
  [[nodiscard]] bool await_resume() const noexcept { return accepted; }
};

/// The script with the macros {blob}, {clustered} and {sequence} as SQLite's byte type, table option and numbering.
std::string with_types(std::string_view script) {
  constexpr std::pair<std::string_view, std::string_view> macros[] = {
      {"{blob}", "BLOB"}, {"{clustered}", "WITHOUT ROWID"}, {"{sequence}", "INTEGER PRIMARY KEY"}};
  std::string text(script);
  for (const auto& [macro, meaning] : macros) {
    for (auto at = text.find(macro); at != std::string::npos; at = text.find(macro, at + meaning.size())) {
      text.replace(at, macro.size(), meaning);
    }
  }
  return text;
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::string path, std::unique_ptr<Connection> connection, const SqliteOptions& options)
    : path_(std::move(path)),
      connection_(std::move(connection)),
      readers_(path_),
      writer_(*connection_, options.queue_limit, options.batches_per_commit) {}

Task<Result<Rows>> SqliteDatabase::read(Statement statement) {
  co_return readers_.run(statement, {.commits = writer_.commits(), .log_is_long = writer_.log_is_long()});
}

Task<Result<BatchResult>> SqliteDatabase::write(Batch batch) {
  if (batch.empty()) co_return BatchResult{};
  WriteJob job{.batch = std::move(batch)};
  const bool accepted = co_await Submit{writer_, job};
  if (!accepted)
    co_return fail(ErrorCode::Overloaded, "The service is busy, try again shortly.", "the write queue is full");
  if (job.error) co_return std::unexpected(std::move(*job.error));
  co_return std::move(job.result);
}

bool SqliteDatabase::write_later(Batch batch) {
  if (batch.empty()) return true;
  auto job = std::make_unique<WriteJob>(WriteJob{.batch = std::move(batch)});
  if (!writer_.submit(*job)) return false;
  (void)job.release();  // the writer deletes a job that nobody waits for
  return true;
}

Result<void> SqliteDatabase::backup(const std::string& path) {
  return copy_database(path_, path);
}

Result<void> SqliteDatabase::run_script(std::string_view script) {
  // A connection of its own: the writer's must not be touched by another thread, and migrations are rare.
  TRY_ASSIGN(const auto connection, Connection::open(path_, Access::Write));
  const std::string text = with_types(script);
  return in_transaction(*connection, [&]() -> Result<void> {
    TRY(connection->run_text(text));
    if (!connection->in_transaction()) return fail(ErrorCode::Bug, "internal error", "a script ended its transaction");
    return {};
  });
}

}  // namespace sqlite

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  if (options.path.empty() || options.path == ":memory:") {
    return fail(ErrorCode::Bug, "internal error", "the database needs the path of a file");
  }
  // Absolute, so that neither a change of directory nor SQLite's URI syntax can point it elsewhere.
  const std::string path = std::filesystem::absolute(options.path).string();
  // SQLite's own count of memory would take one lock of the whole process at every allocation. A second call changes
  // nothing.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  TRY(sqlite::create_file_if_missing(path));
  TRY_ASSIGN(auto connection, sqlite::Connection::open(path, sqlite::Access::Write, options.long_log));
  return std::make_unique<sqlite::SqliteDatabase>(path, std::move(connection), options);
}

}  // namespace signet::sql
