#include "gateway/revocation_feed.h"

#include <set>

#include "oauth/test_keys.h"

namespace signet::gateway {
namespace {

using test::code_of;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kOther = "https://other.example";

std::string make_body(std::string_view rows, std::string_view cursor = "c1", std::string_view reset = "false") {
  return fmt::format(R"({{"cursor":"{}","now":1800000000000,"reset":{},"revocations":[{}]}})", cursor, reset, rows);
}
Result<RevocationFeed> parse_rows(std::string_view rows) {
  return parse_revocation_feed(kIssuer, make_body(rows));
}
std::string make_token_row(std::string_view hash) {
  return fmt::format(R"({{"token_hash":"{}","revoked_at":1800000000000}})", hash);
}

TEST(RevocationMarks, OfAnotherKindOrIssuerOrValueAreOthers) {
  const auto hash = oauth::TokenHash::of("x");
  const std::string same(as_text(hash.bytes()));  // the bytes of a token's hash, as the name of a grant and of a client
  const std::set<Digest256> marks = {
      token_mark(kIssuer, hash), token_mark(kOther, hash),   grant_mark(kIssuer, same),
      grant_mark(kOther, same),  client_mark(kIssuer, same), client_mark(kOther, same),
      grant_mark(kIssuer, "x"),  client_mark(kIssuer, "x"),  token_mark(kIssuer, oauth::TokenHash::of("y"))};
  EXPECT_EQ(marks.size(), 9U);
}

TEST(RevocationMarks, DoNotLetTheIssuerRunIntoTheValue) {
  EXPECT_NE(grant_mark("https://as.example/a", "b"), grant_mark("https://as.example/", "ab"));
  EXPECT_NE(client_mark("", "https://as.example"), client_mark("https://as.example", ""));
}

TEST(RevocationFeed, WhatIsNoAnswerIsRefused) {
  for (const auto* body :
       {"", "null", "[]", "nonsense", "{}", R"({"cursor":"c","reset":false})", R"({"cursor":"c","revocations":[]})",
        R"({"reset":false,"revocations":[]})", R"({"cursor":"","reset":false,"revocations":[]})",
        R"({"cursor":1,"reset":false,"revocations":[]})", R"({"cursor":"c","reset":0,"revocations":[]})",
        R"({"cursor":"c","reset":null,"revocations":[]})", R"({"cursor":"c","reset":false,"revocations":{}})",
        R"({"cursor":"c","reset":true,"reset":false,"revocations":[]})",
        R"({"cursor":"c","reset":false,"revocations":[]} trailing)"}) {
    EXPECT_EQ(code_of(parse_revocation_feed(kIssuer, body)), ErrorCode::Malformed) << body;
  }
}

TEST(RevocationFeed, ARowThatCannotBeReadSpoilsTheAnswer) {
  const std::string good = oauth::TokenHash::of("t").to_text();
  const std::string rows[] = {"1",
                              "null",
                              "[]",
                              "\"grant_id\"",
                              make_token_row(good.substr(1)),
                              make_token_row(good + "AAAA"),
                              make_token_row("*" + good.substr(1)),
                              R"({"grant_id":"g"})",
                              R"({"grant_id":"g","revoked_at":null})",
                              R"({"grant_id":"g","revoked_at":"1800000000000"})",
                              R"({"grant_id":"g","revoked_at":-1})",
                              R"({"grant_id":"g","revoked_at":-9223372036854775808})",
                              R"({"grant_id":"g","revoked_at":9223372036854775807})",
                              R"({"grant_id":"g","revoked_at":99999999999999999999})",
                              R"({"grant_id":"g","grant_id":"h","revoked_at":1})"};
  for (const auto& row : rows) {
    EXPECT_EQ(code_of(parse_rows(row)), ErrorCode::Malformed) << row;
    const std::string after_a_good_one = R"({"grant_id":"g","revoked_at":1},)" + row;
    EXPECT_EQ(code_of(parse_rows(after_a_good_one)), ErrorCode::Malformed) << row;
  }
}

TEST(RevocationFeed, ARowOfAKindThatIsNotKnownForgetsEverything) {
  for (const auto* row : {R"({"device_id":"d","revoked_at":1})", R"({"revoked_at":1})", "{}", R"({"device_id":"d"})",
                          R"({"grant_id":"","revoked_at":1})", R"({"grant_id":7,"revoked_at":1})",
                          R"({"client_id":["c"],"revoked_at":1})", R"({"token_hash":null,"revoked_at":1})"}) {
    const auto feed = parse_rows(row);
    ASSERT_TRUE(feed) << row;
    EXPECT_TRUE(feed->reset) << row;
    EXPECT_TRUE(feed->has_unknown) << row;
    EXPECT_FALSE(feed->is_anew) << row;
    EXPECT_TRUE(feed->revocations.empty()) << row;
  }
}

TEST(RevocationFeed, SaysHowLongItIsRememberedAndWhetherThereIsMore) {
  const auto parse = [](std::string_view members, std::string_view reset = "false") {
    return parse_revocation_feed(kIssuer,
                                 fmt::format(R"({{"cursor":"c","reset":{},"revocations":[]{}}})", reset, members));
  };
  EXPECT_EQ(parse("")->retention, std::nullopt);
  EXPECT_FALSE(parse("")->more_available);
  EXPECT_EQ(parse(R"(,"retention":4200)")->retention, Duration(seconds{4200}));
  EXPECT_EQ(parse(R"(,"retention":9223372036854775807)")->retention, Duration(days{60}));
  EXPECT_TRUE(parse(R"(,"more_available":true)")->more_available);
  EXPECT_FALSE(parse(R"(,"more_available":false)")->more_available);
  EXPECT_EQ(parse("")->held, std::nullopt);
  EXPECT_EQ(parse(R"(,"held":0)")->held, Duration(0));
  EXPECT_EQ(parse(R"(,"held":400)")->held, Duration(400));
  for (const auto* members :
       {R"(,"retention":0)", R"(,"retention":-1)", R"(,"retention":"4200")", R"(,"retention":null)", R"(,"held":-1)",
        R"(,"held":3600001)", R"(,"held":"400")", R"(,"held":null)", R"(,"more_available":1)",
        R"(,"more_available":"true")", R"(,"more_available":null)"}) {
    EXPECT_EQ(code_of(parse(members)), ErrorCode::Malformed) << members;
  }
  EXPECT_TRUE(parse(R"(,"retention":4200)", "true")->is_anew);
  EXPECT_FALSE(parse("", "true")->is_anew);
  EXPECT_FALSE(parse(R"(,"retention":4200)")->is_anew);
}

TEST(RevocationFeed, AKnownRowBesideAnUnknownOneStillCounts) {
  const auto feed = parse_rows(R"({"device_id":"d"},{"grant_id":"g","revoked_at":1})");
  ASSERT_TRUE(feed);
  EXPECT_TRUE(feed->reset);
  ASSERT_EQ(feed->revocations.size(), 1U);
  EXPECT_EQ(feed->revocations.front().mark, grant_mark(kIssuer, "g"));
}

TEST(RevocationFeed, AnAnswerThatIsTooLongIsRefused) {
  const std::string longest(256, 'c');
  EXPECT_EQ(parse_revocation_feed(kIssuer, make_body("", longest))->cursor, longest);
  EXPECT_EQ(code_of(parse_revocation_feed(kIssuer, make_body("", longest + "c"))), ErrorCode::Malformed);
  const std::string padded = make_body("") + std::string(1024 * 1024, ' ');
  EXPECT_EQ(code_of(parse_revocation_feed(kIssuer, padded)), ErrorCode::TooLarge);
  const std::string deep = R"({"grant_id":"g","revoked_at":1,"more":[[[[[[]]]]]]})";
  EXPECT_EQ(code_of(parse_rows(deep)), ErrorCode::Malformed);
}

TEST(RevocationFeed, ThousandsOfRowsAreRead) {
  std::string rows;
  for (int i = 0; i < 10'000; ++i)
    rows += fmt::format(R"({}{{"grant_id":"{}","revoked_at":{}}})", i == 0 ? "" : ",", i, i);
  const auto feed = parse_rows(rows);
  ASSERT_TRUE(feed);
  EXPECT_EQ(feed->revocations.size(), 10'000U);
}

TEST(RevocationFeed, EveryRowGivesTheMarkOfWhatDied) {
  const auto hash = oauth::TokenHash::of("t");
  const auto feed = parse_rows(make_token_row(hash.to_text()) +
                               R"(,{"grant_id":"g","revoked_at":1800000000001},{"client_id":"c","revoked_at":0})");
  ASSERT_TRUE(feed);
  EXPECT_EQ(feed->cursor, "c1");
  EXPECT_FALSE(feed->reset);
  ASSERT_EQ(feed->revocations.size(), 3U);
  EXPECT_EQ(feed->revocations[0].mark, token_mark(kIssuer, hash));
  EXPECT_EQ(feed->revocations[0].revoked_at, from_unix_millis(1'800'000'000'000));
  EXPECT_EQ(feed->revocations[1].mark, grant_mark(kIssuer, "g"));
  EXPECT_EQ(feed->revocations[1].revoked_at, from_unix_millis(1'800'000'000'001));
  EXPECT_EQ(feed->revocations[2].mark, client_mark(kIssuer, "c"));
}

TEST(RevocationFeed, AResetIsReadAndMembersThatAreNotKnownAreSkipped) {
  const auto feed = parse_revocation_feed(
      kIssuer, R"({"cursor":"c2","reset":true,"revocations":[],"next":{"in":5},"now":"whatever"})");
  ASSERT_TRUE(feed);
  EXPECT_TRUE(feed->reset);
  EXPECT_EQ(feed->cursor, "c2");
  EXPECT_TRUE(feed->revocations.empty());
}

}  // namespace
}  // namespace signet::gateway
