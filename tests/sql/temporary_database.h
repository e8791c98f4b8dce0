#pragma once
// A SQLite database in a directory of its own, gone with the test.

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/run_blocking.h"
#include "sql/sqlite/driver.h"
#include "sql/sqlite/sqlite_database.h"

namespace signet::sql::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "signet-sql-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(name_of(result.error().code)) + ": " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::unique_ptr<Database> open(SqliteOptions options) {
  return must(open_sqlite(options));
}
inline sqlite::SqliteDatabase& as_sqlite(Database& database) {
  return dynamic_cast<sqlite::SqliteDatabase&>(database);
}

inline Result<BatchResult> write(Database& database, std::string_view text, std::vector<Value> values = {}) {
  Batch batch;
  batch.add(text, std::move(values));
  return run_blocking(database.write(std::move(batch)));
}
inline Result<Rows> read(Database& database, std::string_view text, std::vector<Value> values = {}) {
  return run_blocking(database.read({text, std::move(values)}));
}
inline std::int64_t read_number(Database& database, std::string_view text, std::vector<Value> values = {}) {
  return must(read(database, text, std::move(values))).at(0).integer(0);
}
inline bool is_intact(Database& database) {
  return must(read(database, "PRAGMA integrity_check")).at(0).text(0) == "ok";
}

/// Holds the write lock as another process would.
class ForeignLock {
 public:
  explicit ForeignLock(const std::string& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("open");
    sqlite3_busy_timeout(handle_, 5000);
    if (sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error("lock");
  }
  ~ForeignLock() { release(); }
  ForeignLock(const ForeignLock&) = delete;
  ForeignLock& operator=(const ForeignLock&) = delete;
  void release() { sqlite3_close(std::exchange(handle_, nullptr)); }

 private:
  sqlite3* handle_ = nullptr;
};

/// An open database with one table `items (id BIGINT PRIMARY KEY, text TEXT, data {blob})`.
struct TemporaryDatabase {
  explicit TemporaryDatabase(SqliteOptions options = {}) : settings(std::move(options)) {
    settings.path = directory.file("signet.db");
    database = open(settings);
    must(database->run_script("CREATE TABLE items (id BIGINT PRIMARY KEY, text TEXT, data {blob})"));
  }
  void reopen() {
    database.reset();
    database = open(settings);
  }
  Database* operator->() const { return database.get(); }
  Database& operator*() const { return *database; }
  [[nodiscard]] const std::string& path() const { return settings.path; }

  TemporaryDirectory directory;
  SqliteOptions settings;
  std::unique_ptr<Database> database;
};

}  // namespace signet::sql::test
