#include "base/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>

#include "base/result.h"
#include "base/run_blocking.h"

namespace signet {
namespace {

/// Continues on the executor that is current when it is awaited, from another thread.
struct ElsewhereAndBack {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    thread = std::jthread([executor = Executor::current(), handle] { executor->post(handle); });
  }
  [[nodiscard]] std::thread::id await_resume() const { return std::this_thread::get_id(); }
  std::jthread thread;
};

Task<int> answer(int value) {
  co_return value;
}

Task<Result<int>> checked(int value) {
  if (value < 0) co_return fail(ErrorCode::Malformed, "negative");
  co_return value;
}

Task<Result<int>> doubled(int value) {
  CO_TRY(co_await checked(value));
  CO_TRY_ASSIGN(const int result, co_await checked(value));
  co_return result * 2;
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await nested(depth - 1);
  co_return below + 1;
}

Task<int> throwing() {
  throw std::runtime_error("bug");
  co_return 0;
}

Task<bool> comes_back_to_its_thread() {
  const auto before = std::this_thread::get_id();
  ElsewhereAndBack elsewhere;
  const auto after = co_await elsewhere;
  co_return before == after;
}

TEST(Task, NothingRunsBeforeItIsAwaited) {
  bool ran = false;
  const auto body = [](bool& flag) -> Task<int> {
    flag = true;
    co_return 1;
  };
  {
    const Task<int> never_awaited = body(ran);
  }
  EXPECT_FALSE(ran);
}

TEST(Task, AnUnawaitedTaskFreesItsArguments) {
  const auto shared = std::make_shared<int>(1);
  const auto body = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
  {
    const Task<int> task = body(shared);
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Task, ErrorsAreCarriedByTheMacros) {
  EXPECT_EQ(run_blocking(doubled(4)).value(), 8);
  EXPECT_EQ(run_blocking(doubled(-4)).error().code, ErrorCode::Malformed);
}

TEST(Task, ADeepChainDoesNotGrowTheStack) {
  EXPECT_EQ(run_blocking(nested(2000)), 2000);
}

TEST(Task, AnExceptionReachesTheOneWhoWaits) {
  EXPECT_THROW((void)run_blocking(throwing()), std::runtime_error);
}

TEST(RunBlocking, ATaskContinuesOnTheThreadThatWaitsForIt) {
  EXPECT_TRUE(run_blocking(comes_back_to_its_thread()));
}

TEST(RunBlocking, TheOuterExecutorIsThereAgainAfterwards) {
  EXPECT_EQ(Executor::current(), nullptr);
  EXPECT_EQ(run_blocking(answer(7)), 7);
  EXPECT_EQ(Executor::current(), nullptr);
}

TEST(StartDetached, TheTaskRunsToItsEndAndFreesItself) {
  const auto shared = std::make_shared<int>(0);
  const auto body = [](std::shared_ptr<int> held) -> Task<void> {
    *held = 5;
    co_return;
  };
  start_detached(body(shared));
  EXPECT_EQ(*shared, 5);
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace
}  // namespace signet
