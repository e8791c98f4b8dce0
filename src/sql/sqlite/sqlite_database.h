#pragma once
// The Database over SQLite. Repositories see sql::Database; this type is for its metrics and its own tests.

#include <memory>
#include <string>

#include "sql/database.h"
#include "sql/sqlite/driver.h"
#include "sql/sqlite/readers.h"
#include "sql/sqlite/writer.h"

namespace signet::sql::sqlite {

/// Executors of waiting coroutines must outlive the database, since its end still answers what is queued.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, std::unique_ptr<Connection> connection, const SqliteOptions& options);

  [[nodiscard]] Task<Result<Rows>> read(Statement statement) override;
  [[nodiscard]] Task<Result<BatchResult>> write(Batch batch) override;
  [[nodiscard]] bool write_later(Batch batch) override;
  void announce_to(CommitListener* listener) override { writer_.announce_to(listener); }
  [[nodiscard]] Result<void> backup(const std::string& path) override;
  [[nodiscard]] Result<void> run_script(std::string_view script) override;

  [[nodiscard]] WriterStats stats() const { return writer_.stats(); }
  [[nodiscard]] std::size_t read_connections() const { return readers_.open_connections(); }

 private:
  const std::string path_;
  /// The writer's. It is closed last: SQLite copies the log into the file then, which readers cannot do.
  std::unique_ptr<Connection> connection_;
  Readers readers_;
  Writer writer_;  ///< last, so that its queue is drained while the rest still exists
};

}  // namespace signet::sql::sqlite
