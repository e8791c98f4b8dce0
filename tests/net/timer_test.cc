#include "net/timer.h"

#include <thread>

#include "base/run_blocking.h"
#include "net/loopback.h"

namespace signet::test {
namespace {

Task<std::thread::id> sleep_and_say_where(Duration delay) {
  co_await net::sleep_for(delay);
  co_return std::this_thread::get_id();
}

TEST(SleepFor, ComesBackToABlockedThread) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(std::this_thread::get_id(), run_blocking(sleep_and_say_where(Duration{60})));
  EXPECT_GE(std::chrono::steady_clock::now() - before, Duration{60});
}

TEST(SleepFor, TheShorterSleepEndsFirst) {
  std::atomic<int> finished = 0;
  int long_place = 0;
  std::thread other([&] {
    static_cast<void>(run_blocking(sleep_and_say_where(Duration{300})));
    long_place = ++finished;
  });
  static_cast<void>(run_blocking(sleep_and_say_where(Duration{50})));
  const int short_place = ++finished;
  other.join();
  EXPECT_EQ(1, short_place);
  EXPECT_EQ(2, long_place);
}

TEST(SleepFor, ComesBackToItsIoThread) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    const auto before = std::this_thread::get_id();
    const auto after = co_await sleep_and_say_where(Duration{30});
    co_return http::Response{.body = before == after ? "same" : "other"};
  }});
  EXPECT_TRUE(ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("same"));
}

}  // namespace
}  // namespace signet::test
