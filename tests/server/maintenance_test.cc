#include "server/maintenance.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace signet::server {
namespace {

TEST(Maintenance, RunsAJobAfterItsFirstDelayAndThenAgainAndAgain) {
  Maintenance maintenance;
  std::promise<void> third;
  std::atomic<int> runs = 0;
  maintenance.add(milliseconds{1}, milliseconds{1}, [&] {
    if (++runs == 3) third.set_value();
  });
  EXPECT_EQ(runs, 0);
  maintenance.start();
  EXPECT_EQ(third.get_future().wait_for(seconds{10}), std::future_status::ready);
}

TEST(Maintenance, StopsAtOnceAlthoughAJobIsFarAway) {
  Maintenance maintenance;
  maintenance.add(hours{1}, hours{1}, [] { FAIL() << "too early"; });
  maintenance.start();
  const auto began = std::chrono::steady_clock::now();
  maintenance.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds{5});
}

TEST(Maintenance, WaitsForTheJobThatRuns) {
  Maintenance maintenance;
  std::promise<void> started;
  std::atomic<bool> finished = false;
  maintenance.add(milliseconds{1}, hours{1}, [&] {
    started.set_value();
    std::this_thread::sleep_for(milliseconds{30});
    finished = true;
  });
  maintenance.start();
  started.get_future().wait();
  maintenance.stop();
  EXPECT_TRUE(finished);
}

TEST(Maintenance, ASlowJobDoesNotRunTwiceToCatchUp) {
  Maintenance maintenance;
  std::atomic<int> runs = 0;
  std::promise<void> second;
  std::chrono::steady_clock::time_point end_of_first;
  std::chrono::steady_clock::time_point start_of_second;
  maintenance.add(milliseconds{1}, milliseconds{20}, [&] {
    const int run = ++runs;
    if (run == 1) {
      std::this_thread::sleep_for(milliseconds{60});
      end_of_first = std::chrono::steady_clock::now();
    }
    if (run == 2) {
      start_of_second = std::chrono::steady_clock::now();
      second.set_value();
    }
  });
  maintenance.start();
  second.get_future().wait();
  maintenance.stop();
  EXPECT_GE(start_of_second - end_of_first, milliseconds{20});
}

TEST(Maintenance, MayBeStoppedTwiceAndWithoutAStart) {
  Maintenance maintenance;
  int runs = 0;
  maintenance.add(milliseconds{0}, milliseconds{1}, [&] { ++runs; });
  maintenance.stop();
  maintenance.stop();
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace signet::server
