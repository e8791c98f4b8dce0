#include "sql/sqlite/log_writer.h"

#include <gtest/gtest.h>

#include "sql/temporary_database.h"

namespace signet::sql::test {
namespace {

constexpr std::string_view kInsert = "INSERT INTO items (id, text) VALUES ($1, $2)";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM items";
constexpr std::string_view kBytes = "SELECT SUM(LENGTH(text)) FROM items";

/// What a machine that stops at this moment finds afterwards: the files as the kernel has them now.
std::unique_ptr<Database> open_copy(const TemporaryDatabase& original, const TemporaryDirectory& elsewhere) {
  const std::string copy = elsewhere.file("copy.db");
  for (const char* const part : {"", "-wal"}) {
    std::filesystem::copy_file(original.path() + part, copy + part, std::filesystem::copy_options::overwrite_existing);
  }
  return open({.path = copy});
}

TEST(LogWriter, EveryCommitIsInTheFilesWhenItIsAcknowledged) {
  const TemporaryDatabase database;
  const TemporaryDirectory elsewhere;
  for (std::int64_t id = 1; id <= 20; ++id) {
    must(write(*database, kInsert, {id, std::string(static_cast<std::size_t>(id) * 700, 'x')}));
    const auto copy = open_copy(database, elsewhere);
    ASSERT_EQ(read_number(*copy, kCount), id);
    ASSERT_TRUE(is_intact(*copy));
  }
}

TEST(LogWriter, ACommitThatIsLargerThanOneWriteArrivesWhole) {
  constexpr std::size_t kRowBytes = 5000;
  constexpr std::int64_t kRows = 400;  // two megabytes of frames
  const TemporaryDatabase database;
  const TemporaryDirectory elsewhere;
  Batch batch;
  for (std::int64_t id = 0; id < kRows; ++id) batch.add(kInsert, {id, std::string(kRowBytes, 'x')});
  must(run_blocking(database->write(std::move(batch))));
  must(write(*database, kInsert, {kRows, std::string(1'000'000, 'y')}));
  const auto copy = open_copy(database, elsewhere);
  EXPECT_EQ(read_number(*copy, kCount), kRows + 1);
  EXPECT_EQ(read_number(*copy, kBytes), kRows * static_cast<std::int64_t>(kRowBytes) + 1'000'000);
  EXPECT_TRUE(is_intact(*copy));
}

TEST(LogWriter, AScriptThatReadsWhatItHasJustWrittenSeesIt) {
  TemporaryDatabase database;
  // More pages than the cache holds, so that some are read back from the log before they are committed.
  must(
      database->run_script("INSERT INTO items (id, text)"
                           " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
                           " SELECT i, printf('%.4000c', 'x') FROM n;"
                           "UPDATE items SET text = text || 'y' WHERE id % 2 = 0;"));
  EXPECT_EQ(read_number(*database, kBytes), 6000 * 4000 + 3000);
  EXPECT_TRUE(is_intact(*database));
  database.reopen();
  EXPECT_EQ(read_number(*database, kBytes), 6000 * 4000 + 3000);
}

}  // namespace
}  // namespace signet::sql::test
