#pragma once
// One read connection for each thread that reads, opened at its first read and closed with the thread or with the
// database.

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

  /// Runs a SELECT on the calling thread's connection.
  [[nodiscard]] Result<Rows> run(const Statement& statement);
  /// How many threads hold a connection now.
  [[nodiscard]] std::size_t open_connections() const;

 private:
  struct Pool;
  struct ThreadConnections;
  [[nodiscard]] Result<Connection*> of_this_thread();

  std::shared_ptr<Pool> pool_;
};

}  // namespace signet::sql::sqlite
