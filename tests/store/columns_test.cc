#include "store/columns.h"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

sql::Row row(sql::Value value) {
  return sql::Row({std::move(value)});
}

TEST(Columns, AConfirmationThatIsNotOursIsAnErrorAndNotABearerToken) {
  for (const char* text : {"x", "dpop", "DPOP:abc", "jwk:abc", " "}) {
    const auto read = read_confirmation(row(std::string(text)), 0);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().cause(), Cause::Bug);
  }
}

TEST(Columns, AMissingConfirmationIsAnErrorAndNotABearerToken) {
  EXPECT_FALSE(read_confirmation(row(sql::Value()), 0));
}

TEST(Columns, EveryKindOfConfirmationComesBack) {
  for (const auto& constraint : {oauth::SenderConstraint{}, oauth::SenderConstraint::dpop("jkt:with:colons"),
                                 oauth::SenderConstraint::mtls("x5t")}) {
    const auto read = read_confirmation(row(confirmation_value(constraint)), 0);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, constraint);
  }
}

TEST(Columns, ItemsOfAListKeepTheirSpacesAndQuotes) {
  const std::vector<std::string> list = {"one two", "", "\"quoted\",", "\xC3\xBC"};
  const auto read = read_list(row(list_value(list)), 0);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, list);
  EXPECT_TRUE(read_list(row(list_value({})), 0)->empty());
}

TEST(Columns, ABrokenListIsAnErrorAndNotAnEmptyOne) {
  for (const char* text : {"", "{}", "[1]", "[\"a\"", "null"})
    EXPECT_FALSE(read_list(row(std::string(text)), 0)) << text;
}

TEST(Columns, AHashOfAnotherLengthIsAnError) {
  EXPECT_FALSE(read_digest(row(Bytes(31)), 0));
  EXPECT_FALSE(read_hash<oauth::TokenHash>(row(Bytes(33)), 0));
  EXPECT_FALSE(read_hash<oauth::TokenHash>(row(sql::Value()), 0));
}

TEST(Columns, ALimitNeverBecomesNegative) {
  EXPECT_GT(std::get<std::int64_t>(limit_value(SIZE_MAX)), 0);
}

}  // namespace
}  // namespace signet::store
