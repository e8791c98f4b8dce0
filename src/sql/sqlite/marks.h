#pragma once
// Names that may be used once: known in memory, and written as one row for all that a commit marked.
//
// A row and an index entry for each mark would be the greater part of what a busy server writes, in places far from
// each other. What other processes marked is read at the first mark of each transaction, under the write lock: nobody
// can mark in between. Thread: the writer's

#include <boost/unordered/unordered_flat_set.hpp>
#include <map>
#include <vector>

#include "sql/sqlite/connection.h"

namespace signet::sql::sqlite {

class Marks {
 public:
  explicit Marks(Connection& connection) : connection_(connection) {}

  /// Within a transaction: marks the name; false when it was marked before. Fails: Unavailable (also a damaged row)
  [[nodiscard]] Result<bool> add(const MarkTable& table, const MarkName& name);
  /// Forgets what is smaller than `least`.
  void forget(const MarkTable& table, const MarkName& least);

  /// How many were added in this transaction.
  [[nodiscard]] std::size_t added() const { return added_.size(); }
  /// Takes back all but the first `first` that were added.
  void take_back(std::size_t first);

  /// The last statements of a transaction: one row for each table. Fails: Unavailable
  [[nodiscard]] Result<void> write();
  /// The transaction has reached the disk, or nothing of it.
  void end_transaction(bool committed);

 private:
  struct Known {
    /// By the time when they end, so that what is over leaves at once.
    std::map<std::uint64_t, boost::unordered_flat_set<std::uint64_t>> names;
    std::int64_t last_row = 0;     ///< of those that were read or written
    std::int64_t written_row = 0;  ///< of this transaction
    bool is_current = false;       ///< nothing was added by others since the transaction began

    bool insert(const MarkName& name);
    void erase(const MarkName& name);
  };
  struct Added {
    const MarkTable* table;
    MarkName name;
  };

  [[nodiscard]] Result<void> read_others(const MarkTable& table, Known& known);
  [[nodiscard]] Result<void> write_row(const MarkTable& table, Known& known);

  Connection& connection_;
  std::map<const MarkTable*, Known> tables_;
  std::vector<Added> added_;
};

}  // namespace signet::sql::sqlite
