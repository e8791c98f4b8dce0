#include "net/thread_pool.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "base/run_blocking.h"
#include "net/loopback.h"

namespace signet::test {
namespace {

Task<Result<std::thread::id>> worker_of(net::ThreadPool& pool) {
  auto work = [] { return std::this_thread::get_id(); };
  co_return co_await pool.run(work);
}

TEST(ThreadPool, WorksElsewhereAndComesBack) {
  net::ThreadPool pool("p", 1, 4);
  std::thread::id after;
  const auto task = [](net::ThreadPool& where, std::thread::id& out) -> Task<Result<std::thread::id>> {
    auto result = co_await worker_of(where);
    out = std::this_thread::get_id();
    co_return result;
  };
  const auto worker = run_blocking(task(pool, after));
  ASSERT_TRUE(worker);
  EXPECT_NE(std::this_thread::get_id(), *worker);
  EXPECT_EQ(std::this_thread::get_id(), after);
}

TEST(ThreadPool, AFullQueueIsRefusedAtOnce) {
  std::atomic<bool> release = false;
  std::atomic<int> overloaded = 0;
  std::atomic<int> served = 0;
  net::ThreadPool pool("p", 1, 2);
  LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
    auto work = [&release] {
      release.wait(false);
      return 1;
    };
    const auto result = co_await pool.run(work);
    result ? ++served : ++overloaded;
    co_return http::Response{.status = result ? 200 : 503};
  }});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return server.server().counters().requests == static_cast<std::uint64_t>(i) + 1; }));
    if (i == 0) {
      EXPECT_TRUE(eventually([&] { return pool.queued() == 0; }));
    }
  }
  EXPECT_TRUE(eventually([&] { return overloaded == 2; }));
  EXPECT_EQ(2U, pool.queued());
  release = true;
  release.notify_all();
  EXPECT_TRUE(eventually([&] { return served == 3; }));
}

TEST(ThreadPool, AnExceptionOfTheWorkComesBackToTheCaller) {
  net::ThreadPool pool("p", 1, 4);
  const auto task = [](net::ThreadPool& where) -> Task<Result<int>> {
    auto work = []() -> int { throw std::runtime_error("broken"); };
    co_return co_await where.run(work);
  };
  EXPECT_THROW(static_cast<void>(run_blocking(task(pool))), std::runtime_error);
  EXPECT_TRUE(run_blocking(worker_of(pool)));
}

TEST(ThreadPool, ManyCallersFromManyThreads) {
  net::ThreadPool pool("p", 3, 1000);
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 200; ++n) sum += run_blocking(worker_of(pool)).has_value() ? 1 : 0;
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(800, sum);
}

}  // namespace
}  // namespace signet::test
