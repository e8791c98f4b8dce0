#include "sql/sqlite/readers.h"

#include <algorithm>
#include <utility>

namespace signet::sql::sqlite {

class Readers::Reader final : private IdleListener {
 public:
  explicit Reader(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<Rows> run(const Statement& statement, Progress progress) {
    if (as_of_ != progress.commits || progress.log_is_long) TRY(end());
    if (!connection_->in_transaction() && !progress.log_is_long) TRY(begin(progress.commits));
    TRY_ASSIGN(Outcome outcome, connection_->run(statement));
    return std::move(outcome.rows);
  }

 private:
  Result<void> begin(std::uint64_t commits) {
    Executor* const here = Executor::current();
    if (here == nullptr || !here->tell_when_idle(*this)) return {};
    as_of_ = commits;
    return connection_->run("BEGIN");
  }
  Result<void> end() { return connection_->in_transaction() ? connection_->run("COMMIT") : Result<void>{}; }
  void on_idle() override { (void)end(); }  // a failed one is ended, or fails again, at the next read

  std::unique_ptr<Connection> connection_;
  std::uint64_t as_of_ = 0;  ///< of the open transaction
};

// The pool owns the connections, so that it can close those of threads that outlive the database. Threads hold the
// pool, so that its address identifies the database for as long as any thread remembers it.
struct Readers::Pool {
  explicit Pool(std::string file) : path(std::move(file)) {}

  Reader* add(std::unique_ptr<Connection> connection) {
    const std::scoped_lock lock(mutex);
    return readers.emplace_back(std::make_unique<Reader>(std::move(connection))).get();
  }
  void remove(const Reader* reader) {
    const std::scoped_lock lock(mutex);
    std::erase_if(readers, [&](const auto& held) { return held.get() == reader; });
  }
  void close() {
    const std::scoped_lock lock(mutex);
    readers.clear();
    closed = true;
  }
  bool is_closed() {
    const std::scoped_lock lock(mutex);
    return closed;
  }

  const std::string path;
  std::mutex mutex;
  std::vector<std::unique_ptr<Reader>> readers;
  bool closed = false;
};

// What one thread has open; gives it back when the thread ends.
struct Readers::ThreadConnections {
  struct Entry {
    std::shared_ptr<Pool> pool;
    Reader* reader;
  };

  ~ThreadConnections() {
    for (const Entry& entry : entries) entry.pool->remove(entry.reader);
  }
  void forget_closed() {
    std::erase_if(entries, [](const Entry& entry) { return entry.pool->is_closed(); });
  }
  [[nodiscard]] static ThreadConnections& current() {
    thread_local ThreadConnections connections;
    return connections;
  }

  std::vector<Entry> entries;
};

Readers::Readers(std::string path) : pool_(std::make_shared<Pool>(std::move(path))) {}

Readers::~Readers() {
  pool_->close();
}

Result<Rows> Readers::run(const Statement& statement, Progress progress) {
  TRY_ASSIGN(Reader * reader, of_this_thread());
  return reader->run(statement, progress);
}

std::size_t Readers::open_connections() const {
  const std::scoped_lock lock(pool_->mutex);
  return pool_->readers.size();
}

Result<Readers::Reader*> Readers::of_this_thread() {
  auto& mine = ThreadConnections::current();
  for (const auto& entry : mine.entries) {
    if (entry.pool == pool_) return entry.reader;
  }
  TRY_ASSIGN(auto opened, Connection::open(pool_->path, Access::Read));
  mine.forget_closed();
  Reader* const reader = pool_->add(std::move(opened));
  mine.entries.push_back({pool_, reader});
  return reader;
}

}  // namespace signet::sql::sqlite
