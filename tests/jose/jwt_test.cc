#include "jose/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::jose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

Claims claims_at(std::optional<Duration> exp, std::optional<Duration> nbf, std::optional<Duration> iat) {
  Claims claims;
  if (exp) claims.exp = kNow + *exp;
  if (nbf) claims.nbf = kNow + *nbf;
  if (iat) claims.iat = kNow + *iat;
  return claims;
}

TEST(ParseClaims, RegisteredClaimsOfTheWrongTypeAreRefused) {
  for (const auto text :
       {R"({"iss":1})", R"({"sub":null})", R"({"jti":["a"]})", R"({"aud":1})", R"({"aud":[1]})", R"({"aud":{}})",
        R"({"aud":null})", R"({"exp":"1800000000"})", R"({"nbf":true})", R"({"iat":null})", R"({"iat":{}})"}) {
    EXPECT_EQ(parse_claims(text).error().code, ErrorCode::Malformed) << text;
  }
}

TEST(ParseClaims, AbsurdDatesAreRefused) {
  for (const auto text :
       {R"({"exp":-1})", R"({"exp":253402300800})", R"({"exp":9223372036854775807})", R"({"exp":18446744073709551615})",
        R"({"exp":1e300})", R"({"iat":-1e300})", R"({"nbf":1e999})"}) {
    EXPECT_FALSE(parse_claims(text)) << text;
  }
}

TEST(ParseClaims, WhatIsNoObjectOrRepeatsANameIsRefused) {
  for (const auto text : {"", "[]", "x", R"({"sub":"a","sub":"b"})", R"({"cnf":{"jkt":"a","jkt":"b"}})", R"({} {})"}) {
    EXPECT_EQ(parse_claims(text).error().code, ErrorCode::Malformed) << text;
  }
}

// RFC7519-4.1.3
TEST(ParseClaims, TheAudienceKeepsItsForm) {
  const Claims text = parse_claims(R"({"aud":"https://as.example"})").value();
  EXPECT_THAT(text.aud, ElementsAre("https://as.example"));
  EXPECT_FALSE(text.aud_is_array);
  const Claims list = parse_claims(R"({"aud":["a","b"]})").value();
  EXPECT_THAT(list.aud, ElementsAre("a", "b"));
  EXPECT_TRUE(list.aud_is_array);
  const Claims single = parse_claims(R"({"aud":["a"]})").value();
  EXPECT_TRUE(single.aud_is_array);
  EXPECT_THAT(parse_claims("{}")->aud, IsEmpty());
}

TEST(ParseClaims, EverythingElseStaysInTheMembers) {
  const Claims claims =
      parse_claims(R"({"iss":"i","sub":"s","jti":"j","exp":1800000000.9,"iat":1,"cnf":{"jkt":"x"}})").value();
  EXPECT_EQ(claims.iss, "i");
  EXPECT_EQ(claims.sub, "s");
  EXPECT_EQ(claims.jti, "j");
  EXPECT_EQ(claims.exp, kNow);
  EXPECT_EQ(claims.iat, from_unix_seconds(1));
  EXPECT_EQ(claims.nbf, std::nullopt);
  EXPECT_TRUE(claims.members.contains("cnf"));
}

// RFC7519-4.1.4
TEST(CheckTimes, AnExpiredTokenIsRefusedFromTheEndOfTheTolerance) {
  const ClockTolerance tolerance{.future = seconds{30}, .past = seconds{30}};
  EXPECT_EQ(check_times(claims_at(-seconds{30}, {}, {}), kNow, tolerance).error().code, ErrorCode::Expired);
  EXPECT_TRUE(check_times(claims_at(-seconds{29}, {}, {}), kNow, tolerance));
  EXPECT_FALSE(check_times(claims_at(seconds{0}, {}, {}), kNow, {.past = seconds{0}}));
  EXPECT_TRUE(check_times(claims_at(milliseconds{1}, {}, {}), kNow, {.past = seconds{0}}));
}

// RFC7519-4.1.5
TEST(CheckTimes, ATokenFromTheFutureIsRefused) {
  // FAPI2-SP-FINAL-5.3.2.1: accept up to 10 s ahead, refuse more than 60 s ahead.
  EXPECT_EQ(check_times(claims_at({}, seconds{61}, {}), kNow).error().code, ErrorCode::NotYetValid);
  EXPECT_EQ(check_times(claims_at({}, {}, seconds{61}), kNow).error().code, ErrorCode::NotYetValid);
  EXPECT_TRUE(check_times(claims_at({}, seconds{10}, seconds{10}), kNow));
  EXPECT_TRUE(check_times(claims_at({}, seconds{30}, seconds{30}), kNow));
  EXPECT_FALSE(check_times(claims_at({}, seconds{31}, {}), kNow));
}

TEST(CheckTimes, AbsentDatesAreNotChecked) {
  EXPECT_TRUE(check_times(Claims{}, kNow));
}

}  // namespace
}  // namespace signet::jose
