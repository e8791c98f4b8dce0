#pragma once
// A real database in a directory of its own: opened, brought up to date, and gone when the test is over.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/run_blocking.h"
#include "sql/sqlite/driver.h"
#include "store/store.h"

namespace signet::test {

/// A directory below the system's temporary one, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

/// Ends the test with the reason why it has no value.
[[noreturn]] void throw_error(const Error& error);

/// The value of a result that a test counts on; the reason of its absence ends the test.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw_error(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Keeps the user of the account out.
void disable_account(store::Store& store, const std::string& account_id, Instant now);

class TemporaryDatabase {
 public:
  TemporaryDatabase();
  [[nodiscard]] sql::Database& database() { return *database_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<sql::Database> database_;
};

/// The repositories over a temporary database.
class StoreTest : public testing::Test {
 public:
  StoreTest();
  ~StoreTest() override;

  /// Writes a batch in which no guard may fail.
  void write(sql::Batch batch);
  /// Writes a batch; the index of the guard that stopped it, if one did.
  std::optional<std::size_t> failed_guard(sql::Batch batch);
  /// Number of rows of a table, whatever their state.
  std::int64_t count(const std::string& table);

 private:
  TemporaryDatabase temporary_;

 public:
  store::Store store{temporary_.database()};
  Instant now = from_unix_seconds(1'800'000'000);
};

}  // namespace signet::test
