#pragma once
// One read connection for each thread that reads, opened at its first read and closed with the thread or with the
// database.
//
// To begin and end a read transaction costs as much as a short SELECT, so a busy thread keeps one for all its reads
// until something was committed or until it has nothing left to do. A thread that cannot tell begins a new one for
// every read, and so does everybody while the log is long: a log that readers never let go would grow without end.

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

  /// Where the writer is.
  struct Progress {
    std::uint64_t commits;  ///< acknowledged so far: rows are as of that count at least
    bool log_is_long;       ///< transactions must be short now, for the log cannot begin anew before they end
  };
  /// Runs a SELECT on the calling thread's connection.
  [[nodiscard]] Result<Rows> run(const Statement& statement, Progress progress);
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
