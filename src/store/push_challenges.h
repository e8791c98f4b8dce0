#pragma once
// Questions to the registered devices of an account: what a device shows, and what it answered.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

/// The time a person has to answer.
inline constexpr Duration kPushLifetime = minutes{2};
/// The time whoever asked has to take up an approval after that.
inline constexpr Duration kPushApprovalMemory = minutes{2};
/// How long a question counts against the next one, and how long it is kept.
inline constexpr Duration kPushMemory = minutes{10};

/// Used: an approval that was taken up.
enum class PushState { Pending, Approved, Denied, Used };
[[nodiscard]] std::string_view name_of(PushState state);

struct PushChallengeRecord {
  std::string challenge_id;  ///< of make_dated_id: ids sort by time
  std::string issuer;
  std::string account_id;
  std::string purpose;       ///< "login" or "payment"
  std::string shown = "{}";  ///< JSON text, as the device gets it
  Digest256 shown_hash{};    ///< SHA-256 of that text, which the device signs
  std::string match_number;  ///< two digits; never part of what is sent to the device
  std::int64_t wrong_numbers = 0;
  PushState state = PushState::Pending;
  std::string factor_id = {};  ///< of the device that answered
  bool user_verified = false;  ///< says the device of its user
  std::string evidence = {};   ///< the JWT that the device signed
  Instant created_at{};
  Instant expires_at{};
  bool operator==(const PushChallengeRecord&) const = default;
};

/// What a device says to a challenge.
struct PushAnswer {
  std::string challenge_id;
  std::string account_id;
  PushState state = PushState::Denied;
  std::string factor_id;
  bool user_verified = false;
  std::string evidence;
};

/// Questions of an account that nobody has approved.
struct UnapprovedPushes {
  std::int64_t all = 0;
  std::int64_t denied = 0;
  Instant oldest{};
  bool operator==(const UnapprovedPushes&) const = default;
};

class PushChallenges {
 public:
  explicit PushChallenges(sql::Database& database) : database_(database) {}

  /// Adds a guard that fails when the account has `most` questions of the last kPushMemory that nobody has approved.
  static std::size_t add_insert(sql::Batch& batch, const PushChallengeRecord& challenge, std::int64_t most);
  /// Adds a guard that fails unless the account's challenge waits for an answer: of two devices one wins.
  static std::size_t add_answer(sql::Batch& batch, const PushAnswer& answer, Instant now);
  /// Counts a wrong number of a challenge that waits; the `most`-th one denies it.
  static void add_wrong_number(sql::Batch& batch, const std::string& account_id, const std::string& challenge_id,
                               std::int64_t most, Instant now);
  /// Ends the account's challenge if it still waits; it goes on counting against the next one.
  static void add_withdraw(sql::Batch& batch, const std::string& account_id, const std::string& challenge_id,
                           Instant now);
  /// Adds a guard that fails unless the account's challenge was approved, lately, and not taken up before.
  static std::size_t add_consume(sql::Batch& batch, const std::string& account_id, const std::string& challenge_id,
                                 Instant now);

  /// Each fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::optional<PushChallengeRecord>>> find(std::string account_id,
                                                                      std::string challenge_id) const;
  /// Those that wait for an answer, oldest first.
  [[nodiscard]] Task<Result<std::vector<PushChallengeRecord>>> list_pending(std::string account_id, Instant now) const;
  /// Those of the last kPushMemory. Fails: Unavailable
  [[nodiscard]] Task<Result<UnapprovedPushes>> count_unapproved(std::string account_id, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
