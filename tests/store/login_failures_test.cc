#include "store/login_failures.h"

#include <thread>

#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;
using test::value_of;

class LoginFailures : public test::StoreTest {
 public:
  std::int64_t fail_once(Instant at) {
    return value_of(run_blocking(store.login_failures.count_failure(digest_of("alice"), at, minutes{15})));
  }
};

TEST_F(LoginFailures, ConcurrentFailuresAllCount) {
  constexpr int kRacers = 16;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kRacers; ++i) threads.emplace_back([this] { (void)fail_once(now); });
  threads.clear();
  EXPECT_EQ(value_of(run_blocking(store.login_failures.find(digest_of("alice"), now)))->failures, kRacers);
}

TEST_F(LoginFailures, EachFailureTellsTheNewCountAndProlongsTheWindow) {
  EXPECT_EQ(fail_once(now), 1);
  EXPECT_EQ(fail_once(now + minutes{14}), 2);
  EXPECT_EQ(fail_once(now + minutes{28}), 3);
  const auto found = value_of(run_blocking(store.login_failures.find(digest_of("alice"), now + minutes{30})));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->last_failed_at, now + minutes{28});
  EXPECT_EQ(found->expires_at, now + minutes{43});
}

TEST_F(LoginFailures, TellTheirRateAsThoseOfTheLastTenMinutes) {
  const auto rate = [this](Instant at) {
    const auto found = value_of(run_blocking(store.login_failures.find(digest_of("alice"), at)));
    return found ? found->in_ten_minutes(at) : -1;
  };
  const Instant period = std::chrono::floor<std::chrono::duration<int, std::ratio<600>>>(now);
  for (int i = 0; i < 10; ++i) (void)fail_once(period + minutes{5});
  EXPECT_EQ(rate(period + minutes{9}), 10);
  EXPECT_EQ(rate(period + minutes{10}), 10);
  EXPECT_EQ(rate(period + minutes{15}), 5);
  EXPECT_EQ(rate(period + minutes{19}), 1);
  EXPECT_EQ(fail_once(period + minutes{15}), 11);
  EXPECT_EQ(rate(period + minutes{15}), 6);
  EXPECT_EQ(rate(period + minutes{20}), 1);
  EXPECT_EQ(fail_once(period + minutes{28}), 12);
  EXPECT_EQ(fail_once(period + minutes{42}), 13);
  EXPECT_EQ(rate(period + minutes{42}), 1);
  EXPECT_EQ(rate(period + minutes{56}), 0);
}

TEST_F(LoginFailures, OfAClockThatIsBehindCountInThePeriodOfTheOthers) {
  const Instant period = std::chrono::floor<std::chrono::duration<int, std::ratio<600>>>(now);
  (void)fail_once(period);
  (void)fail_once(period - seconds{1});
  const auto found = value_of(run_blocking(store.login_failures.find(digest_of("alice"), period)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->in_ten_minutes(period), 2);
  EXPECT_EQ(found->in_ten_minutes(period - seconds{1}), 2);
}

TEST_F(LoginFailures, AreForgottenAfterTheirWindow) {
  EXPECT_EQ(fail_once(now), 1);
  EXPECT_EQ(fail_once(now), 2);
  EXPECT_FALSE(value_of(run_blocking(store.login_failures.find(digest_of("alice"), now + minutes{15}))));
  EXPECT_EQ(fail_once(now + minutes{15}), 1);
}

TEST_F(LoginFailures, AreClearedForOneSubjectOnly) {
  fail_once(now);
  value_of(run_blocking(store.login_failures.count_failure(digest_of("bob"), now, minutes{15})));
  value_of(run_blocking(store.login_failures.clear(digest_of("alice"))));
  EXPECT_FALSE(value_of(run_blocking(store.login_failures.find(digest_of("alice"), now))));
  EXPECT_TRUE(value_of(run_blocking(store.login_failures.find(digest_of("bob"), now))));
}

TEST_F(LoginFailures, AreAGuardAgainstGuessesInTheMeantime) {
  const auto is_refused = [this](std::int64_t most, Instant at) {
    sql::Batch batch;
    store.login_failures.add_require_at_most(batch, digest_of("alice"), most, at);
    return failed_guard(std::move(batch)).has_value();
  };
  EXPECT_FALSE(is_refused(0, now));
  fail_once(now);
  EXPECT_TRUE(is_refused(0, now));
  EXPECT_FALSE(is_refused(1, now));
  EXPECT_FALSE(is_refused(0, now + minutes{15}));
}

TEST_F(LoginFailures, OfThreeSubjectsAreReadInTheirOrder) {
  fail_once(now);
  value_of(run_blocking(store.login_failures.count_failure(digest_of("bob"), now, minutes{1})));
  const auto read = [this](Instant at) {
    return value_of(
        run_blocking(store.login_failures.find_three({digest_of("eve"), digest_of("bob"), digest_of("alice")}, at)));
  };
  const auto [eve, bob, alice] = read(now);
  EXPECT_FALSE(eve);
  EXPECT_TRUE(bob && alice);
  const auto later = read(now + minutes{1});
  EXPECT_FALSE(later[1]);
  EXPECT_TRUE(later[2]);
}

}  // namespace
}  // namespace signet
