#include "sql/sqlite/readers.h"

#include <algorithm>
#include <utility>

namespace signet::sql::sqlite {

// The pool owns the connections, so that it can close those of threads that outlive the database. Threads hold the
// pool, so that its address identifies the database for as long as any thread remembers it.
struct Readers::Pool {
  explicit Pool(std::string file) : path(std::move(file)) {}

  Connection* add(std::unique_ptr<Connection> connection) {
    const std::scoped_lock lock(mutex);
    return connections.emplace_back(std::move(connection)).get();
  }
  void remove(const Connection* connection) {
    const std::scoped_lock lock(mutex);
    std::erase_if(connections, [&](const auto& held) { return held.get() == connection; });
  }
  void close() {
    const std::scoped_lock lock(mutex);
    connections.clear();
    closed = true;
  }
  bool is_closed() {
    const std::scoped_lock lock(mutex);
    return closed;
  }

  const std::string path;
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> connections;
  bool closed = false;
};

// What one thread has open; gives it back when the thread ends.
struct Readers::ThreadConnections {
  struct Entry {
    std::shared_ptr<Pool> pool;
    Connection* connection;
  };

  ~ThreadConnections() {
    for (const Entry& entry : entries) entry.pool->remove(entry.connection);
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

Result<Rows> Readers::run(const Statement& statement) {
  TRY_ASSIGN(Connection * connection, of_this_thread());
  TRY_ASSIGN(Outcome outcome, connection->run(statement));
  return std::move(outcome.rows);
}

std::size_t Readers::open_connections() const {
  const std::scoped_lock lock(pool_->mutex);
  return pool_->connections.size();
}

Result<Connection*> Readers::of_this_thread() {
  auto& mine = ThreadConnections::current();
  for (const auto& entry : mine.entries) {
    if (entry.pool == pool_) return entry.connection;
  }
  TRY_ASSIGN(auto opened, Connection::open(pool_->path, Access::Read));
  mine.forget_closed();
  Connection* const connection = pool_->add(std::move(opened));
  mine.entries.push_back({pool_, connection});
  return connection;
}

}  // namespace signet::sql::sqlite
