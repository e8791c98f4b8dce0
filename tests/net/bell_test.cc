#include "net/bell.h"

#include <future>
#include <thread>

#include "base/run_blocking.h"
#include "net/loopback.h"

namespace signet::test {
namespace {

constexpr Duration kLong = minutes{5};

Task<std::uint64_t> wait_and_count(net::Bell& bell, std::uint64_t seen, Duration at_most) {
  co_await bell.wait(seen, at_most);
  co_return bell.rings();
}

TEST(Bell, EverybodyWhoWaitsGoesOnWhenItRings) {
  net::Bell bell;
  const auto wait = [&bell] { return run_blocking(wait_and_count(bell, 0, kLong)); };
  std::vector<std::future<std::uint64_t>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(std::async(std::launch::async, wait));
  std::this_thread::sleep_for(milliseconds{20});
  bell.ring();
  for (auto& each : waiting) EXPECT_EQ(each.get(), 1U);
}

TEST(Bell, WhoMissedItDoesNotWait) {
  net::Bell bell;
  bell.ring();
  EXPECT_EQ(run_blocking(wait_and_count(bell, 0, kLong)), 1U);
}

TEST(Bell, WhoHasWaitedLongEnoughGoesOnWithoutIt) {
  net::Bell bell;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(run_blocking(wait_and_count(bell, 0, Duration{30})), 0U);
  EXPECT_GE(std::chrono::steady_clock::now() - before, Duration{30});
  bell.ring();  // for nobody: who went on is not woken again
}

// The timer of one who was woken early ends after its executor has gone.
TEST(Bell, ATimerThatComesTooLateTouchesNothing) {
  net::Bell bell;
  for (int i = 0; i < 200; ++i) {
    auto waiting = std::async(std::launch::async, [&] { return run_blocking(wait_and_count(bell, 0, Duration{1})); });
    bell.ring();
    EXPECT_GE(waiting.get(), 0U);
  }
  std::this_thread::sleep_for(milliseconds{10});
  EXPECT_EQ(bell.rings(), 200U);
}

TEST(Bell, ComesBackToItsIoThread) {
  net::Bell bell;
  LoopbackServer server({.handler = [&bell](const http::Request&) -> Task<http::Response> {
    const auto before = std::this_thread::get_id();
    co_await bell.wait(0, kLong);
    co_return http::Response{.body = before == std::this_thread::get_id() ? "same" : "other"};
  }});
  auto answer = std::async(std::launch::async, [&] { return ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); });
  std::this_thread::sleep_for(milliseconds{20});
  bell.ring();
  EXPECT_TRUE(answer.get().ends_with("same"));
}

}  // namespace
}  // namespace signet::test
