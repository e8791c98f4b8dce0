#include "sql/sqlite/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "sql/temporary_database.h"

namespace signet::sql::test {
namespace {

constexpr std::string_view kInsert = "INSERT INTO items (id, text) VALUES ($1, $2)";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM items";

TEST(SqliteBackup, AFileThatExistsIsNotOverwritten) {
  const TemporaryDatabase database;
  const std::string path = database.directory.file("copy.db");
  std::ofstream(path) << "precious";
  const auto refused = database->backup(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
  EXPECT_FALSE(database->backup(database.path()));
}

TEST(SqliteBackup, ALinkIsNotFollowed) {
  const TemporaryDatabase database;
  std::filesystem::create_symlink(database.directory.file("elsewhere"), database.directory.file("copy.db"));
  EXPECT_FALSE(database->backup(database.directory.file("copy.db")));
  EXPECT_FALSE(std::filesystem::exists(database.directory.file("elsewhere")));
}

TEST(SqliteBackup, AMissingDirectoryIsUnavailable) {
  const TemporaryDatabase database;
  const auto refused = database->backup(database.directory.file("nowhere/copy.db"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST(SqliteBackup, ACopyUnderLoadIsOfOneMoment) {
  const TemporaryDatabase database;
  ASSERT_TRUE(database->run_script("CREATE TABLE twins (id BIGINT PRIMARY KEY)"));
  std::atomic<std::int64_t> acknowledged = 0;
  std::atomic<bool> done = false;
  std::thread load([&] {
    for (std::int64_t i = 0; !done; ++i) {
      Batch batch;
      batch.add(kInsert, {i, std::string(500, 'x')});
      batch.add("INSERT INTO twins (id) VALUES ($1)", {i});
      must(run_blocking(database->write(std::move(batch))));
      acknowledged = i + 1;
    }
  });
  for (int round = 0; round < 5; ++round) {
    while (acknowledged < (round + 1) * 50) std::this_thread::yield();
    const std::int64_t before = acknowledged;
    const std::string path = database.directory.file("copy" + std::to_string(round));
    const auto copied = database->backup(path);
    ASSERT_TRUE(copied) << copied.error().detail;
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto copy = open({.path = path});
    EXPECT_TRUE(is_intact(*copy));
    const std::int64_t copied_rows = read_number(*copy, kCount);
    EXPECT_GE(copied_rows, before);
    EXPECT_EQ(read_number(*copy, "SELECT COUNT(*) FROM twins"), copied_rows);
    EXPECT_EQ(read_number(*copy, "SELECT MAX(id) FROM twins"), copied_rows - 1);
    EXPECT_TRUE(write(*copy, kInsert, {std::int64_t{-1}, std::string("a copy can be used")}));
  }
  done = true;
  load.join();
}

}  // namespace
}  // namespace signet::sql::test
