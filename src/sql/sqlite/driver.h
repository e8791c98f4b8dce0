#pragma once
// SQLite: WAL, synchronous=FULL, one writer thread with group commit, one read connection per calling thread.

#include <memory>
#include <string>

#include "sql/database.h"

namespace signet::sql {

/// Pages in the log from which on it is long: its pages are to be copied into the database. Rare copies copy a page
/// once that many commits have changed.
inline constexpr int kLongLog = 8000;

struct SqliteOptions {
  std::string path;                  ///< a file; ":memory:" is not supported, tests use a temporary file
  std::size_t queue_limit = 10'000;  ///< batches waiting for the writer
  std::size_t batches_per_commit = 256;
  int long_log = kLongLog;
};

/// Opens or creates the database. Fails: Unavailable (cannot open, not a database, locked by a foreign process)
[[nodiscard]] Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

}  // namespace signet::sql
