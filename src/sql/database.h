#pragma once
// The database as the repositories see it: statements with $1 parameters, rows, and batches of writes that share a
// commit.
//
// A Batch is data, not a callback, so that SQLite runs it inside a shared commit and PostgreSQL can send it in one
// round trip. Statements run in order. A guard must give (RETURNING) or change a row, else the batch ends there: no
// later statement runs, and what earlier guards wrote stays. So a batch is ordered: single-use marks first, the thing
// they protect next, effects last.
//
// A mark is a guard that fails when its name was marked before. It is no statement, because most of what a busy server
// would write are marks: a driver may keep them in a better form than a row with an index (docs/decisions/0018).

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace signet::sql {

/// A parameter or a column. Text, integers, bytes or NULL: the types that both databases have.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

/// The values of $1, $2, … as `{a, b, c}`: each is moved in, where an initializer_list would copy it.
class Values {
 public:
  Values() = default;
  Values(std::vector<Value> values) : list_(std::move(values)) {}  // NOLINT(google-explicit-constructor)
  template <class... T>
    requires(sizeof...(T) > 0 && (std::constructible_from<Value, T &&> && ...))
  Values(T&&... values) {  // NOLINT(google-explicit-constructor)
    list_.reserve(sizeof...(T));
    (list_.emplace_back(std::forward<T>(values)), ...);
  }
  [[nodiscard]] const std::vector<Value>& list() const { return list_; }
  [[nodiscard]] std::vector<Value> take() && { return std::move(list_); }

 private:
  std::vector<Value> list_;
};

/// What may be used once: when its mark may be forgotten, in six bytes that sort by time, and eight of a hash.
using MarkName = std::array<std::uint8_t, 14>;
inline constexpr std::size_t kMarkTimeBytes = 6;

/// Where the marks of one kind are kept: a row for each commit that made some. A constant: known by its address.
struct MarkTable {
  std::string_view append;  ///< adds a row: $1 the names, one behind the other, $2 the latest time; gives its number
  std::string_view behind;  ///< number and names of some rows with a number above $1, in ascending order
};

/// One statement: constant SQL text and the values of $1, $2, … Or, with `marks` and no text, a mark.
struct Statement {
  std::string_view text;  ///< a constant: prepared statements are kept by its address and length
  std::vector<Value> values;
  bool guard = false;
  const MarkTable* marks = nullptr;
  MarkName name = {};  ///< that is marked; with a text the least that is not forgotten
};

/// One result row.
class Row {
 public:
  explicit Row(std::vector<Value> columns) : columns_(std::move(columns)) {}
  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  /// Text of a column; empty for NULL. A column of another type is a bug and throws std::logic_error.
  [[nodiscard]] const std::string& text(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;  ///< 0 for NULL
  [[nodiscard]] const Bytes& bytes(std::size_t column) const;    ///< empty for NULL
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] Instant instant(std::size_t column) const { return from_unix_millis(integer(column)); }
  [[nodiscard]] std::optional<Instant> find_instant(std::size_t column) const;

 private:
  std::vector<Value> columns_;
};

using Rows = std::vector<Row>;

struct BatchResult {
  /// Index of the guard that gave no row, or nothing when all statements ran.
  std::optional<std::size_t> failed_guard;
  /// Rows of each statement that ran, by index.
  std::vector<Rows> rows;
};

class Batch {
 public:
  Batch() { statements_.reserve(8); }
  Batch& add(std::string_view text, Values values) {
    statements_.push_back({.text = text, .values = std::move(values).take()});
    return *this;
  }
  /// Adds a guard and says at which index it stands.
  std::size_t add_guard(std::string_view text, Values values) {
    statements_.push_back({.text = text, .values = std::move(values).take(), .guard = true});
    return statements_.size() - 1;
  }
  /// Adds a guard that fails when the name was marked before, by whomever, and says at which index it stands.
  std::size_t add_mark(const MarkTable& table, const MarkName& name) {
    statements_.push_back({.text = {}, .values = {}, .guard = true, .marks = &table, .name = name});
    return statements_.size() - 1;
  }
  /// Adds a statement that removes rows whose marks are over, all smaller than `least`, and forgets such marks.
  Batch& add_removal(const MarkTable& table, const MarkName& least, std::string_view text, Values values) {
    statements_.push_back({.text = text, .values = std::move(values).take(), .marks = &table, .name = least});
    return *this;
  }
  /// Adds the statements of another batch behind its own.
  Batch& append(Batch other) {
    std::move(other.statements_.begin(), other.statements_.end(), std::back_inserter(statements_));
    announced_ = announced_ || other.announced_;
    return *this;
  }
  /// Somebody waits for such a batch: its commit is announced, see Database::announce_to.
  void announce() { announced_ = true; }
  [[nodiscard]] bool is_announced() const { return announced_; }
  [[nodiscard]] const std::vector<Statement>& statements() const { return statements_; }
  [[nodiscard]] bool empty() const { return statements_.empty(); }

 private:
  std::vector<Statement> statements_;
  bool announced_ = false;
};

/// Wants to know of commits. Thread: the writer's, which must not be kept
class CommitListener {
 public:
  /// A commit that holds an announced batch has reached the disk; its batches are answered next.
  virtual void on_announced() = 0;
  /// A commit has failed, and nothing of its batches stays.
  virtual void on_failed(const Error& why) = 0;
  /// A batch that nobody waits for (write_later) was not written.
  virtual void on_lost(const Error& why) = 0;

 protected:
  ~CommitListener() = default;
};

class Database {
 public:
  virtual ~Database() = default;

  /// Rows of a SELECT, as of the last commit that this process acknowledged to anybody; of other processes a thread
  /// that never rests may see a commit some milliseconds late. Fails: Unavailable
  [[nodiscard]] virtual Task<Result<Rows>> read(Statement statement) = 0;

  /// Runs a batch and answers after its commit has reached the disk. Batches of many requests share commits.
  /// Fails: Overloaded (queue full), Unavailable (disk), Conflict (a constraint), Bug (SQL error). On failure nothing
  /// of it stays.
  [[nodiscard]] virtual Task<Result<BatchResult>> write(Batch batch) = 0;

  /// Hands a batch over without waiting for its commit; used for records that nobody waits for. False when the queue is
  /// full. A batch that is not written all the same is told to the CommitListener.
  [[nodiscard]] virtual bool write_later(Batch batch) = 0;

  /// Tells `listener` of commits of this process. It outlives the database. Null: nobody
  virtual void announce_to(CommitListener* listener) = 0;

  /// A consistent copy of the whole database into a new file while it runs (SQLite) . Fails: Unavailable, Conflict
  /// (file exists)
  [[nodiscard]] virtual Result<void> backup(const std::string& path) = 0;

  /// Runs one script of several statements in one transaction, blocking; for migrations only. The macro {blob} becomes
  /// the database's byte type, {sequence} the type of a key that counts the rows. Fails: Conflict (a constraint),
  /// Unavailable, Bug (SQL error)
  [[nodiscard]] virtual Result<void> run_script(std::string_view script) = 0;
};

}  // namespace signet::sql
