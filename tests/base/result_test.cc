#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace signet {
namespace {

// Input cannot become public text: only a literal converts.
static_assert(!std::is_constructible_v<PublicText, std::string>);
static_assert(!std::is_constructible_v<PublicText, std::string_view>);

Result<int> positive(int value) {
  if (value <= 0) return fail(ErrorCode::Malformed, "not positive", "detail");
  return value;
}

Result<void> check_positive(int value) {
  TRY(positive(value));
  return {};
}

Result<int> sum(int a, int b) {
  TRY_ASSIGN(const int first, positive(a));
  TRY_ASSIGN(const int second, positive(b));
  return first + second;
}

Result<std::unique_ptr<int>> make_owned(int value) {
  TRY(check_positive(value));
  return std::make_unique<int>(value);
}

Result<std::unique_ptr<int>> pass_on(int value) {
  TRY_ASSIGN(auto owned, make_owned(value));
  return owned;
}

TEST(Try, AnErrorLeavesTheFunctionUnchanged) {
  const auto result = sum(1, -1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Malformed);
  EXPECT_EQ(result.error().public_text.view(), "not positive");
  EXPECT_EQ(result.error().detail, "detail");
  EXPECT_NE(std::string(result.error().where.function_name()).find("positive"), std::string::npos);
  EXPECT_FALSE(check_positive(0));
}

TEST(Try, ValuesComeThroughAlsoWhenTheyCanOnlyBeMoved) {
  EXPECT_EQ(sum(1, 2).value(), 3);
  EXPECT_EQ(*pass_on(5).value(), 5);
  EXPECT_FALSE(pass_on(0));
}

TEST(FailAs, TheLowerReasonIsKeptAsDetailAndNeverAsPublicText) {
  const Result<int> renamed = fail_as(positive(0).error(), ErrorCode::InvalidGrant, "The grant is not valid.");
  EXPECT_EQ(renamed.error().code, ErrorCode::InvalidGrant);
  EXPECT_EQ(renamed.error().public_text.view(), "The grant is not valid.");
  EXPECT_EQ(renamed.error().detail, "detail");
  const Result<int> without_detail =
      fail_as(Error{.code = ErrorCode::Expired, .public_text = "too late"}, ErrorCode::InvalidGrant, "no");
  EXPECT_EQ(without_detail.error().detail, "too late");
}

TEST(ErrorCodes, EachHasItsOwnNameAndACause) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::Bug); ++code)
    names.insert(name_of(static_cast<ErrorCode>(code)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::Bug) + 1);
  EXPECT_EQ(cause_of(ErrorCode::Timeout), Cause::Unavailable);
  EXPECT_EQ(cause_of(ErrorCode::AlreadyUsed), Cause::Conflict);
  EXPECT_EQ(cause_of(ErrorCode::InvalidGrant), Cause::Peer);
  EXPECT_EQ(cause_of(ErrorCode::Throttled), Cause::Policy);
  EXPECT_EQ(cause_of(ErrorCode::Bug), Cause::Bug);
}

}  // namespace
}  // namespace signet
