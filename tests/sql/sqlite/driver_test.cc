#include "sql/sqlite/driver.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <limits>
#include <thread>

#include "sql/resting.h"
#include "sql/temporary_database.h"

namespace signet::sql::test {
namespace {

constexpr std::string_view kInsert = "INSERT INTO items (id, text, data) VALUES ($1, $2, $3)";
constexpr std::string_view kSelect = "SELECT id, text, data FROM items WHERE id = $1";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM items";

Value number(std::int64_t value) {
  return Value{value};
}
Value text(std::string value) {
  return Value{std::move(value)};
}

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

// ---- opening ----

TEST(SqliteOpen, AMissingDirectoryIsNamed) {
  const TemporaryDirectory directory;
  const auto opened = open_sqlite({.path = directory.file("nowhere/signet.db")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Unavailable);
  EXPECT_NE(opened.error().detail.find("does not exist"), std::string::npos) << opened.error().detail;
}

TEST(SqliteOpen, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("notes.txt");
  std::ofstream(path) << std::string(5000, 'n');
  const auto opened = open_sqlite({.path = path});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(std::filesystem::file_size(path), 5000U);
}

TEST(SqliteOpen, ADirectoryIsRefused) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(open_sqlite({.path = directory.file("")}));
}

TEST(SqliteOpen, AMemoryDatabaseIsRefused) {
  EXPECT_FALSE(open_sqlite({.path = ":memory:"}));
  EXPECT_FALSE(open_sqlite({.path = ""}));
}

TEST(SqliteOpen, WhatWasWrittenIsInTheFileAloneWhenTheDatabaseIsClosed) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("whole.db");
  {
    const auto database = must(open_sqlite({.path = path}));
    ASSERT_TRUE(database->run_script("CREATE TABLE t (n INTEGER)"));
    ASSERT_TRUE(run_blocking(database->write(Batch().add("INSERT INTO t (n) VALUES (7)", {}))));
    EXPECT_EQ(read_number(*database, "SELECT n FROM t"), 7) << "a connection that reads is open now";
    EXPECT_TRUE(std::filesystem::exists(path + "-wal"));
  }
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  const auto copy = directory.file("copy.db");
  std::filesystem::copy_file(path, copy);
  EXPECT_EQ(read_number(*must(open_sqlite({.path = copy})), "SELECT n FROM t"), 7);
}

TEST(SqliteOpen, WhatRootMakesBelongsToTheOwnerOfTheFolder) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kService = 65534;
  const TemporaryDirectory directory;
  ASSERT_EQ(::chown(directory.file(".").c_str(), kService, kService), 0);
  const std::string path = directory.file("signet.db");
  const auto database = must(open_sqlite({.path = path}));
  ASSERT_TRUE(run_blocking(database->write(Batch().add("CREATE TABLE t (n INTEGER)", {}))));
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    struct stat status = {};
    ASSERT_EQ(::stat((path + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_uid, kService) << suffix;
    EXPECT_EQ(status.st_gid, kService) << suffix;
  }
}

TEST(SqliteOpen, APathThatLooksLikeAUriIsAFileName) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.file("file:"));
  EXPECT_TRUE(open_sqlite({.path = directory.file("file:/a.db?mode=memory")}));
  EXPECT_TRUE(std::filesystem::exists(directory.file("file:/a.db?mode=memory")));
}

TEST(SqliteOpen, ItsFilesAreForTheOwnerAlone) {
  const auto before = ::umask(0);
  const TemporaryDatabase database;
  ASSERT_TRUE(write(*database, kInsert, {number(1), Value{}, Value{}}));
  ::umask(before);
  for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(database.path() + suffix), 0600U) << suffix;
}

// ---- values ----

TEST(SqliteValues, EveryKindComesBackAsItWasStored) {
  const TemporaryDatabase database;
  const std::vector<std::vector<Value>> rows = {
      {number(1), text(""), Value{Bytes{}}},
      {number(2), Value{}, Value{}},
      {number(3), text("\u00fc\u20ac\U0001F511"), Value{Bytes{0, 255, 0}}},
      {number(std::numeric_limits<std::int64_t>::max()), text(std::string("a\0b", 3)), Value{Bytes(100'000, 7)}},
      {number(std::numeric_limits<std::int64_t>::min()), text("'; DROP TABLE items; --"), Value{Bytes{'$', '1'}}},
  };
  for (const auto& values : rows) ASSERT_TRUE(write(*database, kInsert, values));
  for (const auto& values : rows) {
    const Rows found = must(read(*database, kSelect, {values[0]}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].integer(0), std::get<std::int64_t>(values[0]));
    EXPECT_EQ(found[0].is_null(1), std::holds_alternative<std::monostate>(values[1]));
    EXPECT_EQ(found[0].is_null(2), std::holds_alternative<std::monostate>(values[2]));
    if (!found[0].is_null(1)) EXPECT_EQ(found[0].text(1), std::get<std::string>(values[1]));
    if (!found[0].is_null(2)) EXPECT_EQ(found[0].bytes(2), std::get<Bytes>(values[2]));
  }
}

TEST(SqliteValues, AFractionIsRefused) {
  const TemporaryDatabase database;
  const auto rows = read(*database, "SELECT 0.5");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::Bug);
}

TEST(SqliteParameters, AreBoundByTheirNumberAndNotByTheirOrder) {
  const TemporaryDatabase database;
  ASSERT_TRUE(write(*database, kInsert, {number(1), text("old"), Value{}}));
  ASSERT_TRUE(write(*database, "UPDATE items SET text = $2 WHERE id = $1", {number(1), text("new")}));
  EXPECT_EQ(must(read(*database, kSelect, {number(1)})).at(0).text(1), "new");
}

TEST(SqliteParameters, MayAppearTwiceAndBeyondNine) {
  const TemporaryDatabase database;
  std::vector<Value> values;
  for (std::int64_t i = 1; i <= 11; ++i) values.push_back(number(i));
  const Rows rows = must(read(*database, "SELECT $11, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11", values));
  EXPECT_EQ(rows[0].integer(0), 11);
  EXPECT_EQ(rows[0].integer(1), 1);
  EXPECT_EQ(rows[0].integer(10), 10);
  EXPECT_EQ(rows[0].integer(11), 11);
}

TEST(SqliteParameters, AMissingOrASpareValueIsABug) {
  const TemporaryDatabase database;
  for (const auto& values : {std::vector<Value>{}, std::vector<Value>{number(1), number(2)}}) {
    const auto rows = read(*database, kSelect, values);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::Bug);
  }
}

TEST(SqliteParameters, OtherNotationsAndGapsAreABug) {
  const TemporaryDatabase database;
  for (const std::string_view query :
       {"SELECT ?", "SELECT ?1", "SELECT :a", "SELECT $a", "SELECT $2", "SELECT $0", "SELECT $1a"}) {
    const auto rows = read(*database, query, {number(1)});
    ASSERT_FALSE(rows) << query;
    EXPECT_EQ(rows.error().code, ErrorCode::Bug) << query;
  }
}

// ---- statements ----

TEST(SqliteStatements, SeveralInOneTextAreRefused) {
  const TemporaryDatabase database;
  for (const std::string_view query : {"SELECT 1; DELETE FROM items", "", "-- nothing", "SELEC 1"}) {
    const auto result = write(*database, query);
    ASSERT_FALSE(result) << query;
    EXPECT_EQ(result.error().code, ErrorCode::Bug) << query;
  }
  EXPECT_TRUE(read(*database, "SELECT 1; \n"));
}

TEST(SqliteStatements, ANameInDoubleQuotesIsNeverAText) {
  const TemporaryDatabase database;
  EXPECT_FALSE(read(*database, "SELECT id FROM items WHERE text = \"misspelt\""));
}

TEST(SqliteStatements, AReaderCannotWrite) {
  const TemporaryDatabase database;
  const auto result = read(*database, kInsert, {number(1), Value{}, Value{}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Bug);
  EXPECT_EQ(read_number(*database, kCount), 0);
}

TEST(SqliteStatements, AnAddressThatIsReusedForAnotherTextRunsTheOtherText) {
  const TemporaryDatabase database;
  std::string query = "SELECT 1";
  EXPECT_EQ(read_number(*database, query), 1);
  query[7] = '2';
  EXPECT_EQ(read_number(*database, query), 2);
}

TEST(SqliteStatements, AFailedRunLeavesTheStatementUsable) {
  const TemporaryDatabase database;
  ASSERT_TRUE(write(*database, kInsert, {number(1), Value{}, Value{}}));
  ASSERT_FALSE(write(*database, kInsert, {number(1), Value{}, Value{}}));
  EXPECT_TRUE(write(*database, kInsert, {number(2), Value{}, Value{}}));
}

TEST(SqliteErrors, AConstraintIsAConflictWhoseDetailHasNoValue) {
  const TemporaryDatabase database;
  ASSERT_TRUE(write(*database, kInsert, {number(4711), text("private"), Value{}}));
  const auto refused = write(*database, kInsert, {number(4711), text("private"), Value{}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().detail.find("4711"), std::string::npos);
  EXPECT_EQ(refused.error().detail.find("private"), std::string::npos);
}

TEST(SqliteErrors, AForeignKeyIsAConstraint) {
  const TemporaryDatabase database;
  ASSERT_TRUE(database->run_script("CREATE TABLE parts (item BIGINT REFERENCES items (id))"));
  const auto refused = write(*database, "INSERT INTO parts (item) VALUES ($1)", {number(9)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
}

TEST(SqliteErrors, AWriteLockHeldForLongByAnotherProcessIsUnavailable) {
  const TemporaryDatabase database;
  const ForeignLock lock(database.path());
  const auto refused = write(*database, kInsert, {number(1), Value{}, Value{}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

// ---- guards ----

constexpr std::string_view kMark = "INSERT INTO items (id) VALUES ($1) ON CONFLICT DO NOTHING";
constexpr std::string_view kMarkReturning = "INSERT INTO items (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";

Result<BatchResult> marked_write(Database& database, std::string_view guard) {
  Batch batch;
  batch.add(kInsert, {number(100 + read_number(database, kCount)), Value{}, Value{}});
  batch.add_guard(guard, {number(1)});
  batch.add(kInsert, {number(2), Value{}, Value{}});
  return run_blocking(database.write(std::move(batch)));
}

TEST(SqliteGuards, ASecondUseStopsTheBatchAndKeepsWhatRanBefore) {
  for (const auto guard : {kMark, kMarkReturning}) {
    const TemporaryDatabase database;
    const BatchResult first = must(marked_write(*database, guard));
    EXPECT_EQ(first.failed_guard, std::nullopt);
    EXPECT_EQ(first.rows.size(), 3U);
    ASSERT_EQ(read_number(*database, kCount), 3);

    const BatchResult second = must(marked_write(*database, guard));
    EXPECT_EQ(second.failed_guard, 1U);
    EXPECT_EQ(second.rows.size(), 2U);
    EXPECT_EQ(read_number(*database, kCount), 4);
  }
}

TEST(SqliteGuards, ASelectThatFindsNothingFailsEvenAfterAChange) {
  const TemporaryDatabase database;
  Batch batch;
  batch.add(kInsert, {number(1), Value{}, Value{}});
  batch.add_guard(kSelect, {number(2)});
  EXPECT_EQ(must(run_blocking(database->write(std::move(batch)))).failed_guard, 1U);
}

TEST(SqliteGuards, AConditionalUpdateWorksOnce) {
  const TemporaryDatabase database;
  ASSERT_TRUE(write(*database, kInsert, {number(1), Value{}, Value{}}));
  std::vector<std::optional<std::size_t>> outcomes;
  for (int i = 0; i < 2; ++i) {
    Batch batch;
    batch.add_guard("UPDATE items SET text = $2 WHERE id = $1 AND text IS NULL RETURNING id",
                    {number(1), text("used")});
    outcomes.push_back(must(run_blocking(database->write(std::move(batch)))).failed_guard);
  }
  EXPECT_EQ(outcomes[0], std::nullopt);
  EXPECT_EQ(outcomes[1], 0U);
}

TEST(SqliteGuards, RowsAreGivenByStatement) {
  const TemporaryDatabase database;
  Batch batch;
  batch.add("INSERT INTO items (id) VALUES ($1), ($2) RETURNING id", {number(1), number(2)});
  batch.add("UPDATE items SET text = 'x' WHERE id = $1", {number(1)});
  batch.add(kSelect, {number(1)});
  const BatchResult result = must(run_blocking(database->write(std::move(batch))));
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[0].size(), 2U);
  EXPECT_TRUE(result.rows[1].empty());
  EXPECT_EQ(result.rows[2].at(0).text(1), "x");
}

TEST(SqliteBatches, AnEmptyBatchIsAnsweredWithoutACommit) {
  const TemporaryDatabase database;
  EXPECT_TRUE(run_blocking(database->write({})));
  EXPECT_TRUE(database->write_later({}));
  EXPECT_EQ(as_sqlite(*database).stats().commits, 0U);
}

// ---- readers ----

TEST(SqliteReaders, EveryThreadSeesWhatWasAcknowledgedToAnother) {
  const TemporaryDatabase database;
  std::atomic<std::int64_t> acknowledged = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      do {
        const std::int64_t expected = acknowledged;
        EXPECT_GE(read_number(*database, kCount), expected);
      } while (!done);
    });
  }
  for (std::int64_t i = 1; i <= 200; ++i) {
    ASSERT_TRUE(write(*database, kInsert, {number(i), Value{}, Value{}}));
    acknowledged = i;
    ASSERT_EQ(read_number(*database, kCount), i);
  }
  done = true;
  for (auto& reader : readers) reader.join();
}

class RestingReader final : public Resting<Executor> {
 public:
  explicit RestingReader(Database& database) : database_(database) {}
  void post(std::coroutine_handle<> handle) override { handle.resume(); }
  std::int64_t count() {
    Executor* const outer = std::exchange(Executor::current(), this);
    std::int64_t number = -1;
    start_detached(keep(number));  // a read never suspends
    Executor::current() = outer;
    return number;
  }

 private:
  Task<void> keep(std::int64_t& number) {
    const auto rows = co_await database_.read({kCount, {}});
    if (rows) number = rows->at(0).integer(0);
  }

  Database& database_;
};

std::int64_t insert_as_another_process(const std::string& path, std::int64_t id) {
  auto connection = must(sqlite::Connection::open(path, sqlite::Access::Write));
  return must(connection->run({kInsert, {number(id), Value{}, Value{}}, false})).touched ? 1 : 0;
}

TEST(SqliteReaders, ABusyThreadSeesEveryCommitOfItsOwnProcess) {
  const TemporaryDatabase database;
  RestingReader reader(*database);
  EXPECT_EQ(reader.count(), 0);
  for (std::int64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(write(*database, kInsert, {number(i), Value{}, Value{}}));
    EXPECT_EQ(reader.count(), i);
  }
  reader.rest();
}

TEST(SqliteReaders, ABusyThreadSeesAnotherProcessWhenItHasRested) {
  const TemporaryDatabase database;
  RestingReader reader(*database);
  EXPECT_EQ(reader.count(), 0);
  ASSERT_EQ(insert_as_another_process(database.path(), 1), 1);
  EXPECT_EQ(reader.count(), 0);  // one transaction serves all reads until then
  reader.rest();
  EXPECT_EQ(reader.count(), 1);
  reader.rest();
}

TEST(SqliteReaders, BusyThreadsDoNotKeepTheLogFromBeginningAnew) {
  constexpr int kPages = 50;
  const TemporaryDatabase database({.path = {}, .long_log = kPages});
  RestingReader first(*database);
  for (std::int64_t i = 1; i <= 400; ++i) {
    ASSERT_TRUE(write(*database, kInsert, {number(i), text(std::string(3000, 'x')), Value{}}));
    ASSERT_EQ(first.count(), i);
  }
  const auto bytes = std::filesystem::file_size(database.path() + "-wal");
  EXPECT_LT(bytes, 3U * kPages * 4096U);
  first.rest();
}

TEST(SqliteReaders, AThreadThatCannotTellReadsWhatIsThere) {
  const TemporaryDatabase database;
  EXPECT_EQ(read_number(*database, kCount), 0);
  ASSERT_EQ(insert_as_another_process(database.path(), 1), 1);
  EXPECT_EQ(read_number(*database, kCount), 1);
}

TEST(SqliteReaders, AFailedReadDoesNotEndTheOthers) {
  const TemporaryDatabase database;
  RestingReader reader(*database);
  EXPECT_EQ(reader.count(), 0);
  Executor* const outer = std::exchange(Executor::current(), &reader);
  bool failed = false;
  start_detached([](Database& from, bool& out) -> Task<void> {
    out = !(co_await from.read({"SELECT nothing FROM nowhere", {}}));
  }(*database, failed));
  Executor::current() = outer;
  EXPECT_TRUE(failed);
  ASSERT_TRUE(write(*database, kInsert, {number(1), Value{}, Value{}}));
  EXPECT_EQ(reader.count(), 1);
  reader.rest();
}

TEST(SqliteReaders, AConnectionIsClosedWithItsThread) {
  const TemporaryDatabase database;
  std::thread([&] {
    (void)read_number(*database, kCount);
    (void)read_number(*database, kCount);
    EXPECT_EQ(as_sqlite(*database).read_connections(), 1U);
  }).join();
  EXPECT_EQ(as_sqlite(*database).read_connections(), 0U);
}

TEST(SqliteReaders, AThreadMayOutliveADatabaseAndReadAnother) {
  auto first = std::make_unique<TemporaryDatabase>();
  (void)read_number(**first, kCount);
  first.reset();
  const TemporaryDatabase second;
  EXPECT_EQ(read_number(*second, kCount), 0);
  EXPECT_EQ(as_sqlite(*second).read_connections(), 1U);
}

TEST(SqliteReaders, TwoDatabasesAreNotConfused) {
  const TemporaryDatabase first;
  const TemporaryDatabase second;
  ASSERT_TRUE(write(*first, kInsert, {number(1), Value{}, Value{}}));
  EXPECT_EQ(read_number(*first, kCount), 1);
  EXPECT_EQ(read_number(*second, kCount), 0);
}

TEST(SqliteReaders, AreNotHeldUpByAWriter) {
  const TemporaryDatabase database;
  const ForeignLock lock(database.path());
  EXPECT_EQ(read_number(*database, kCount), 0);
}

}  // namespace
}  // namespace signet::sql::test
