#include "store/push_challenges.h"

#include "store/dated_id.h"
#include "store/records.h"
#include "support/fakes.h"

namespace signet {
namespace {

using store::PushState;
using test::value_of;

class PushChallenges : public test::StoreTest {
 public:
  /// The id of a challenge that was asked at `at`; empty when there were too many.
  std::string ask(const std::string& account_id, Instant at, std::int64_t most = 3) {
    const auto challenge = test::push_challenge(store::make_dated_id(at, random), account_id, at);
    sql::Batch batch;
    store.push_challenges.add_insert(batch, challenge, most);
    return failed_guard(std::move(batch)) ? std::string() : challenge.challenge_id;
  }
  bool answer(const std::string& account_id, const std::string& id, PushState state, Instant at,
              const std::string& factor_id = "phone") {
    sql::Batch batch;
    store.push_challenges.add_answer(batch,
                                     {.challenge_id = id,
                                      .account_id = account_id,
                                      .state = state,
                                      .factor_id = factor_id,
                                      .user_verified = true,
                                      .evidence = "signed"},
                                     at);
    return !failed_guard(std::move(batch));
  }
  bool consume(const std::string& account_id, const std::string& id, Instant at) {
    sql::Batch batch;
    store.push_challenges.add_consume(batch, account_id, id, at);
    return !failed_guard(std::move(batch));
  }
  void type_wrong_number(const std::string& account_id, const std::string& id, Instant at) {
    sql::Batch batch;
    store.push_challenges.add_wrong_number(batch, account_id, id, 3, at);
    write(std::move(batch));
  }
  void withdraw(const std::string& account_id, const std::string& id, Instant at) {
    sql::Batch batch;
    store.push_challenges.add_withdraw(batch, account_id, id, at);
    write(std::move(batch));
  }
  std::optional<store::PushChallengeRecord> find(std::string account_id, std::string id) {
    return value_of(run_blocking(store.push_challenges.find(std::move(account_id), std::move(id))));
  }

  test::FixedRandom random;
};

TEST_F(PushChallenges, AreFoundAsTheyWereAskedByTheirAccountAlone) {
  const std::string id = ask("alice", now);
  EXPECT_EQ(find("alice", id), test::push_challenge(id, "alice", now));
  EXPECT_FALSE(find("mallory", id));
  EXPECT_FALSE(find("alice", "unknown"));
}

TEST_F(PushChallenges, OfTwoDevicesThatAnswerOneWins) {
  const std::string id = ask("alice", now);
  EXPECT_TRUE(answer("alice", id, PushState::Denied, now, "phone"));
  EXPECT_FALSE(answer("alice", id, PushState::Approved, now, "tablet"));
  const auto found = find("alice", id);
  EXPECT_EQ(found->state, PushState::Denied);
  EXPECT_EQ(found->factor_id, "phone");
  EXPECT_EQ(found->evidence, "signed");
  EXPECT_TRUE(found->user_verified);
}

TEST_F(PushChallenges, AnotherAccountCannotAnswerOrTakeUpOne) {
  const std::string id = ask("alice", now);
  EXPECT_FALSE(answer("mallory", id, PushState::Approved, now));
  EXPECT_TRUE(answer("alice", id, PushState::Approved, now));
  EXPECT_FALSE(consume("mallory", id, now));
}

TEST_F(PushChallenges, NoneIsAnsweredWhenItsTimeIsOver) {
  const std::string id = ask("alice", now);
  EXPECT_FALSE(answer("alice", id, PushState::Approved, now + store::kPushLifetime));
  EXPECT_TRUE(answer("alice", id, PushState::Approved, now + store::kPushLifetime - milliseconds{1}));
}

TEST_F(PushChallenges, AnApprovalIsTakenUpOnceAndSoon) {
  const std::string id = ask("alice", now);
  EXPECT_FALSE(consume("alice", id, now));
  ASSERT_TRUE(answer("alice", id, PushState::Approved, now));
  EXPECT_FALSE(consume("alice", id, now + store::kPushLifetime + store::kPushApprovalMemory));
  EXPECT_TRUE(consume("alice", id, now + store::kPushLifetime));
  EXPECT_FALSE(consume("alice", id, now));
}

TEST_F(PushChallenges, ADeniedOneIsNeverTakenUp) {
  const std::string id = ask("alice", now);
  ASSERT_TRUE(answer("alice", id, PushState::Denied, now));
  EXPECT_FALSE(consume("alice", id, now));
}

TEST_F(PushChallenges, OneThatWasTakenBackWaitsForNobodyAndCountsAllTheSame) {
  const std::string id = ask("alice", now);
  withdraw("mallory", id, now);
  EXPECT_EQ(find("alice", id)->expires_at, now + store::kPushLifetime);
  withdraw("alice", id, now + seconds{1});
  EXPECT_FALSE(answer("alice", id, PushState::Approved, now + seconds{1}));
  EXPECT_EQ(value_of(run_blocking(store.push_challenges.count_unapproved("alice", now + seconds{1}))).all, 1);
}

TEST_F(PushChallenges, OneThatWasApprovedCannotBeTakenBack) {
  const std::string id = ask("alice", now);
  ASSERT_TRUE(answer("alice", id, PushState::Approved, now));
  withdraw("alice", id, now);
  EXPECT_TRUE(consume("alice", id, now + store::kPushLifetime));
}

TEST_F(PushChallenges, TheThirdWrongNumberDeniesOne) {
  const std::string id = ask("alice", now);
  type_wrong_number("mallory", id, now);
  type_wrong_number("alice", id, now);
  type_wrong_number("alice", id, now);
  EXPECT_EQ(find("alice", id)->state, PushState::Pending);
  type_wrong_number("alice", id, now);
  EXPECT_EQ(find("alice", id)->state, PushState::Denied);
  EXPECT_FALSE(answer("alice", id, PushState::Approved, now));
}

TEST_F(PushChallenges, ThoseThatNobodyApprovesStopFurtherOnesForAWhile) {
  const std::string first = ask("alice", now);
  ASSERT_TRUE(answer("alice", first, PushState::Denied, now));
  EXPECT_FALSE(ask("alice", now + minutes{1}).empty());
  EXPECT_FALSE(ask("alice", now + minutes{2}).empty());
  EXPECT_TRUE(ask("alice", now + minutes{3}).empty());
  EXPECT_FALSE(ask("bob", now + minutes{3}).empty());
  const auto counted = value_of(run_blocking(store.push_challenges.count_unapproved("alice", now + minutes{3})));
  EXPECT_EQ(counted, (store::UnapprovedPushes{.all = 3, .denied = 1, .oldest = now}));
  EXPECT_FALSE(ask("alice", now + store::kPushMemory + milliseconds{1}).empty());
}

TEST_F(PushChallenges, ApprovedOnesDoNotCount) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = ask("alice", now);
    ASSERT_TRUE(answer("alice", id, PushState::Approved, now));
  }
  EXPECT_EQ(value_of(run_blocking(store.push_challenges.count_unapproved("alice", now))), store::UnapprovedPushes{});
}

TEST_F(PushChallenges, OnlyThoseThatWaitAreListed) {
  const std::string answered = ask("alice", now);
  const std::string waiting = ask("alice", now + seconds{1});
  ask("bob", now);
  ASSERT_TRUE(answer("alice", answered, PushState::Approved, now));
  const auto list = [&](Instant at) {
    std::vector<std::string> ids;
    for (const auto& one : value_of(run_blocking(store.push_challenges.list_pending("alice", at))))
      ids.push_back(one.challenge_id);
    return ids;
  };
  EXPECT_EQ(list(now + seconds{1}), std::vector{waiting});
  EXPECT_TRUE(list(now + seconds{1} + store::kPushLifetime).empty());
}

}  // namespace
}  // namespace signet
