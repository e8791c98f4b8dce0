#include "sql/sqlite/writer.h"

#include <algorithm>
#include <utility>

namespace signet::sql::sqlite {
namespace {

constexpr std::size_t kEnough = 64;  // more would only leave the disk idle and everybody waiting

}  // namespace

Writer::Writer(Connection& connection, std::size_t queue_limit, std::size_t batches_per_commit)
    : connection_(connection),
      marks_(connection),
      queue_limit_(queue_limit),
      batches_per_commit_(std::max<std::size_t>(batches_per_commit, 1)),
      enough_(std::min(kEnough, batches_per_commit_)),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Writer::submit(WriteJob& job) {
  Executor* const here = Executor::current();
  const bool can_wait = here != nullptr && here->tell_when_idle(*this);
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    if (queued_ >= queue_limit_) return false;
    (last_ == nullptr ? first_ : last_->next) = &job;
    last_ = &job;
    ++queued_;
    impatient_ = impatient_ || !can_wait;
    due_ = due_ || is_ripe();
    wake = due_ && std::exchange(asleep_, false);
  }
  if (wake) wake_.notify_one();
  return true;
}

void Writer::on_idle() {
  {
    const std::scoped_lock lock(mutex_);
    if (first_ == nullptr) return;
    due_ = true;
    if (!std::exchange(asleep_, false)) return;
  }
  wake_.notify_one();
}

WriterStats Writer::stats() const {
  return {.commits = commits_, .batches = batches_, .lost = lost_};
}

void Writer::run() {
  Group group;
  while (take(group)) {
    commit(group);
    answer(group);
  }
}

bool Writer::take(Group& group) {
  group.clear();
  std::unique_lock lock(mutex_);
  while (!due_ && !stopping_) {
    asleep_ = true;
    wake_.wait(lock);
  }
  while (first_ != nullptr && group.size() < batches_per_commit_) {
    group.push_back(first_);
    first_ = first_->next;
  }
  if (first_ == nullptr) last_ = nullptr;
  queued_ -= group.size();
  due_ = first_ != nullptr;
  impatient_ = due_;
  return !group.empty();
}

void Writer::commit(const Group& group) {
  bool guilty = false;
  const auto together = [&]() -> Result<void> {
    for (WriteJob* job : group) {
      auto done = run_batch(*job);
      guilty = !done;
      TRY(done);
    }
    return {};
  };
  const auto apart = [&]() -> Result<void> {
    for (WriteJob* job : group) TRY(run_apart(*job));
    return {};
  };
  Result<void> done = run_transaction(together);
  // Savepoints cost a quarter more, so they are taken only after a batch has failed; its neighbours still share one
  // sync.
  if (guilty && group.size() > 1) done = run_transaction(apart);
  batches_ += group.size();
  log_is_long_ = connection_.log_is_long();
  if (done) {
    ++commits_;
    return announce(group);
  }
  // Nothing of this group has reached the disk, so nothing of it may be acknowledged.
  for (WriteJob* job : group) job->error = done.error();
  if (CommitListener* const listener = listener_) listener->on_failed(done.error());
}

void Writer::announce(const Group& group) {
  CommitListener* const listener = listener_;
  const auto is_announced = [](const WriteJob* job) { return job->batch.is_announced() && !job->error; };
  if (listener != nullptr && std::ranges::any_of(group, is_announced)) listener->on_announced();
}

template <class Run>
Result<void> Writer::run_transaction(Run run) {
  Result<void> done = in_transaction(connection_, [&]() -> Result<void> {
    TRY(run());
    return marks_.write();
  });
  marks_.end_transaction(done.has_value());
  return done;
}

Result<Outcome> Writer::run_statement(const Statement& statement) {
  if (statement.marks == nullptr) return connection_.run(statement);
  if (statement.text.empty()) {
    TRY_ASSIGN(const bool is_first, marks_.add(*statement.marks, statement.name));
    return Outcome{.rows = {}, .touched = is_first};
  }
  marks_.forget(*statement.marks, statement.name);
  return connection_.run(statement);
}

Result<void> Writer::run_batch(WriteJob& job) {
  const auto& statements = job.batch.statements();
  job.error.reset();
  job.result = {};
  job.result.rows.reserve(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    TRY_ASSIGN(Outcome outcome, run_statement(statements[i]));
    job.result.rows.push_back(std::move(outcome.rows));
    if (statements[i].guard && !outcome.touched) {
      job.result.failed_guard = i;
      return {};
    }
  }
  return {};
}

Result<void> Writer::run_apart(WriteJob& job) {
  TRY(connection_.run("SAVEPOINT batch"));
  const std::size_t marks_before = marks_.added();
  auto done = run_batch(job);
  if (!done) {
    // A failing disk ends the whole transaction, and with it every batch that ran before.
    if (!connection_.in_transaction()) return done;
    job.error = std::move(done).error();
    TRY(connection_.run("ROLLBACK TO batch"));
    marks_.take_back(marks_before);
  }
  return connection_.run("RELEASE batch");
}

void Writer::answer(const Group& group) {
  for (WriteJob* job : group) {
    if (job->waiter) {
      waiters_.push_back({job->executor, job->waiter});
      continue;
    }
    discard(job);
  }
  // Whoever is answered goes on, and often with another batch: the next group is taken when they have had their turn.
  set_due(false);
  if (!resume_waiters()) set_due(true);
}

void Writer::discard(WriteJob* job) {
  const std::unique_ptr<WriteJob> owned(job);
  if (!owned->error) return;
  ++lost_;
  if (CommitListener* const listener = listener_) listener->on_lost(*owned->error);
}

bool Writer::is_stopping() {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

void Writer::set_due(bool at_once) {
  const std::scoped_lock lock(mutex_);
  due_ = first_ != nullptr && (at_once || stopping_ || is_ripe());
}

bool Writer::resume_waiters() {
  IdleListener* const listener = is_stopping() ? nullptr : this;  // nobody may tell it anything any more
  bool will_be_told = false;
  // From the first post on, the jobs may be gone: they live in the coroutines that are being resumed.
  while (!waiters_.empty()) {
    Executor* const executor = waiters_.front().executor;
    resumable_.clear();
    std::erase_if(waiters_, [&](const Waiter& waiter) {
      if (waiter.executor != executor) return false;
      resumable_.push_back(waiter.handle);
      return true;
    });
    if (executor != nullptr) {
      will_be_told = executor->post_all(resumable_, listener) || will_be_told;
    } else {
      for (const auto handle : resumable_) handle.resume();
    }
  }
  return will_be_told;
}

}  // namespace signet::sql::sqlite
