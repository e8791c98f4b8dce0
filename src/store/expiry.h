#pragma once
// Removal of what has expired, in portions, so that no request waits long behind it.

#include "sql/database.h"

namespace signet::store {

/// How long a code is remembered after its end: its second use is recognized as theft within this time.
inline constexpr Duration kSpentCodeMemory = minutes{10};
/// How long a pushed request is remembered after its end: a login that began in time may still finish it, once.
inline constexpr Duration kPushedRequestMemory = hours{1};

class Expiry {
 public:
  explicit Expiry(sql::Database& database) : database_(database) {}

  /// Removes at most `limit` expired rows of every table, oldest first, each table in a commit of its own, and gives
  /// their number; 0 when nothing was left. Clients, accounts, factors, consents, keys and audit records have no end
  /// and are never touched. Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<std::size_t>> remove_expired(Instant now, std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
