#pragma once
// The one thread that writes. It takes whatever is queued, runs it in one transaction, syncs once and then resumes
// everybody.
//
//   requests ──submit──▶ queue ──take──▶ BEGIN  b1 b2 b3 …  COMMIT (one fsync) ──answer──▶ executors
//
// A commit's pages, its sync and the wake-ups are paid once for the group, so a group should be large where that costs
// nobody time: it is taken when the thread that queued its batches has nothing left to do (Executor::tell_when_idle),
// when it is large enough, or at once when a thread queued a batch that cannot tell. A busy core thus spends itself on
// requests first, and a lone request never waits.

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/task.h"
#include "sql/database.h"
#include "sql/sqlite/connection.h"
#include "sql/sqlite/marks.h"

namespace signet::sql::sqlite {

/// A batch on its way through the writer, with its answer. The waiting coroutine owns it, or the writer when nobody
/// waits.
struct WriteJob {
  Batch batch;
  BatchResult result = {};
  std::optional<Error> error = std::nullopt;
  std::coroutine_handle<> waiter = nullptr;
  Executor* executor = nullptr;  ///< where `waiter` continues; null means on the writer's thread
  WriteJob* next = nullptr;
};

/// What the writer has done since it started, for metrics.
struct WriterStats {
  std::uint64_t commits = 0;  ///< transactions that reached the disk
  std::uint64_t batches = 0;  ///< batches taken from the queue
  std::uint64_t lost = 0;     ///< batches that failed with nobody waiting for them
};

class Writer final : private IdleListener {
 public:
  /// `connection` outlives the writer, and is its own.
  Writer(Connection& connection, std::size_t queue_limit, std::size_t batches_per_commit);
  ~Writer();  ///< finishes what is queued; no thread may be about to tell that it is idle
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Queues a job; false when the queue is full. A job that was taken must not be touched until it is answered. Thread:
  /// any
  [[nodiscard]] bool submit(WriteJob& job);
  [[nodiscard]] WriterStats stats() const;
  /// Rises before any batch of a commit is answered. Thread: any
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  /// See Database::announce_to. Thread: any
  void announce_to(CommitListener* listener) { listener_ = listener; }
  /// Does the log wait for readers to end their transactions? Thread: any
  [[nodiscard]] bool log_is_long() const { return log_is_long_; }

 private:
  using Group = std::vector<WriteJob*>;

  void on_idle() override;
  void run();
  [[nodiscard]] bool take(Group& group);
  void commit(const Group& group);
  /// Runs it and writes its marks, in a transaction of which nothing stays when any of it fails.
  template <class Run>
  [[nodiscard]] Result<void> run_transaction(Run run);
  [[nodiscard]] Result<void> run_batch(WriteJob& job);
  [[nodiscard]] Result<Outcome> run_statement(const Statement& statement);
  [[nodiscard]] Result<void> run_apart(WriteJob& job);
  void announce(const Group& group);
  void discard(WriteJob* job);
  void answer(const Group& group);
  void set_due(bool at_once);
  /// Is the queue worth a commit, whatever its threads still do?
  [[nodiscard]] bool is_ripe() const { return impatient_ || queued_ >= enough_; }
  [[nodiscard]] bool is_stopping();
  /// True when an executor will tell that it is idle again.
  bool resume_waiters();

  Connection& connection_;
  Marks marks_;
  const std::size_t queue_limit_;
  const std::size_t batches_per_commit_;
  const std::size_t enough_;  ///< batches that are worth a commit while their thread is still busy

  std::mutex mutex_;
  std::condition_variable wake_;
  WriteJob* first_ = nullptr;
  WriteJob* last_ = nullptr;
  std::size_t queued_ = 0;
  bool asleep_ = false;
  bool stopping_ = false;
  bool due_ = false;        ///< what is queued shall be taken now
  bool impatient_ = false;  ///< and no commit before shall delay that

  struct Waiter {
    Executor* executor;
    std::coroutine_handle<> handle;
  };
  std::vector<Waiter> waiters_;                     ///< of the group being answered
  std::vector<std::coroutine_handle<>> resumable_;  ///< of one executor

  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<CommitListener*> listener_ = nullptr;
  std::atomic<bool> log_is_long_ = false;
  std::thread thread_;  ///< last, so that it starts when everything above exists
};

}  // namespace signet::sql::sqlite
