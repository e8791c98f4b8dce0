#pragma once
// One SQLite connection with its settings and its prepared statements. Thread: one at a time.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "sql/sqlite/driver.h"
#include "sql/sqlite/prepared.h"

namespace signet::sql::sqlite {

enum class Access { Read, Write };

/// Runs statements on one connection.
class Connection {
 public:
  /// Opens an existing file. Fails: Unavailable (cannot open, not a database, held by another process)
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                                int long_log = kLongLog);

  /// Runs one statement with its cached plan.
  [[nodiscard]] Result<Outcome> run(const Statement& statement);
  /// Runs one constant statement without parameters and rows.
  [[nodiscard]] Result<void> run(std::string_view text);
  /// Runs a text of many statements without caching them.
  [[nodiscard]] Result<void> run_text(const std::string& text);

  /// True between BEGIN and COMMIT. SQLite ends a transaction by itself when the disk fails.
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  /// Was the log long after the last commit? It can begin anew only when no reader is in a transaction that is older.
  [[nodiscard]] bool log_is_long() const { return log_pages_ >= long_log_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Key {
    const char* data;
    std::size_t size;
    bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const {
      return std::hash<const char*>{}(key.data) ^ (key.size * 0x9e3779b97f4a7c15U);
    }
  };

  Connection(sqlite3* handle, int long_log) : handle_(handle), long_log_(long_log) {}
  static int on_commit(void* self, sqlite3* handle, const char* schema, int pages);
  [[nodiscard]] Result<void> configure(Access access);
  [[nodiscard]] Result<void> enter_wal();
  [[nodiscard]] Result<Prepared*> prepare(std::string_view text);

  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<Key, Prepared, HashKey> prepared_;
  const int long_log_;
  int log_pages_ = 0;
};

/// Runs `work` between BEGIN IMMEDIATE and COMMIT; on any failure nothing of it stays.
template <class Work>
Result<void> in_transaction(Connection& connection, Work work) {
  TRY(connection.run("BEGIN IMMEDIATE"));
  Result<void> done = work();
  if (done) done = connection.run("COMMIT");
  if (!done && connection.in_transaction()) {
    if (auto undone = connection.run("ROLLBACK"); !undone) return undone;
  }
  return done;
}

}  // namespace signet::sql::sqlite
