#include "sql/database.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace signet::sql {
namespace {

TEST(Row, AColumnOfAnotherTypeIsABug) {
  const Row row({Value{std::string("7")}, Value{std::int64_t{7}}, Value{Bytes{7}}});
  EXPECT_THROW((void)row.integer(0), std::logic_error);
  EXPECT_THROW((void)row.text(1), std::logic_error);
  EXPECT_THROW((void)row.text(2), std::logic_error);
  EXPECT_THROW((void)row.bytes(0), std::logic_error);
}

TEST(Row, AColumnThatDoesNotExistIsABug) {
  const Row row({Value{}});
  EXPECT_THROW((void)row.text(1), std::out_of_range);
  EXPECT_THROW((void)row.is_null(1), std::out_of_range);
}

TEST(Row, NullReadsAsTheEmptyValueOfEveryType) {
  const Row row({Value{}});
  EXPECT_TRUE(row.is_null(0));
  EXPECT_EQ(row.text(0), "");
  EXPECT_EQ(row.integer(0), 0);
  EXPECT_TRUE(row.bytes(0).empty());
  EXPECT_EQ(row.find_instant(0), std::nullopt);
}

TEST(Row, AnInstantIsReadInMilliseconds) {
  const Row row({Value{std::int64_t{1'800'000'000'123}}});
  EXPECT_EQ(row.instant(0), from_unix_millis(1'800'000'000'123));
  EXPECT_EQ(row.find_instant(0), from_unix_millis(1'800'000'000'123));
}

TEST(Batch, AGuardKnowsItsIndex) {
  Batch batch;
  EXPECT_TRUE(batch.empty());
  batch.add("SELECT 1", {});
  EXPECT_EQ(batch.add_guard("SELECT 2", {}), 1U);
  EXPECT_FALSE(batch.statements()[0].guard);
  EXPECT_TRUE(batch.statements()[1].guard);
}

}  // namespace
}  // namespace signet::sql
