#pragma once
// One prepared statement: $n parameters bound by name, columns read as values, SQLite's result codes as errors.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sql/database.h"

namespace signet::sql::sqlite {

/// The error for a result code of this connection. Its detail is SQLite's message, which names tables and never values.
[[nodiscard]] std::unexpected<Error> fail_with(sqlite3* connection, int code,
                                               std::source_location where = std::source_location::current());

/// What one statement did.
struct Outcome {
  Rows rows;
  bool touched = false;  ///< it gave or changed at least one row, which is what a guard asks for
};

class Prepared {
 public:
  /// Fails: Bug when the text is not exactly one statement with the parameters $1 to $n.
  [[nodiscard]] static Result<Prepared> prepare(sqlite3* connection, std::string_view text);

  /// Runs the statement to its end and leaves it ready for the next run. `values` must outlive the call only.
  [[nodiscard]] Result<Outcome> run(const std::vector<Value>& values);
  /// Runs a statement without parameters and rows.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Prepared(sqlite3* connection, std::string_view text, sqlite3_stmt* statement)
      : connection_(connection), text_(text), statement_(statement) {}
  [[nodiscard]] Result<void> number_parameters();
  [[nodiscard]] Result<void> bind(const std::vector<Value>& values);
  [[nodiscard]] Result<void> collect(Rows& rows);
  [[nodiscard]] Result<Row> read_row() const;

  sqlite3* connection_;
  std::string text_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::vector<int> positions_;  ///< SQLite's index of $1, $2, …
};

}  // namespace signet::sql::sqlite
