#include "sql/sqlite/writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <future>

#include "sql/resting.h"
#include "sql/temporary_database.h"

namespace signet::sql::test {
namespace {

constexpr std::string_view kInsert = "INSERT INTO items (id, text) VALUES ($1, $2)";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM items";

Batch insert(std::int64_t id, std::string text = "x") {
  Batch batch;
  batch.add(kInsert, {id, std::move(text)});
  return batch;
}

/// Runs what is posted, and counts the wake-ups.
class CountingExecutor : public Executor {
 public:
  void post(std::coroutine_handle<> handle) override { (void)post_all({&handle, 1}, nullptr); }
  bool post_all(std::span<const std::coroutine_handle<>> handles, IdleListener* /*listener*/) override {
    const std::scoped_lock lock(mutex_);
    queue_.insert(queue_.end(), handles.begin(), handles.end());
    ++wakes_;
    ready_.notify_one();
    return false;
  }
  void run_until(const std::size_t& count, std::size_t wanted) {
    while (count < wanted) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !queue_.empty(); });
      const auto handles = std::exchange(queue_, {});
      lock.unlock();
      for (const auto handle : handles) handle.resume();
    }
  }
  [[nodiscard]] std::size_t wakes() const { return wakes_; }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<std::coroutine_handle<>> queue_;
  std::size_t wakes_ = 0;
};

class RestingExecutor final : public Resting<CountingExecutor> {
 public:
  bool post_all(std::span<const std::coroutine_handle<>> handles, IdleListener* listener) override {
    if (listener != nullptr) (void)tell_when_idle(*listener);
    (void)CountingExecutor::post_all(handles, nullptr);
    return true;
  }
};

/// Starts writes on one executor and keeps their answers.
template <class OwnExecutor = CountingExecutor>
class Writes {
 public:
  explicit Writes(Database& database) : database_(database), outer_(std::exchange(Executor::current(), &executor)) {}
  ~Writes() { Executor::current() = outer_; }
  Writes(const Writes&) = delete;
  Writes& operator=(const Writes&) = delete;

  void start(Batch batch) {
    results.emplace_back();
    start_detached(keep(std::move(batch), results.size() - 1));
  }
  void wait() { executor.run_until(finished_, results.size()); }

  OwnExecutor executor;
  std::vector<std::optional<Result<BatchResult>>> results;

 private:
  Task<void> keep(Batch batch, std::size_t index) {
    auto result = co_await database_.write(std::move(batch));
    results[index] = std::move(result);
    ++finished_;
  }

  Database& database_;
  Executor* outer_;
  std::size_t finished_ = 0;
};

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return condition();
}

sqlite::WriterStats stats_of(const TemporaryDatabase& database) {
  return as_sqlite(*database).stats();
}

TEST(SqliteWriter, ManyWaitersShareACommitAndAWakeUp) {
  const TemporaryDatabase database({.path = {}, .batches_per_commit = 100});
  ForeignLock lock(database.path());
  Writes<> writes(*database);
  for (std::int64_t i = 0; i < 401; ++i) writes.start(insert(i));
  lock.release();
  writes.wait();
  for (const auto& result : writes.results) EXPECT_TRUE(*result);
  EXPECT_EQ(stats_of(database).batches, 401U);
  EXPECT_LE(stats_of(database).commits, 6U);
  EXPECT_EQ(writes.executor.wakes(), stats_of(database).commits);
  EXPECT_EQ(read_number(*database, kCount), 401);
}

struct Announced final : CommitListener {
  void on_announced() override { ++times; }
  void on_failed(const Error& why) override {
    ++failed;
    reason = why.code;
  }
  void on_lost(const Error& why) override {
    ++lost;
    reason = why.code;
  }
  std::atomic<int> times = 0;
  std::atomic<int> failed = 0;
  std::atomic<int> lost = 0;
  std::atomic<ErrorCode> reason = ErrorCode::Bug;
};

TEST(SqliteWriter, TellsOfCommitsThatHoldAnAnnouncedBatch) {
  Announced told;
  const TemporaryDatabase database;
  const auto announced = [](Batch batch) {
    batch.announce();
    return batch;
  };
  ASSERT_TRUE(run_blocking(database->write(announced(insert(0))))) << "nobody listens yet";
  database->announce_to(&told);
  ASSERT_TRUE(run_blocking(database->write(insert(1))));
  EXPECT_EQ(told.times, 0);
  ASSERT_TRUE(run_blocking(database->write(announced(insert(2)))));
  EXPECT_EQ(told.times, 1);
  Batch whole = insert(3);
  whole.append(announced(insert(4)));
  ASSERT_TRUE(run_blocking(database->write(std::move(whole))));
  EXPECT_EQ(told.times, 2);
  EXPECT_FALSE(run_blocking(database->write(announced(insert(4)))));  // a constraint: nothing of it stays
  EXPECT_EQ(told.times, 2);
}

constexpr std::size_t kEnough = 64;

/// Long enough for a commit that nobody asked for to be seen.
void wait_a_little() {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

TEST(SqliteWriter, AGroupIsTakenWhenItsThreadHasNothingLeftToDo) {
  const TemporaryDatabase database;
  Writes<RestingExecutor> writes(*database);
  for (std::int64_t i = 0; i < 20; ++i) writes.start(insert(i));
  wait_a_little();
  EXPECT_EQ(stats_of(database).commits, 0U);
  writes.executor.rest();
  writes.wait();
  EXPECT_EQ(stats_of(database).commits, 1U);
  EXPECT_EQ(read_number(*database, kCount), 20);
}

TEST(SqliteWriter, ABusyThreadDoesNotHoldUpALargeGroup) {
  const TemporaryDatabase database;
  Writes<RestingExecutor> writes(*database);
  for (std::size_t i = 0; i < kEnough; ++i) writes.start(insert(static_cast<std::int64_t>(i)));
  writes.wait();
  EXPECT_EQ(stats_of(database).commits, 1U);
}

TEST(SqliteWriter, AThreadThatCannotTellIsNotKeptWaitingByOneThatCan) {
  const TemporaryDatabase database;
  Writes<RestingExecutor> writes(*database);
  writes.start(insert(1));
  ASSERT_TRUE(std::async(std::launch::async, [&] {
                return write(*database, kInsert, {std::int64_t{2}, std::string("y")});
              }).get());
  writes.wait();
  EXPECT_EQ(read_number(*database, kCount), 2);
}

TEST(SqliteWriter, WhatCameDuringACommitWaitsUntilThoseWhoAreAnsweredHaveGoneOn) {
  const TemporaryDatabase database;
  ForeignLock lock(database.path());
  Writes<RestingExecutor> writes(*database);
  writes.start(insert(1));
  writes.executor.rest();
  wait_a_little();  // the first one is at the lock now
  writes.start(insert(2));
  writes.executor.rest();
  lock.release();
  EXPECT_TRUE(eventually([&] { return stats_of(database).commits == 1; }));
  wait_a_little();
  EXPECT_EQ(stats_of(database).commits, 1U);
  writes.executor.rest();
  writes.wait();
  EXPECT_EQ(stats_of(database).commits, 2U);
}

TEST(SqliteWriter, WhatIsQueuedAtTheEndIsWritten) {
  TemporaryDatabase database;
  {
    Writes<RestingExecutor> writes(*database);
    for (std::int64_t i = 0; i < 3; ++i) writes.start(insert(i));
    database.reopen();
    writes.wait();
  }
  EXPECT_EQ(read_number(*database, kCount), 3);
}

TEST(SqliteWriter, WithoutALimitOneGroupIsAtLeastOneBatch) {
  const TemporaryDatabase database({.path = {}, .batches_per_commit = 0});
  EXPECT_TRUE(write(*database, "DELETE FROM items"));
}

TEST(SqliteWriter, AGuiltyBatchDoesNotHurtItsNeighbours) {
  const TemporaryDatabase database;
  ASSERT_TRUE(run_blocking(database->write(insert(7))));
  ForeignLock lock(database.path());
  Writes<> writes(*database);
  Batch conflict = insert(2);
  conflict.add(kInsert, {std::int64_t{7}, std::string("taken")});
  Batch wrong = insert(3);
  wrong.add("INSERT INTO nowhere VALUES (1)", {});
  Batch guarded;
  guarded.add_guard("INSERT INTO items (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id", {std::int64_t{9}});
  writes.start(insert(1));
  writes.start(std::move(conflict));
  writes.start(std::move(guarded));
  writes.start(std::move(wrong));
  writes.start(insert(4));
  lock.release();
  writes.wait();

  EXPECT_TRUE(*writes.results[0]);
  EXPECT_EQ((*writes.results[1]).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(*writes.results[2]);
  EXPECT_EQ((*writes.results[2])->failed_guard, std::nullopt);
  EXPECT_EQ((*writes.results[2])->rows.at(0).size(), 1U);
  EXPECT_EQ((*writes.results[3]).error().code, ErrorCode::Bug);
  EXPECT_TRUE(*writes.results[4]);
  EXPECT_LE(stats_of(database).commits, 3U);
  const Rows rows = must(read(*database, "SELECT id FROM items ORDER BY id"));
  std::vector<std::int64_t> ids;
  for (const Row& row : rows) ids.push_back(row.integer(0));
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 4, 7, 9}));
}

TEST(SqliteWriter, OfManyThatUseOneMarkExactlyOneSucceeds) {
  const TemporaryDatabase database;
  Writes<> writes(*database);
  for (std::int64_t i = 0; i < 100; ++i) {
    Batch batch;
    batch.add_guard("INSERT INTO items (id) VALUES ($1) ON CONFLICT DO NOTHING", {std::int64_t{-1}});
    batch.add(kInsert, {i, std::string("winner")});
    writes.start(std::move(batch));
  }
  writes.wait();
  const auto won = std::ranges::count_if(writes.results, [](const auto& result) { return !(**result).failed_guard; });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(read_number(*database, kCount), 2);
}

TEST(SqliteWriter, AFullQueueIsRefusedAtOnceAndWhatWasTakenIsKept) {
  const TemporaryDatabase database({.path = {}, .queue_limit = 3, .batches_per_commit = 1});
  ForeignLock lock(database.path());
  std::int64_t taken = 0;
  // Three wait in the queue and one is in the writer's hands, which holds it until the lock is free.
  while (taken < 4) {
    if (database->write_later(insert(taken))) ++taken;
  }
  EXPECT_FALSE(database->write_later(insert(taken)));
  const auto refused = run_blocking(database->write(insert(1000)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Overloaded);
  lock.release();
  while (stats_of(database).batches < static_cast<std::uint64_t>(taken)) std::this_thread::yield();
  EXPECT_EQ(read_number(*database, kCount), taken);
  EXPECT_TRUE(run_blocking(database->write(insert(1000))));
}

TEST(SqliteWriter, TheEndOfTheDatabaseFinishesTheQueue) {
  TemporaryDatabase database;
  for (std::int64_t i = 0; i < 1000; ++i) ASSERT_TRUE(database->write_later(insert(i)));
  database.reopen();
  EXPECT_EQ(read_number(*database, kCount), 1000);
}

TEST(SqliteWriter, AFailureThatNobodyWaitsForIsCountedAndTold) {
  Announced told;
  const TemporaryDatabase database;
  database->announce_to(&told);
  ASSERT_TRUE(database->write_later(insert(1)));
  ASSERT_TRUE(database->write_later(insert(1)));
  ASSERT_TRUE(run_blocking(database->write(insert(2))));
  EXPECT_EQ(stats_of(database).lost, 1U);
  EXPECT_EQ(told.lost, 1);
  EXPECT_EQ(told.failed, 0) << "the commit itself was made";
  EXPECT_EQ(told.reason, ErrorCode::Conflict);
  EXPECT_EQ(read_number(*database, kCount), 2);
}

TEST(SqliteWriter, BatchesRunInTheOrderTheyWereQueued) {
  const TemporaryDatabase database;
  ASSERT_TRUE(run_blocking(database->write(insert(1, ""))));
  for (char c = 'a'; c <= 'z'; ++c) {
    Batch batch;
    batch.add("UPDATE items SET text = text || $1", {std::string(1, c)});
    ASSERT_TRUE(database->write_later(std::move(batch)));
  }
  ASSERT_TRUE(write(*database, "UPDATE items SET text = text || '.'"));
  EXPECT_EQ(must(read(*database, "SELECT text FROM items")).at(0).text(0), "abcdefghijklmnopqrstuvwxyz.");
}

TEST(SqliteWriter, EveryWaiterContinuesOnItsOwnThread) {
  const TemporaryDatabase database;
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&database, t] {
      Writes<> writes(*database);
      for (std::int64_t i = 0; i < 50; ++i) writes.start(insert(t * 1000 + i));
      writes.wait();
      for (const auto& result : writes.results) EXPECT_TRUE(*result);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read_number(*database, kCount), 200);
}

Task<void> write_and_tell(Database& database, std::promise<bool>& told) {
  const auto result = co_await database.write(insert(1));
  told.set_value(result.has_value());
}

TEST(SqliteWriter, AWaiterWithoutAnExecutorContinuesOnTheWritersThread) {
  const TemporaryDatabase database;
  ASSERT_EQ(Executor::current(), nullptr);
  std::promise<bool> told;
  start_detached(write_and_tell(*database, told));
  EXPECT_TRUE(told.get_future().get());
}

/// Makes this process's files stop growing, as a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t largest_file) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = largest_file;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit old_ = {};
  void (*old_handler_)(int) = nullptr;
};

TEST(SqliteWriter, AFullDiskAcknowledgesNothingAndLosesNothing) {
  const TemporaryDatabase database;
  std::int64_t acknowledged = 0;
  std::optional<Error> refusal;
  {
    const FullDisk disk(200'000);
    while (!refusal && acknowledged < 1000) {
      auto result = run_blocking(database->write(insert(acknowledged, std::string(5000, 'x'))));
      if (result)
        ++acknowledged;
      else
        refusal = std::move(result).error();
    }
  }
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, ErrorCode::Unavailable) << refusal->detail;
  EXPECT_GT(acknowledged, 0);
  EXPECT_EQ(read_number(*database, kCount), acknowledged);
  EXPECT_TRUE(run_blocking(database->write(insert(acknowledged)))) << "works again once there is room";
  EXPECT_TRUE(is_intact(*database));
}

TEST(SqliteWriter, OnAFullDiskAWholeGroupIsRefused) {
  const TemporaryDatabase database;
  ForeignLock lock(database.path());
  Writes<> writes(*database);
  for (std::int64_t i = 0; i < 50; ++i) writes.start(insert(i, std::string(50'000, 'x')));
  {
    const FullDisk disk(300'000);
    lock.release();
    writes.wait();
  }
  std::int64_t acknowledged = 0;
  for (const auto& result : writes.results) {
    if (*result)
      ++acknowledged;
    else
      EXPECT_EQ((*result).error().code, ErrorCode::Unavailable) << (*result).error().detail;
  }
  EXPECT_LT(acknowledged, 50);
  EXPECT_EQ(read_number(*database, kCount), acknowledged);
}

TEST(SqliteWriter, TellsOfAFullDiskAndOfWhatNobodyWaitedFor) {
  Announced told;
  const TemporaryDatabase database;
  database->announce_to(&told);
  {
    const FullDisk disk(100'000);
    ASSERT_TRUE(database->write_later(insert(1, std::string(200'000, 'x'))));
    ASSERT_FALSE(run_blocking(database->write(insert(2, std::string(200'000, 'x')))));
  }
  EXPECT_GE(told.failed, 1);
  EXPECT_EQ(told.lost, 1);
  EXPECT_EQ(told.reason, ErrorCode::Unavailable);
  (void)run_blocking(database->write(insert(3)));  // frames that were lost make the next sync fail as well
  const int before = told.failed;
  ASSERT_TRUE(run_blocking(database->write(insert(4))));
  EXPECT_EQ(told.failed, before);
}

}  // namespace
}  // namespace signet::sql::test
