#include "store/expiry.h"

#include "store/columns.h"
#include "store/dated_id.h"
#include "store/decision_contexts.h"
#include "store/grants.h"
#include "store/push_challenges.h"
#include "store/replay.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

/// How the rows that are over are found: by an index on time, or by a key that begins with it.
enum class Found { ByIndex, ByHash, ByGrantId, ByDatedId };

struct Removal {
  std::string_view statement;
  Found found;
  Duration memory{};  ///< how long a row is kept beyond its end
};

/// $1 the time, $2 the most rows, and $3 the least key that is not over yet, where keys begin with the time; $1 is that
/// key where the time stands in nothing else.
std::vector<sql::Value> values_for(const Removal& removal, Instant until, std::size_t limit) {
  if (removal.found == Found::ByDatedId) return {dated_id_prefix(until), limit_value(limit)};
  std::vector<sql::Value> values = {time_value(until), limit_value(limit)};
  if (removal.found == Found::ByHash) values.emplace_back(oauth::expiry_prefix(until));
  if (removal.found == Found::ByGrantId) values.emplace_back(grant_id_prefix(until));
  return values;
}

// The busiest tables stand first. RETURNING tells how many rows went.
constexpr Removal kRemovals[] = {
    {"DELETE FROM access_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM access_tokens WHERE token_hash < $3 AND expires_at <= $1 ORDER BY token_hash LIMIT $2) "
     "RETURNING 1",
     Found::ByHash},
    {"DELETE FROM pushed_requests WHERE request_uri_hash IN"
     " (SELECT request_uri_hash FROM pushed_requests WHERE request_uri_hash < $3 AND expires_at <= $1 ORDER BY "
     "request_uri_hash LIMIT $2) RETURNING 1",
     Found::ByHash, kPushedRequestMemory},
    {"DELETE FROM authorization_codes WHERE code_hash IN"
     " (SELECT code_hash FROM authorization_codes WHERE code_hash < $3 AND expires_at <= $1 ORDER BY code_hash LIMIT "
     "$2) RETURNING 1",
     Found::ByHash, kSpentCodeMemory},
    {"DELETE FROM workflow_instances WHERE instance_hash IN"
     " (SELECT instance_hash FROM workflow_instances WHERE instance_hash < $3 AND expires_at <= $1 ORDER BY "
     "instance_hash LIMIT $2) RETURNING 1",
     Found::ByHash},
    {"DELETE FROM sessions WHERE session_hash IN"
     " (SELECT session_hash FROM sessions WHERE session_hash < $3 AND expires_at <= $1 ORDER BY session_hash LIMIT $2) "
     "RETURNING 1",
     Found::ByHash},
    {"DELETE FROM known_devices WHERE (account_id, device_hash) IN"
     " (SELECT account_id, device_hash FROM known_devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
     " RETURNING 1",
     Found::ByIndex},
    {"DELETE FROM login_failures WHERE subject_hash IN"
     " (SELECT subject_hash FROM login_failures WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     Found::ByIndex},
    {"DELETE FROM push_challenges WHERE challenge_id IN"
     " (SELECT challenge_id FROM push_challenges WHERE challenge_id < $1 ORDER BY challenge_id LIMIT $2) RETURNING 1",
     Found::ByDatedId, kPushMemory},
    {"DELETE FROM device_registrations WHERE code_hash IN"
     " (SELECT code_hash FROM device_registrations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     Found::ByIndex},
    {"DELETE FROM refresh_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM refresh_tokens WHERE token_hash < $3 AND expires_at <= $1 ORDER BY token_hash LIMIT $2) "
     "RETURNING 1",
     Found::ByHash},
    {"DELETE FROM revoked_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM revoked_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     Found::ByIndex},
    {"DELETE FROM revocations WHERE (revoked_at, kind, subject, issuer) IN"
     " (SELECT revoked_at, kind, subject, issuer FROM revocations WHERE revoked_at <= $1 ORDER BY revoked_at LIMIT $2)"
     " RETURNING 1",
     Found::ByIndex, kRevocationMemory},
    // A grant outlives its codes by their memory, else their second use would find nothing to revoke.
    {"DELETE FROM grants WHERE grant_id IN"
     " (SELECT grant_id FROM grants WHERE grant_id < $3 AND expires_at <= $1 ORDER BY grant_id LIMIT $2) RETURNING 1",
     Found::ByGrantId, kSpentCodeMemory},
    {"DELETE FROM decision_contexts WHERE context_id IN"
     " (SELECT context_id FROM decision_contexts WHERE context_id < $1 ORDER BY context_id LIMIT $2) RETURNING 1",
     Found::ByDatedId, kDecisionContextMemory},
};

}  // namespace

Task<Result<std::size_t>> Expiry::remove_expired(Instant now, std::size_t limit) const {
  sql::Batch marks;
  Replay::add_removal(marks, now, limit);
  CO_TRY_ASSIGN(const sql::BatchResult forgotten, co_await database_.write(std::move(marks)));
  std::size_t removed = forgotten.rows.front().size();
  for (const Removal& removal : kRemovals) {
    sql::Batch batch;
    batch.add(removal.statement, values_for(removal, now - removal.memory, limit));
    CO_TRY_ASSIGN(const sql::BatchResult result, co_await database_.write(std::move(batch)));
    removed += result.rows.front().size();
  }
  co_return removed;
}

}  // namespace signet::store
