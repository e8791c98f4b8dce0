#pragma once
// A real database in a directory of its own: opened, brought up to date, and gone when the test is over.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/run_blocking.h"
#include "sql/sqlite/driver.h"
#include "store/store.h"

namespace signet::test {

/// A directory below the system's temporary one, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / "signet-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

/// The value of a result that a test counts on; the reason of its absence ends the test.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(result.error().public_text.view()) + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

class TemporaryDatabase {
 public:
  TemporaryDatabase() : database_(value_of(sql::open_sqlite({.path = directory_.file("signet.db")}))) {
    value_of(sql::migrate(*database_, store::migrations()));
  }
  [[nodiscard]] sql::Database& database() { return *database_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<sql::Database> database_;
};

/// The repositories over a temporary database.
class StoreTest : public testing::Test {
 public:
  /// Writes a batch in which no guard may fail.
  void write(sql::Batch batch) { ASSERT_FALSE(failed_guard(std::move(batch))); }
  /// Writes a batch; the index of the guard that stopped it, if one did.
  std::optional<std::size_t> failed_guard(sql::Batch batch) {
    return value_of(run_blocking(store.database.write(std::move(batch)))).failed_guard;
  }
  /// Number of rows of a table, whatever their state.
  std::int64_t count(const std::string& table) {
    // Statements are remembered by the address of their text, so each text has to stay.
    static std::map<std::string, std::string> texts;
    const std::string& text = texts.try_emplace(table, "SELECT COUNT(*) FROM " + table).first->second;
    return value_of(run_blocking(store.database.read({text, {}}))).at(0).integer(0);
  }

 private:
  TemporaryDatabase temporary_;

 public:
  store::Store store{temporary_.database()};
  Instant now = from_unix_seconds(1'800'000'000);
};

}  // namespace signet::test
