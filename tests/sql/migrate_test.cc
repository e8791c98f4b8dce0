#include "sql/migrate.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "sql/temporary_database.h"
#include "support/fakes.h"

namespace signet::sql::test {
namespace {

constexpr Migration kFirst{1, "tokens", "CREATE TABLE tokens (hash {blob} PRIMARY KEY, until BIGINT);"};
constexpr Migration kSecond{2, "the client's column",
                            "ALTER TABLE tokens ADD COLUMN client TEXT; CREATE TABLE x (a TEXT);"};
constexpr std::string_view kCount = "SELECT COUNT(*) FROM schema_migrations";

struct Migrations : testing::Test {
  Migrations() : database(open({.path = directory.file("signet.db")})) {}
  TemporaryDirectory directory;
  std::unique_ptr<Database> database;
};

TEST_F(Migrations, ANewerDatabaseIsRefused) {
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}));
  const auto refused = migrate(*database, std::array{kFirst});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
}

TEST_F(Migrations, AFailingScriptLeavesNothing) {
  constexpr Migration broken{2, "broken", "CREATE TABLE half (a TEXT); INSERT INTO nowhere VALUES (1);"};
  const auto failed = migrate(*database, std::array{kFirst, broken});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Bug);
  EXPECT_EQ(read_number(*database, kCount), 1);
  EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'half'"), 0);
}

TEST_F(Migrations, AScriptThatContradictsTheDataIsABugAndNotANewerDatabase) {
  constexpr Migration twice{2, "twice",
                            "INSERT INTO tokens (hash) VALUES ('a'); INSERT INTO tokens (hash) VALUES ('a');"};
  const auto failed = migrate(*database, std::array{kFirst, twice});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Bug);
  EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM tokens"), 0);
}

TEST_F(Migrations, AScriptMayNotEndItsTransaction) {
  constexpr Migration sly{1, "sly", "CREATE TABLE a (a TEXT); COMMIT; CREATE TABLE b (a TEXT);"};
  const auto failed = migrate(*database, std::array{sly});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Bug);
}

TEST_F(Migrations, NumbersOutOfOrderAreRefused) {
  EXPECT_FALSE(migrate(*database, std::array{kSecond, kFirst}));
  EXPECT_FALSE(migrate(*database, std::array{kFirst, kFirst}));
}

TEST_F(Migrations, AFreshDatabaseGetsEveryScriptWithItsNameAndTime) {
  const signet::test::FakeClock clock(from_unix_millis(1'800'000'000'123));
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}, clock));
  const Rows rows = must(read(*database, "SELECT number, name, applied_at FROM schema_migrations ORDER BY number"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].integer(0), 2);
  EXPECT_EQ(rows[1].text(1), "the client's column");
  EXPECT_EQ(rows[1].instant(2), clock.now());
  EXPECT_TRUE(write(*database, "INSERT INTO tokens (hash, client) VALUES ($1, $2)", {Bytes{1}, std::string("c")}));
}

TEST_F(Migrations, ARepeatedRunChangesNothing) {
  ASSERT_TRUE(migrate(*database, std::array{kFirst}));
  ASSERT_TRUE(migrate(*database, std::array{kFirst}));
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}));
  EXPECT_EQ(read_number(*database, kCount), 2);
}

TEST_F(Migrations, EachIsToldOnceByTheRunThatHasAppliedIt) {
  std::vector<std::string> told;
  const OnMigrated tell = [&](const Migration& migration, Duration) {
    told.push_back(std::to_string(migration.number) + " " + std::string(migration.name));
  };
  ASSERT_TRUE(migrate(*database, std::array{kFirst}, SystemClock(), tell));
  EXPECT_EQ(told, std::vector<std::string>{"1 tokens"});
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}, SystemClock(), tell));
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}, SystemClock(), tell));
  EXPECT_EQ(told, (std::vector<std::string>{"1 tokens", "2 the client's column"}));
}

TEST_F(Migrations, WhatFailedIsNotTold) {
  constexpr Migration broken{2, "broken", "INSERT INTO nowhere VALUES (1);"};
  std::vector<int> told;
  const OnMigrated tell = [&](const Migration& migration, Duration) { told.push_back(migration.number); };
  EXPECT_FALSE(migrate(*database, std::array{kFirst, broken}, SystemClock(), tell));
  EXPECT_EQ(told, std::vector{1});
}

TEST_F(Migrations, NoMigrationsAreFine) {
  EXPECT_TRUE(migrate(*database, {}));
}

TEST_F(Migrations, TheByteTypeStandsForItsMacro) {
  ASSERT_TRUE(migrate(*database, std::array{kFirst}));
  const Rows rows = must(read(*database, "SELECT type FROM pragma_table_info('tokens') WHERE name = 'hash'"));
  EXPECT_EQ(rows.at(0).text(0), "BLOB");
}

TEST_F(Migrations, TwoProgramsMayMigrateAtOnce) {
  const auto other = open({.path = directory.file("signet.db")});
  constexpr std::array migrations{kFirst, kSecond};
  Result<void> here;
  Result<void> there;
  std::thread thread([&] { there = migrate(*other, migrations); });
  here = migrate(*database, migrations);
  thread.join();
  EXPECT_TRUE(here) << here.error().detail;
  EXPECT_TRUE(there) << there.error().detail;
  EXPECT_EQ(read_number(*database, kCount), 2);
}

TEST_F(Migrations, StatementsPreparedBeforeAMigrationWorkAfterIt) {
  ASSERT_TRUE(migrate(*database, std::array{kFirst}));
  constexpr std::string_view insert = "INSERT INTO tokens (hash) VALUES ($1)";
  constexpr std::string_view select = "SELECT * FROM tokens ORDER BY hash";
  ASSERT_TRUE(write(*database, insert, {Bytes{1}}));
  ASSERT_EQ(must(read(*database, select)).at(0).size(), 2U);
  ASSERT_TRUE(migrate(*database, std::array{kFirst, kSecond}));
  ASSERT_TRUE(write(*database, insert, {Bytes{2}}));
  EXPECT_EQ(must(read(*database, select)).at(0).size(), 3U);
}

}  // namespace
}  // namespace signet::sql::test
