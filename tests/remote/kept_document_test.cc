#include "remote/kept_document.h"

#include <gtest/gtest.h>

#include <optional>

#include "support/fakes.h"

namespace signet::test {
namespace {

constexpr remote::KeepTimes kTimes{.fresh = minutes{4}, .good = minutes{5}, .pause = seconds{10}, .retry = seconds{1}};

/// A host whose answers come when the test says so.
class KeptDocument : public ::testing::Test {
 protected:
  struct Visit {
    std::optional<Result<std::shared_ptr<const int>>> answer;
    bool has_thrown = false;
    /// What was found: a number, -1 for a failure, -2 for an exception, nothing while it waits.
    [[nodiscard]] std::optional<int> found() const {
      if (has_thrown) return -2;
      if (!answer) return std::nullopt;
      return *answer ? ***answer : -1;
    }
  };

  /// Asks for a document of at least `least`.
  std::unique_ptr<Visit> ask(int least = 0) {
    auto visit = std::make_unique<Visit>();
    start_detached(run(*visit, least));
    return visit;
  }
  /// Asks, and lets the host answer at once if it is asked.
  std::optional<int> ask_now(int least, Result<int> answer) {
    const auto visit = ask(least);
    if (waiting_) this->answer(std::move(answer));
    return visit->found();
  }
  void answer(Result<int> given) {
    given_ = std::move(given);
    std::exchange(waiting_, nullptr).resume();
  }

  FakeClock clock_;
  int fetches_ = 0;
  bool throws_ = false;  ///< the fetch does, instead of giving an answer

 private:
  struct Held {
    KeptDocument& test;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) const { test.waiting_ = caller; }
    void await_resume() const noexcept {}
  };
  Task<void> run(Visit& visit, int least) {
    const auto is_enough = [least](int value) { return value >= least; };
    try {
      visit.answer = co_await kept_.find(clock_, kTimes, is_enough, [this] { return fetch(); });
    } catch (const std::bad_alloc&) {
      visit.has_thrown = true;
    }
  }
  Task<Result<int>> fetch() {
    ++fetches_;
    co_await Held{*this};
    if (throws_) throw std::bad_alloc();
    co_return given_;
  }

  remote::KeptDocument<int> kept_;
  std::coroutine_handle<> waiting_;
  Result<int> given_ = 0;
};

Result<int> down() {
  return fail(ErrorCode::Timeout, "The host does not answer.");
}

TEST_F(KeptDocument, IsFetchedByOneForAllWhoWait) {
  const auto first = ask();
  const auto second = ask();
  EXPECT_EQ(first->found(), std::nullopt);
  answer(7);
  EXPECT_EQ(first->found(), 7);
  EXPECT_EQ(second->found(), 7);
  EXPECT_EQ(fetches_, 1);
}

TEST_F(KeptDocument, IsUsedWhileItIsFreshAndFetchedAgainAfterwards) {
  EXPECT_EQ(ask_now(0, 1), 1);
  clock_.advance(kTimes.fresh - milliseconds{1});
  EXPECT_EQ(ask_now(0, 2), 1);
  clock_.advance(milliseconds{1});
  EXPECT_EQ(ask_now(0, 2), 2);
  EXPECT_EQ(fetches_, 2);
}

TEST_F(KeptDocument, NobodyWaitsForANewerOneWhileTheOldOneIsGood) {
  EXPECT_EQ(ask_now(0, 1), 1);
  clock_.advance(kTimes.fresh);
  const auto who_fetches = ask();
  EXPECT_EQ(ask()->found(), 1);
  const auto who_needs_more = ask(2);
  EXPECT_EQ(who_needs_more->found(), std::nullopt);
  answer(2);
  EXPECT_EQ(who_fetches->found(), 2);
  EXPECT_EQ(who_needs_more->found(), 2);
  EXPECT_EQ(fetches_, 2);
}

TEST_F(KeptDocument, WhoNeedsANewerOneCannotMakeItBeFetchedAllTheTime) {
  EXPECT_EQ(ask_now(0, 1), 1);
  EXPECT_EQ(ask_now(2, 2), 1);
  clock_.advance(kTimes.pause - milliseconds{1});
  EXPECT_EQ(ask_now(2, 2), 1);
  EXPECT_EQ(fetches_, 1);
  clock_.advance(milliseconds{1});
  EXPECT_EQ(ask_now(2, 2), 2);
}

TEST_F(KeptDocument, OutlivesAHostThatIsAwayUntilItIsNotGoodAnyMore) {
  EXPECT_EQ(ask_now(0, 1), 1);
  clock_.advance(kTimes.fresh);
  EXPECT_EQ(ask_now(0, down()), 1);
  clock_.advance(kTimes.good - kTimes.fresh - milliseconds{1});
  EXPECT_EQ(ask_now(0, down()), 1);
  clock_.advance(milliseconds{1});
  EXPECT_EQ(ask_now(0, down()), -1);
}

TEST_F(KeptDocument, AFailureIsToldToAllAndTriedAgainAfterAMoment) {
  const auto first = ask();
  const auto second = ask();
  answer(down());
  EXPECT_EQ(first->found(), -1);
  EXPECT_EQ(second->found(), -1);
  const auto third = ask();
  EXPECT_EQ(third->found(), -1);
  EXPECT_EQ(third->answer->error().code, ErrorCode::Timeout);
  EXPECT_EQ(fetches_, 1);
  clock_.advance(kTimes.retry);
  EXPECT_EQ(ask_now(0, 3), 3);
}

TEST_F(KeptDocument, AFetchThatThrowsIsOverAndTriedAgainAfterAMoment) {
  EXPECT_EQ(ask_now(0, 1), 1);
  clock_.advance(kTimes.fresh);
  throws_ = true;
  EXPECT_EQ(ask_now(0, 2), -2);
  throws_ = false;
  EXPECT_EQ(ask_now(0, 2), 1);  // the host has its peace, and the old one is good
  EXPECT_EQ(fetches_, 2);
  clock_.advance(kTimes.pause);
  EXPECT_EQ(ask_now(0, 2), 2);
}

TEST_F(KeptDocument, WhoWaitsForAFetchThatThrowsGetsAFailure) {
  const auto first = ask();
  const auto second = ask();
  throws_ = true;
  answer(1);
  EXPECT_EQ(first->found(), -2);
  EXPECT_EQ(second->found(), -1);
  throws_ = false;
  clock_.advance(kTimes.retry);
  EXPECT_EQ(ask_now(0, 3), 3);
}

}  // namespace
}  // namespace signet::test
