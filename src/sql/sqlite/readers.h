#pragma once
// One read connection for each thread that reads, opened at its first read and closed with the thread or with the
// database.
//
// To begin and end a read transaction costs as much as a short SELECT, so a busy thread keeps one for all its reads
// until something was committed or until it has nothing left to do. A thread that cannot tell begins a new one for
// every read.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sql/sqlite/connection.h"

namespace signet::sql::sqlite {

class Readers {
 public:
  explicit Readers(std::string path);
  ~Readers();  ///< closes every connection; no thread may be reading
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  /// Runs a SELECT on the calling thread's connection. `commits` counts what was acknowledged: rows are as of that
  /// count at least.
  [[nodiscard]] Result<Rows> run(const Statement& statement, std::uint64_t commits);
  /// How many threads hold a connection now.
  [[nodiscard]] std::size_t open_connections() const;

 private:
  class Reader;
  struct Pool;
  struct ThreadConnections;
  [[nodiscard]] Result<Reader*> of_this_thread();

  std::shared_ptr<Pool> pool_;
};

}  // namespace signet::sql::sqlite
