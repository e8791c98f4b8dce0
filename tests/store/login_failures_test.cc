#include "store/login_failures.h"

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

}  // namespace
}  // namespace signet
