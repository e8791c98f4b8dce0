#include "net/server.h"

#include <atomic>
#include <thread>

#include "net/loopback.h"
#include "net/thread_pool.h"
#include "net/timer.h"

namespace signet::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

Result<void> start_on(std::string address, std::uint16_t port, std::vector<std::string> proxies = {}) {
  const SystemClock clock;
  const Log log(LogLevel::Error);
  net::ServerOptions options{.threads = 1};
  options.listeners.push_back({.name = "x",
                               .address = std::move(address),
                               .port = port,
                               .proxies = {std::move(proxies)},
                               .handler = make_echo_handler()});
  return net::Server(std::move(options), clock, log).start();
}

TEST(Server, APortInUseIsNamed) {
  LoopbackServer first({.threads = 2});
  const auto second = start_on("127.0.0.1", first.port());
  ASSERT_FALSE(second);
  EXPECT_EQ(ErrorCode::Unavailable, second.error().code);
  EXPECT_EQ("The port is in use.", second.error().public_text.view());
  EXPECT_EQ("127.0.0.1:" + std::to_string(first.port()), second.error().detail);
}

TEST(Server, APortIsFreeAgainAfterTheServerStopped) {
  std::uint16_t port = 0;
  {
    LoopbackServer first;
    port = first.port();
    EXPECT_EQ(200, status_of(ask(port, kGet)));
  }
  EXPECT_TRUE(start_on("127.0.0.1", port));
}

TEST(Server, AnAddressThatIsNotOursIsRefused) {
  EXPECT_FALSE(start_on("localhost", 0));
  EXPECT_FALSE(start_on("192.0.2.1", 0));
  EXPECT_FALSE(start_on("127.0.0.1", 0, {"10.0.0.0/99"}));
}

TEST(Server, AllThreadsServeTheSamePort) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
                           {
                             const std::scoped_lock lock(mutex);
                             seen.insert(std::this_thread::get_id());
                           }
                           co_return http::Response{};
                         },
                         .threads = 3});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(200, status_of(ask(server.port(), kGet)));
  EXPECT_EQ(3U, seen.size());
  EXPECT_EQ(100U, server.server().counters().requests);
  EXPECT_EQ(100U, server.server().counters().accepted);
}

TEST(Server, OpenConnectionsAreCounted) {
  LoopbackServer server;
  {
    RawClient client(server.port());
    EXPECT_TRUE(eventually([&] { return server.server().counters().open == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return server.server().counters().open == 0; }));
}

/// Suspends its caller and leaves the handle where another thread finds it.
struct Parked {
  std::mutex& mutex;
  std::vector<std::coroutine_handle<>>& handles;
  Executor*& executor;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const {
    const std::scoped_lock lock(mutex);
    handles.push_back(caller);
    executor = Executor::current();
  }
  void await_resume() const noexcept {}
};

TEST(IoThread, AnotherThreadResumesManyAtOnce) {
  std::mutex mutex;
  std::vector<std::coroutine_handle<>> handles;
  Executor* executor = nullptr;
  LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
    const auto before = std::this_thread::get_id();
    co_await Parked{mutex, handles, executor};
    co_return http::Response{.body = before == std::this_thread::get_id() ? "same" : "other"};
  }});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  for (const auto& client : clients) client->send(kGet);
  EXPECT_TRUE(eventually([&] {
    const std::scoped_lock lock(mutex);
    return handles.size() == clients.size();
  }));
  (void)executor->post_all(handles, nullptr);
  for (const auto& client : clients) EXPECT_TRUE(client->read_response().ends_with("same"));
}

struct CountingListener final : IdleListener {
  void on_idle() override { ++told; }
  std::atomic<int> told = 0;
};

TEST(IoThread, TellsOnceWhenItHasNothingLeftToDo) {
  CountingListener listener;
  LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
    const bool can_tell =
        Executor::current()->tell_when_idle(listener) && Executor::current()->tell_when_idle(listener);
    co_return http::Response{.body = can_tell && listener.told == 0 ? "asked" : "wrong"};
  }});
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_TRUE(client.read_response().ends_with("asked"));
  EXPECT_TRUE(eventually([&] { return listener.told == 1; }));
}

/// Lets everything else run and goes on.
struct Yield {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const { Executor::current()->post(caller); }
  void await_resume() const noexcept {}
};

TEST(IoThread, TellsWithinMillisecondsAlthoughItNeverRests) {
  CountingListener listener;
  LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
    (void)Executor::current()->tell_when_idle(listener);
    const auto begin = std::chrono::steady_clock::now();
    while (listener.told == 0 && std::chrono::steady_clock::now() - begin < seconds{5}) co_await Yield{};
    co_return http::Response{.body = listener.told == 1 ? "told" : "forgotten"};
  }});
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_TRUE(client.read_response().ends_with("told"));
}

TEST(ServerStop, ARunningRequestMayFinish) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    co_await net::sleep_for(Duration{200});
    co_return http::Response{.body = "done"};
  }});
  RawClient busy(server.port());
  RawClient idle(server.port());
  busy.send(kGet);
  EXPECT_TRUE(eventually([&] { return server.server().counters().requests == 1; }));
  const auto before = std::chrono::steady_clock::now();
  server.server().stop(Duration{3000});
  EXPECT_LT(std::chrono::steady_clock::now() - before, Duration{3000});
  const std::string answer = busy.read_all();
  EXPECT_TRUE(answer.ends_with("done"));
  EXPECT_TRUE(answer.contains("Connection: close"));
  EXPECT_TRUE(idle.is_closed_within(Duration{100}));
}

TEST(ServerStop, AHandlerThatNeverEndsDoesNotHoldItUp) {
  std::atomic<bool> release = false;
  net::ThreadPool pool("stuck", 1, 10);
  {
    LoopbackServer server({.handler = [&](const http::Request&) -> Task<http::Response> {
      auto work = [&release] {
        release.wait(false);
        return 1;
      };
      const auto result = co_await pool.run(work);
      co_return http::Response{.status = result ? 200 : 503};
    }});
    RawClient client(server.port());
    client.send(kGet);
    EXPECT_TRUE(eventually([&] { return server.server().counters().requests == 1; }));
    server.server().stop(Duration{50});
    EXPECT_TRUE(server.log_text().contains("unfinished"));
  }
  // The late answer of the pool must meet an executor that is still there.
  release = true;
  release.notify_all();
}

TEST(ServerStop, UnderLoadNothingIsLostHalfWay) {
  LoopbackServer server({.threads = 2});
  std::atomic<bool> is_broken = false;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      RawClient client(server.port());
      while (true) {
        const std::string answer = client.send(kGet).read_response();
        if (answer.empty()) return;
        if (!answer.ends_with("GET /a ")) is_broken = true;
        ++answered;
        if (answer.contains("Connection: close")) return;
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return answered > 200; }));
  server.server().stop();
  for (auto& client : clients) client.join();
  EXPECT_FALSE(is_broken);
  EXPECT_EQ(0U, server.server().counters().open);
}

TEST(ServerStop, TwiceIsOnce) {
  LoopbackServer server;
  server.server().stop();
  EXPECT_NO_THROW(server.server().stop());
}

}  // namespace
}  // namespace signet::test
