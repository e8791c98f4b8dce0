#pragma once
// How values stand in columns, and the three shapes that every repository's functions have.
//
//   time          BIGINT, milliseconds since the epoch        scope, amr      TEXT, words between spaces
//   flag          BIGINT, 0 or 1                              other lists     TEXT, a JSON array of strings
//   hash          bytes, 32 of them                           confirmation    TEXT, "", "dpop:<jkt>" or
//   "mtls:<x5t#S256>"
//
// What cannot be decoded was not written by us: an error of the cause Bug, never a default.

#include <optional>
#include <string>
#include <vector>

#include "oauth/sender_constraint.h"
#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

[[nodiscard]] sql::Value time_value(Instant at);
[[nodiscard]] sql::Value time_value(std::optional<Instant> at);
[[nodiscard]] sql::Value flag_value(bool flag);
[[nodiscard]] sql::Value hash_value(BytesView hash);
[[nodiscard]] sql::Value words_value(const std::vector<std::string>& words);
[[nodiscard]] sql::Value list_value(const std::vector<std::string>& list);
[[nodiscard]] sql::Value confirmation_value(const oauth::SenderConstraint& confirmation);
[[nodiscard]] sql::Value limit_value(std::size_t limit);

/// Fails: Bug
[[nodiscard]] Result<Digest256> read_digest(const sql::Row& row, std::size_t column);
[[nodiscard]] Result<std::vector<std::string>> read_list(const sql::Row& row, std::size_t column);
[[nodiscard]] Result<oauth::SenderConstraint> read_confirmation(const sql::Row& row, std::size_t column);
[[nodiscard]] std::vector<std::string> read_words(const sql::Row& row, std::size_t column);

/// A stored value that cannot be read.
[[nodiscard]] std::unexpected<Error> fail_unreadable(std::string_view what);

/// The hash of a credential: `Hash` says of which kind. Fails: Bug
template <class Hash>
[[nodiscard]] Result<Hash> read_hash(const sql::Row& row, std::size_t column) {
  const auto hash = Hash::from_bytes(row.bytes(column));
  if (!hash) return fail_unreadable("hash");
  return *hash;
}

template <class T>
using Decode = Result<T> (*)(const sql::Row&);

/// The first row of a SELECT, decoded, or nothing.
template <class T>
[[nodiscard]] Task<Result<std::optional<T>>> find_one(sql::Database& database, sql::Statement statement,
                                                      Decode<T> decode) {
  CO_TRY_ASSIGN(const sql::Rows rows, co_await database.read(std::move(statement)));
  if (rows.empty()) co_return std::optional<T>();
  CO_TRY_ASSIGN(T record, decode(rows.front()));
  co_return std::optional<T>(std::move(record));
}

/// The same for records that are large: a pointer passes through tasks and results where their many members would be
/// moved each time. Null when there is none.
template <class T>
[[nodiscard]] Task<Result<std::unique_ptr<T>>> find_large(sql::Database& database, sql::Statement statement,
                                                          Decode<T> decode) {
  CO_TRY_ASSIGN(const sql::Rows rows, co_await database.read(std::move(statement)));
  if (rows.empty()) co_return nullptr;
  CO_TRY_ASSIGN(T record, decode(rows.front()));
  co_return std::make_unique<T>(std::move(record));
}

/// All rows of a SELECT, decoded.
template <class T>
[[nodiscard]] Task<Result<std::vector<T>>> find_all(sql::Database& database, sql::Statement statement,
                                                    Decode<T> decode) {
  CO_TRY_ASSIGN(const sql::Rows rows, co_await database.read(std::move(statement)));
  std::vector<T> records;
  records.reserve(rows.size());
  for (const sql::Row& row : rows) {
    CO_TRY_ASSIGN(T record, decode(row));
    records.push_back(std::move(record));
  }
  co_return records;
}

/// Writes a batch of which every guard must hold. Fails: `code` when one does not, else as Database::write
[[nodiscard]] Task<Result<void>> write_or_fail(sql::Database& database, sql::Batch batch, ErrorCode code,
                                               PublicText public_text);

}  // namespace signet::store
