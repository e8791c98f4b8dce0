#include "store/expiry.h"

#include "store/columns.h"

namespace signet::store {
namespace {

struct Removal {
  std::string_view statement;
  Duration memory{};  ///< how long a row is kept beyond its end
};

// The busiest tables stand first. RETURNING tells how many rows went.
constexpr Removal kRemovals[] = {
    {"DELETE FROM replay WHERE replay_hash IN"
     " (SELECT replay_hash FROM replay WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM access_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM access_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM pushed_requests WHERE request_uri_hash IN"
     " (SELECT request_uri_hash FROM pushed_requests WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     kPushedRequestMemory},
    {"DELETE FROM authorization_codes WHERE code_hash IN"
     " (SELECT code_hash FROM authorization_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     kSpentCodeMemory},
    {"DELETE FROM workflow_instances WHERE instance_hash IN"
     " (SELECT instance_hash FROM workflow_instances WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM sessions WHERE session_hash IN"
     " (SELECT session_hash FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM login_failures WHERE subject_hash IN"
     " (SELECT subject_hash FROM login_failures WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM refresh_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    {"DELETE FROM revoked_tokens WHERE token_hash IN"
     " (SELECT token_hash FROM revoked_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1"},
    // A grant outlives its codes by their memory, else their second use would find nothing to revoke.
    {"DELETE FROM grants WHERE grant_id IN"
     " (SELECT grant_id FROM grants WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1",
     kSpentCodeMemory},
};

}  // namespace

Task<Result<std::size_t>> Expiry::remove_expired(Instant now, std::size_t limit) const {
  std::size_t removed = 0;
  for (const Removal& removal : kRemovals) {
    sql::Batch batch;
    batch.add(removal.statement, {time_value(now - removal.memory), limit_value(limit)});
    CO_TRY_ASSIGN(const sql::BatchResult result, co_await database_.write(std::move(batch)));
    removed += result.rows.front().size();
  }
  co_return removed;
}

}  // namespace signet::store
