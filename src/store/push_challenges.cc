#include "store/push_challenges.h"

#include <algorithm>

#include "store/columns.h"
#include "store/dated_id.h"

namespace signet::store {
namespace {

// Counted in the statement itself, so that questions asked all at once do not pass together.
constexpr std::string_view kInsert =
    "INSERT INTO push_challenges (challenge_id, issuer, account_id, purpose, shown, shown_hash, match_number,"
    " wrong_numbers, state, factor_id, user_verified, evidence, created_at, expires_at)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, 0, 'pending', '', 0, '', $8, $9"
    " WHERE (SELECT COUNT(*) FROM push_challenges WHERE account_id = $3 AND challenge_id >= $10"
    " AND state IN ('pending', 'denied')) < $11";
constexpr std::string_view kAnswer =
    "UPDATE push_challenges SET state = $3, factor_id = $4, user_verified = $5, evidence = $6"
    " WHERE challenge_id = $2 AND account_id = $1 AND state = 'pending' AND expires_at > $7";
constexpr std::string_view kWrongNumber =
    "UPDATE push_challenges SET wrong_numbers = wrong_numbers + 1,"
    " state = CASE WHEN wrong_numbers + 1 >= $3 THEN 'denied' ELSE state END"
    " WHERE challenge_id = $2 AND account_id = $1 AND state = 'pending' AND expires_at > $4";
// It stays pending, so that asking and leaving is no way around the limit.
constexpr std::string_view kWithdraw =
    "UPDATE push_challenges SET expires_at = $3"
    " WHERE challenge_id = $2 AND account_id = $1 AND state = 'pending' AND expires_at > $3";
constexpr std::string_view kConsume =
    "UPDATE push_challenges SET state = 'used'"
    " WHERE challenge_id = $2 AND account_id = $1 AND state = 'approved' AND expires_at > $3";
constexpr std::string_view kFind =
    "SELECT challenge_id, issuer, account_id, purpose, shown, shown_hash, match_number, wrong_numbers, state,"
    " factor_id, user_verified, evidence, created_at, expires_at FROM push_challenges"
    " WHERE challenge_id = $2 AND account_id = $1";
constexpr std::string_view kListPending =
    "SELECT challenge_id, issuer, account_id, purpose, shown, shown_hash, match_number, wrong_numbers, state,"
    " factor_id, user_verified, evidence, created_at, expires_at FROM push_challenges"
    " WHERE account_id = $1 AND state = 'pending' AND expires_at > $2 ORDER BY challenge_id";
constexpr std::string_view kCountUnapproved =
    "SELECT COUNT(*), SUM(CASE WHEN state = 'denied' THEN 1 ELSE 0 END), MIN(created_at) FROM push_challenges"
    " WHERE account_id = $1 AND challenge_id >= $2 AND state IN ('pending', 'denied')";

constexpr PushState kStates[] = {PushState::Pending, PushState::Approved, PushState::Denied, PushState::Used};

Result<PushState> parse_state(const std::string& name) {
  const auto* found = std::ranges::find(kStates, name, [](PushState state) { return name_of(state); });
  if (found == std::end(kStates)) return fail_unreadable("state of a push challenge");
  return *found;
}

Result<PushChallengeRecord> decode(const sql::Row& row) {
  PushChallengeRecord challenge;
  challenge.challenge_id = row.text(0);
  challenge.issuer = row.text(1);
  challenge.account_id = row.text(2);
  challenge.purpose = row.text(3);
  challenge.shown = row.text(4);
  TRY_ASSIGN(challenge.shown_hash, read_digest(row, 5));
  challenge.match_number = row.text(6);
  challenge.wrong_numbers = row.integer(7);
  TRY_ASSIGN(challenge.state, parse_state(row.text(8)));
  challenge.factor_id = row.text(9);
  challenge.user_verified = row.integer(10) != 0;
  challenge.evidence = row.text(11);
  challenge.created_at = row.instant(12);
  challenge.expires_at = row.instant(13);
  return challenge;
}

}  // namespace

std::string_view name_of(PushState state) {
  switch (state) {
    case PushState::Pending:
      return "pending";
    case PushState::Approved:
      return "approved";
    case PushState::Denied:
      return "denied";
    case PushState::Used:
      return "used";
  }
  return "denied";
}

std::size_t PushChallenges::add_insert(sql::Batch& batch, const PushChallengeRecord& challenge, std::int64_t most) {
  return batch.add_guard(
      kInsert, {challenge.challenge_id, challenge.issuer, challenge.account_id, challenge.purpose, challenge.shown,
                hash_value(challenge.shown_hash), challenge.match_number, time_value(challenge.created_at),
                time_value(challenge.expires_at), dated_id_prefix(challenge.created_at - kPushMemory), most});
}

std::size_t PushChallenges::add_answer(sql::Batch& batch, const PushAnswer& answer, Instant now) {
  return batch.add_guard(kAnswer,
                         {answer.account_id, answer.challenge_id, std::string(name_of(answer.state)), answer.factor_id,
                          flag_value(answer.user_verified), answer.evidence, time_value(now)});
}

void PushChallenges::add_wrong_number(sql::Batch& batch, const std::string& account_id, const std::string& challenge_id,
                                      std::int64_t most, Instant now) {
  batch.add(kWrongNumber, {account_id, challenge_id, most, time_value(now)});
}

void PushChallenges::add_withdraw(sql::Batch& batch, const std::string& account_id, const std::string& challenge_id,
                                  Instant now) {
  batch.add(kWithdraw, {account_id, challenge_id, time_value(now)});
}

std::size_t PushChallenges::add_consume(sql::Batch& batch, const std::string& account_id,
                                        const std::string& challenge_id, Instant now) {
  return batch.add_guard(kConsume, {account_id, challenge_id, time_value(now - kPushApprovalMemory)});
}

Task<Result<std::optional<PushChallengeRecord>>> PushChallenges::find(std::string account_id,
                                                                      std::string challenge_id) const {
  return find_one<PushChallengeRecord>(database_, {kFind, {std::move(account_id), std::move(challenge_id)}}, decode);
}

Task<Result<std::vector<PushChallengeRecord>>> PushChallenges::list_pending(std::string account_id, Instant now) const {
  return find_all<PushChallengeRecord>(database_, {kListPending, {std::move(account_id), time_value(now)}}, decode);
}

Task<Result<UnapprovedPushes>> PushChallenges::count_unapproved(std::string account_id, Instant now) const {
  sql::Statement statement{kCountUnapproved, {std::move(account_id), dated_id_prefix(now - kPushMemory)}};
  CO_TRY_ASSIGN(const sql::Rows rows, co_await database_.read(std::move(statement)));
  if (rows.empty()) co_return fail_unreadable("count of push challenges");
  const sql::Row& row = rows.front();
  co_return UnapprovedPushes{.all = row.integer(0), .denied = row.integer(1), .oldest = row.instant(2)};
}

}  // namespace signet::store
