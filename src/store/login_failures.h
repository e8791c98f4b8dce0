#pragma once
// How often logins failed lately, by a hash of what is throttled (username, address, or both; the caller decides).

#include <array>
#include <optional>

#include "sql/database.h"

namespace signet::store {

struct LoginFailureRecord {
  std::int64_t failures = 0;
  Instant last_failed_at{};
  Instant expires_at{};               ///< the count starts anew after this
  std::int64_t period = 0;            ///< which ten minutes since 1970 the last failure was in
  std::int64_t in_period = 0;         ///< how many were in these
  std::int64_t in_period_before = 0;  ///< how many in the ten minutes before

  /// About how many were in the ten minutes until `now`: those of the period before as if they were spread evenly over
  /// it.
  [[nodiscard]] std::int64_t in_ten_minutes(Instant now) const;
  bool operator==(const LoginFailureRecord&) const = default;
};

class LoginFailures {
 public:
  explicit LoginFailures(sql::Database& database) : database_(database) {}

  /// Adds one failure and says at which index of the batch its row stands; the row holds the new count.
  /// The count is forgotten `window` after the last failure.
  static std::size_t add_failure(sql::Batch& batch, const Digest256& subject, Instant now, Duration window);
  static void add_clear(sql::Batch& batch, const Digest256& subject);
  /// Adds a guard that fails when more than `failures` count at `now`.
  static std::size_t add_require_at_most(sql::Batch& batch, const Digest256& subject, std::int64_t failures,
                                         Instant now);

  /// Counts one failure and gives the new count; concurrent failures all count. Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<std::int64_t>> count_failure(Digest256 subject, Instant now, Duration window) const;
  /// Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> clear(Digest256 subject) const;
  /// The failures that count at `now`; nothing when there are none. Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<LoginFailureRecord>>> find(Digest256 subject, Instant now) const;
  /// Those of three subjects, in their order, by one read. Fails: Unavailable
  using Three = std::array<std::optional<LoginFailureRecord>, 3>;
  [[nodiscard]] Task<Result<Three>> find_three(std::array<Digest256, 3> subjects, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
