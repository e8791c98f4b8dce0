#include "sql/sqlite/prepared.h"

#include <charconv>
#include <limits>

namespace signet::sql::sqlite {
namespace {

ErrorCode code_for(sqlite3* connection, int result) {
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::Conflict;
    case SQLITE_READONLY:
      // A connection for reading refuses to write because a repository asked it to, not because of the disk.
      return sqlite3_db_readonly(connection, "main") == 1 ? ErrorCode::Bug : ErrorCode::Unavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::Bug;
  }
}

PublicText public_text_for(ErrorCode code) {
  if (code == ErrorCode::Conflict) return "This contradicts what is already stored.";
  if (code == ErrorCode::Unavailable) return "The service cannot reach its storage at the moment.";
  return "internal error";
}

// SQLite numbers parameters by first appearance, so the place of $n has to be looked up by its name.
Result<std::size_t> parameter_number(const char* name) {
  const std::string_view text = name == nullptr ? "" : name;
  std::size_t number = 0;
  const char* const last = text.data() + text.size();
  const bool is_numbered = text.starts_with('$') && std::from_chars(text.data() + 1, last, number).ptr == last;
  if (!is_numbered || number == 0)
    return fail(ErrorCode::Bug, "internal error", "a parameter is not written as $1, $2");
  return number;
}

int bind_value(sqlite3_stmt* statement, int position, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, position, *number);
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    // A null pointer would be stored as NULL, which is not the same as no bytes.
    if (bytes->empty()) return sqlite3_bind_zeroblob(statement, position, 0);
    return sqlite3_bind_blob64(statement, position, bytes->data(), bytes->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, position);
}

Result<Value> read_column(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return Value{};
    case SQLITE_INTEGER:
      return Value{std::int64_t{sqlite3_column_int64(statement, column)}};
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return Value{std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)))};
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
      return Value{Bytes(bytes, bytes + sqlite3_column_bytes(statement, column))};
    }
    default:
      return fail(ErrorCode::Bug, "internal error", "a column holds a fraction, which is not a type of ours");
  }
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

}  // namespace

std::unexpected<Error> fail_with(sqlite3* connection, int code, std::source_location where) {
  const ErrorCode cause = code_for(connection, code);
  std::string detail = "sqlite " + std::to_string(code) + ": " + sqlite3_errmsg(connection);
  return std::unexpected(Error{cause, public_text_for(cause), std::move(detail), where});
}

Result<Prepared> Prepared::prepare(sqlite3* connection, std::string_view text) {
  if (text.size() > std::numeric_limits<int>::max()) return fail(ErrorCode::Bug, "internal error", "a huge statement");
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int length = static_cast<int>(text.size());
  const int code = sqlite3_prepare_v3(connection, text.data(), length, SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  Prepared prepared(connection, text, statement);
  if (code != SQLITE_OK) return fail_with(connection, code);
  const auto used = static_cast<std::size_t>(tail - text.data());
  if (statement == nullptr || !is_blank(text.substr(used))) {
    return fail(ErrorCode::Bug, "internal error", "a text is not exactly one statement");
  }
  TRY(prepared.number_parameters());
  return prepared;
}

Result<void> Prepared::number_parameters() {
  const int count = sqlite3_bind_parameter_count(statement_.get());
  positions_.assign(static_cast<std::size_t>(count), 0);
  for (int position = 1; position <= count; ++position) {
    TRY_ASSIGN(const std::size_t number, parameter_number(sqlite3_bind_parameter_name(statement_.get(), position)));
    // PostgreSQL refuses a text that leaves a number out, so it is refused here as well.
    if (number > positions_.size()) return fail(ErrorCode::Bug, "internal error", "a parameter number is left out");
    positions_[number - 1] = position;
  }
  return {};
}

Result<void> Prepared::bind(const std::vector<Value>& values) {
  if (values.size() != positions_.size()) {
    return fail(ErrorCode::Bug, "internal error",
                std::to_string(values.size()) + " values for " + std::to_string(positions_.size()) + " parameters");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code = bind_value(statement_.get(), positions_[i], values[i]);
    if (code != SQLITE_OK) return fail_with(connection_, code);
  }
  return {};
}

Result<Row> Prepared::read_row() const {
  const int count = sqlite3_column_count(statement_.get());
  std::vector<Value> columns;
  columns.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    TRY_ASSIGN(Value value, read_column(statement_.get(), i));
    columns.push_back(std::move(value));
  }
  return Row(std::move(columns));
}

Result<void> Prepared::collect(Rows& rows) {
  while (true) {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return fail_with(connection_, code);
    TRY_ASSIGN(Row row, read_row());
    rows.push_back(std::move(row));
  }
}

Result<Outcome> Prepared::run(const std::vector<Value>& values) {
  TRY(bind(values));
  // The difference of totals, because the count of the last change survives a statement that changes nothing.
  const auto before = sqlite3_total_changes64(connection_);
  Outcome outcome;
  const Result<void> done = collect(outcome.rows);
  outcome.touched = !outcome.rows.empty() || sqlite3_total_changes64(connection_) != before;
  sqlite3_reset(statement_.get());
  TRY(done);
  return outcome;
}

Result<void> Prepared::run() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_DONE || code == SQLITE_ROW) {
    sqlite3_reset(statement_.get());
    return {};
  }
  Result<void> failed = fail_with(connection_, code);
  sqlite3_reset(statement_.get());
  return failed;
}

}  // namespace signet::sql::sqlite
