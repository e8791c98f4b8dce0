#include "store/refresh_tokens.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::TokenHash;
using test::value_of;

constexpr Duration kGrace = seconds{60};

class RefreshTokens : public test::StoreTest {
 public:
  void SetUp() override {
    sql::Batch batch;
    store.grants.add_insert(batch, test::grant("grant", now));
    store.refresh_tokens.add_insert(batch, test::refresh_token("token", "grant", now));
    write(std::move(batch));
  }
  sql::Batch rotate(std::string_view token, Instant at, Duration grace = kGrace) {
    sql::Batch batch;
    store.refresh_tokens.add_rotate(batch, TokenHash::of(token), at, grace);
    return batch;
  }
  void add_successor(std::string_view token) {
    auto record = test::refresh_token(token, "grant", now);
    record.predecessor = TokenHash::of("token");
    sql::Batch batch;
    store.refresh_tokens.add_insert(batch, record);
    write(std::move(batch));
  }
  sql::Batch use(std::string_view successor) {
    sql::Batch batch;
    store.refresh_tokens.add_use_successor(batch, TokenHash::of("token"), TokenHash::of(successor));
    return batch;
  }
  std::optional<store::RefreshTokenState> find(std::string_view token) {
    return value_of(run_blocking(store.refresh_tokens.find(TokenHash::of(token))));
  }
};

TEST_F(RefreshTokens, OfRotationsAtOnceExactlyOneWinsWithoutGrace) {
  EXPECT_EQ(test::winners_of_race(store.database, 8, [&] { return rotate("token", now, Duration{0}); }), 1);
}

TEST_F(RefreshTokens, ARotationMayBeRepeatedWithinTheGraceTimeWhichThatDoesNotProlong) {
  write(rotate("token", now));
  write(rotate("token", now + seconds{59}));
  EXPECT_TRUE(failed_guard(rotate("token", now + seconds{60})));
  EXPECT_EQ(find("token")->token.rotated_at, now);
}

// RFC9700-4.14.2
TEST_F(RefreshTokens, OnceASuccessorWasUsedThereIsNoGraceAndNoOtherSuccessor) {
  write(rotate("token", now));
  add_successor("first");
  add_successor("second");
  EXPECT_FALSE(find("first")->is_reused(now, kGrace));
  write(use("first"));
  write(use("first"));
  EXPECT_TRUE(failed_guard(use("second")));
  EXPECT_TRUE(failed_guard(rotate("token", now)));
  EXPECT_TRUE(find("token")->is_reused(now, kGrace));
  EXPECT_TRUE(find("second")->is_reused(now, kGrace));
  EXPECT_FALSE(find("first")->is_reused(now, kGrace));
  EXPECT_TRUE(find("first")->is_active(now, kGrace));
}

TEST_F(RefreshTokens, OfSuccessorsThatAreUsedAtOnceExactlyOneWins) {
  int number = 0;
  EXPECT_EQ(test::winners_of_race(store.database, 8, [&] { return use("successor-" + std::to_string(++number)); }), 1);
}

// RFC9700-4.14.2
TEST_F(RefreshTokens, ARotatedTokenWorksWithinTheGraceTimeAndIsTheftAfterIt) {
  write(rotate("token", now));
  const auto found = find("token");
  EXPECT_TRUE(found->is_active(now + seconds{59}, kGrace));
  EXPECT_FALSE(found->is_reused(now + seconds{59}, kGrace));
  EXPECT_FALSE(found->is_active(now + seconds{60}, kGrace));
  EXPECT_TRUE(found->is_reused(now + seconds{60}, kGrace));
}

TEST_F(RefreshTokens, WithoutGraceARotatedTokenIsTheftAtOnce) {
  write(rotate("token", now));
  EXPECT_FALSE(find("token")->is_active(now, Duration{0}));
  EXPECT_TRUE(find("token")->is_reused(now, Duration{0}));
}

TEST_F(RefreshTokens, AnUnknownExpiredOrRevokedTokenIsNotRotated) {
  EXPECT_TRUE(failed_guard(rotate("guessed", now)));
  EXPECT_TRUE(failed_guard(rotate("token", now + days{90})));
  sql::Batch batch;
  store.refresh_tokens.add_revoke(batch, TokenHash::of("token"), now);
  write(std::move(batch));
  EXPECT_TRUE(failed_guard(rotate("token", now)));
  EXPECT_FALSE(find("token")->is_active(now, kGrace));
  EXPECT_TRUE(find("token")->grant.is_active(now));
}

TEST_F(RefreshTokens, AnExpiredTokenIsNotActive) {
  EXPECT_TRUE(find("token")->is_active(now, kGrace));
  EXPECT_FALSE(find("token")->is_active(now + days{90}, kGrace));
}

TEST_F(RefreshTokens, ATokenOfARevokedGrantIsNotActive) {
  sql::Batch batch;
  store.grants.add_revoke(batch, "grant", now);
  write(std::move(batch));
  EXPECT_FALSE(find("token")->is_active(now, kGrace));
}

TEST_F(RefreshTokens, ATokenWithoutItsGrantIsUnknown) {
  sql::Batch batch;
  store.refresh_tokens.add_insert(batch, test::refresh_token("orphan", "gone", now));
  write(std::move(batch));
  EXPECT_FALSE(find("orphan"));
  EXPECT_FALSE(find("guessed"));
}

TEST_F(RefreshTokens, TokenAndGrantComeBackTogether) {
  const auto found = find("token");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token.token_hash, TokenHash::of("token"));
  EXPECT_EQ(found->token.confirmation, test::refresh_token("token", "grant", now).confirmation);
  EXPECT_EQ(found->token.expires_at, now + days{90});
  EXPECT_EQ(found->grant, test::grant("grant", now));
}

}  // namespace
}  // namespace signet
