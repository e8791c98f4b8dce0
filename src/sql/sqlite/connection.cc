#include "sql/sqlite/connection.h"

#include <chrono>
#include <thread>

#include "sql/sqlite/log_writer.h"

namespace signet::sql::sqlite {
namespace {

// Another process (the command line) holds the write lock for a millisecond or so. SQLite's own handler falls back to
// sleeps of 100 ms, which would rarely meet the gap between two commits of a busy server; so this one asks often, for 5
// s.
constexpr auto kBusyPause = std::chrono::milliseconds(1);
constexpr int kBusyPauses = 5000;

int wait_for_lock(void* /*unused*/, int times) {
  if (times >= kBusyPauses) return 0;
  std::this_thread::sleep_for(kBusyPause);
  return 1;
}

// Repositories keep their texts as constants; this only stops a program that makes them up from growing without end.
constexpr std::size_t kPreparedLimit = 1000;

constexpr const char* kSettings =
    "PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA synchronous=FULL;";
constexpr const char* kWriterSettings =
    "PRAGMA cache_size=-8192;"
    "PRAGMA journal_size_limit=67108864;";
constexpr const char* kReaderSettings = "PRAGMA cache_size=-2048;";

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access, int long_log) {
  const int mode = access == Access::Write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const char* const files = access == Access::Write ? gathering_file_system() : nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, files);
  std::unique_ptr<Connection> connection(new Connection(handle, long_log));
  if (handle == nullptr)
    return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.", "no memory");
  if (code != SQLITE_OK) return fail_with(handle, code);
  TRY(connection->configure(access));
  return connection;
}

Result<void> Connection::configure(Access access) {
  sqlite3_busy_handler(handle_.get(), wait_for_lock, nullptr);
  // PostgreSQL reads "name" as a column, never as a text; SQLite's leniency would hide a misspelt column.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(run_text(kSettings));
  if (access == Access::Read) return run_text(kReaderSettings);
  if (sqlite3_db_readonly(handle_.get(), "main") == 1) {
    return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.",
                "the database file is not writable");
  }
  TRY(enter_wal());
  TRY(run_text(kWriterSettings));
  sqlite3_wal_hook(handle_.get(), &Connection::on_commit, this);
  return {};
}

/// The commit that makes the log long only tells (`log_is_long`). Those after it copy, when the readers whose
/// transactions were older have ended them; whatever could not be copied is copied after the next one.
int Connection::on_commit(void* self, sqlite3* handle, const char* schema, int pages) {
  auto& connection = *static_cast<Connection*>(self);
  const bool was_long = connection.log_is_long();
  connection.log_pages_ = pages;
  if (was_long && connection.log_is_long()) {
    (void)sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  return SQLITE_OK;
}

Result<void> Connection::enter_wal() {
  // Two processes that create the file at once meet here, and SQLite does not call the busy handler for this change.
  for (int times = 0;; ++times) {
    TRY_ASSIGN(Prepared change, Prepared::prepare(handle_.get(), "PRAGMA journal_mode=WAL"));
    const auto outcome = change.run({});
    if (outcome && !outcome->rows.empty() && outcome->rows.front().text(0) == "wal") return {};
    if (outcome) {
      return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.",
                  "the file system of the database has no shared memory for WAL");
    }
    const bool busy = (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY;
    if (!busy || wait_for_lock(nullptr, times) == 0) return std::unexpected(outcome.error());
  }
}

Result<Prepared*> Connection::prepare(std::string_view text) {
  const Key key{text.data(), text.size()};
  if (const auto found = prepared_.find(key); found != prepared_.end()) {
    // An address is reused when a text was no constant after all; running the wrong statement must not be possible.
    if (found->second.text() == text) return &found->second;
    prepared_.erase(found);
  }
  if (prepared_.size() >= kPreparedLimit) prepared_.clear();
  TRY_ASSIGN(Prepared prepared, Prepared::prepare(handle_.get(), text));
  return &prepared_.emplace(key, std::move(prepared)).first->second;
}

Result<Outcome> Connection::run(const Statement& statement) {
  TRY_ASSIGN(Prepared * prepared, prepare(statement.text));
  return prepared->run(statement.values);
}

Result<void> Connection::run(std::string_view text) {
  TRY_ASSIGN(Prepared * prepared, prepare(text));
  return prepared->run();
}

Result<void> Connection::run_text(const std::string& text) {
  const int code = sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail_with(handle_.get(), code);
  return {};
}

}  // namespace signet::sql::sqlite
