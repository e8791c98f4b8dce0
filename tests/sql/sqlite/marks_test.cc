#include "sql/sqlite/marks.h"

#include <gtest/gtest.h>

#include "sql/temporary_database.h"

namespace signet::sql::test {
namespace {

constexpr MarkTable kTable = {
    .append = "INSERT INTO marks (names, last_end) VALUES ($1, $2) RETURNING number",
    .behind = "SELECT number, names FROM marks WHERE number > $1 ORDER BY number LIMIT 2",
};
constexpr MarkTable kOtherTable = {
    .append = "INSERT INTO other_marks (names, last_end) VALUES ($1, $2) RETURNING number",
    .behind = "SELECT number, names FROM other_marks WHERE number > $1 ORDER BY number LIMIT 2",
};
constexpr std::string_view kRemove = "DELETE FROM marks WHERE last_end < $1 RETURNING 1";

MarkName name(std::uint8_t time, std::uint8_t hash) {
  MarkName made{};
  made[kMarkTimeBytes - 1] = time;
  made.back() = hash;
  return made;
}

class Marks : public testing::Test {
 public:
  Marks() {
    for (const char* table : {"marks", "other_marks"}) {
      must(database->run_script("CREATE TABLE " + std::string(table) +
                                " (number {sequence}, names {blob} NOT NULL, last_end {blob} NOT NULL)"));
    }
  }
  static Batch mark(const MarkName& name, const MarkTable& table = kTable) {
    Batch batch;
    batch.add_mark(table, name);
    return batch;
  }
  static bool is_first(Database& database, const MarkName& name, const MarkTable& table = kTable) {
    return !must(run_blocking(database.write(mark(name, table)))).failed_guard;
  }
  std::int64_t rows() { return read_number(*database, "SELECT COUNT(*) FROM marks"); }

  TemporaryDatabase database;
};

TEST_F(Marks, ANameCanBeMarkedOnce) {
  EXPECT_TRUE(is_first(*database, name(1, 1)));
  EXPECT_FALSE(is_first(*database, name(1, 1)));
  EXPECT_TRUE(is_first(*database, name(1, 2)));
  EXPECT_TRUE(is_first(*database, name(2, 1)));
  EXPECT_TRUE(is_first(*database, name(1, 1), kOtherTable));
}

TEST_F(Marks, ARefusedMarkWritesNothing) {
  EXPECT_TRUE(is_first(*database, name(1, 1)));
  EXPECT_FALSE(is_first(*database, name(1, 1)));
  EXPECT_EQ(rows(), 1);
}

TEST_F(Marks, AllOfACommitStandInOneRowWithTheLatestEnd) {
  Batch batch = mark(name(1, 1));
  batch.add_mark(kTable, name(3, 2));
  batch.add_mark(kTable, name(2, 3));
  must(run_blocking(database->write(std::move(batch))));
  const Rows found = must(read(*database, "SELECT names, last_end FROM marks"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].bytes(0).size(), 3 * sizeof(MarkName));
  EXPECT_EQ(found[0].bytes(1), (Bytes{0, 0, 0, 0, 0, 3}));
}

TEST_F(Marks, ABatchThatMarksANameTwiceEndsThere) {
  Batch batch = mark(name(1, 1));
  batch.add_mark(kTable, name(1, 1));
  batch.add("INSERT INTO items (id) VALUES (1)", {});
  EXPECT_EQ(must(run_blocking(database->write(std::move(batch)))).failed_guard, 1U);
  EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM items"), 0);
}

TEST_F(Marks, WhatWasMarkedBeforeTheStartIsKnown) {
  for (std::uint8_t i = 0; i < 5; ++i) EXPECT_TRUE(is_first(*database, name(1, i)));
  database.reopen();
  for (std::uint8_t i = 0; i < 5; ++i) EXPECT_FALSE(is_first(*database, name(1, i))) << int{i};
  EXPECT_TRUE(is_first(*database, name(1, 5)));
}

TEST_F(Marks, WhatAnotherProcessMarksIsKnownAtOnce) {
  const auto other = open(database.settings);
  for (std::uint8_t i = 0; i < 6; i += 2) {
    EXPECT_TRUE(is_first(*database, name(1, i)));
    EXPECT_FALSE(is_first(*other, name(1, i)));
    EXPECT_TRUE(is_first(*other, name(1, i + 1)));
    EXPECT_FALSE(is_first(*database, name(1, i + 1)));
  }
}

TEST_F(Marks, AFailedBatchMarksNothing) {
  Batch batch = mark(name(1, 1));
  batch.add("INSERT INTO missing VALUES (1)", {});
  EXPECT_FALSE(run_blocking(database->write(std::move(batch))));
  EXPECT_EQ(rows(), 0);
  EXPECT_TRUE(is_first(*database, name(1, 1)));
}

TEST_F(Marks, AFailedBatchTakesNoMarkOfItsNeighbours) {
  must(write(*database, "INSERT INTO items (id) VALUES (1)"));
  // Queued while the writer waits for the lock, so that the three share a commit.
  ForeignLock lock(database.path());
  EXPECT_TRUE(database->write_later(mark(name(1, 0))));
  Batch guilty = mark(name(1, 2));
  guilty.add("INSERT INTO items (id) VALUES (1)", {});
  EXPECT_TRUE(database->write_later(mark(name(1, 1))));
  EXPECT_TRUE(database->write_later(std::move(guilty)));
  EXPECT_TRUE(database->write_later(mark(name(1, 3))));
  lock.release();
  EXPECT_FALSE(is_first(*database, name(1, 1)));
  EXPECT_TRUE(is_first(*database, name(1, 2)));
  EXPECT_FALSE(is_first(*database, name(1, 3)));
  database.reopen();
  for (std::uint8_t i = 0; i < 4; ++i) EXPECT_FALSE(is_first(*database, name(1, i))) << int{i};
}

TEST_F(Marks, WhatIsOverIsForgottenInMemoryAndInTheTable) {
  EXPECT_TRUE(is_first(*database, name(1, 1)));
  EXPECT_TRUE(is_first(*database, name(2, 1)));
  Batch batch;
  batch.add_removal(kTable, name(2, 0), kRemove, {Bytes{0, 0, 0, 0, 0, 2}});
  EXPECT_EQ(must(run_blocking(database->write(std::move(batch)))).rows.at(0).size(), 1U);
  EXPECT_TRUE(is_first(*database, name(1, 1)));
  EXPECT_FALSE(is_first(*database, name(2, 1)));
}

TEST_F(Marks, ADamagedRowLetsNothingBeMarked) {
  EXPECT_TRUE(is_first(*database, name(1, 1)));
  must(write(*database, "INSERT INTO marks (names, last_end) VALUES ($1, $1)", {Bytes(13)}));
  const auto refused = run_blocking(database->write(mark(name(1, 2))));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace signet::sql::test
