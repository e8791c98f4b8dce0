#include "store/sessions.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO sessions (session_hash, issuer, account_id, authenticated_at, acr, amr, created_at, last_used_at,"
    " expires_at, session_id, proofs, binding, address, agent)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
constexpr std::string_view kRemove = "DELETE FROM sessions WHERE session_hash = $1 AND issuer = $2";
constexpr std::string_view kRemoveAll = "DELETE FROM sessions WHERE account_id = $1";
// An empty id names no session.
constexpr std::string_view kRemoveById =
    "DELETE FROM sessions WHERE account_id = $1 AND session_id = $2 AND session_id <> ''";
constexpr std::string_view kRemoveOthers = "DELETE FROM sessions WHERE account_id = $1 AND session_hash <> $2";
constexpr std::string_view kFind =
    "SELECT session_hash, issuer, account_id, authenticated_at, acr, amr, created_at, last_used_at, expires_at,"
    " session_id, proofs, binding, address, agent FROM sessions WHERE session_hash = $1 AND expires_at > $2";
constexpr std::string_view kFindWithConsent =
    "SELECT s.session_hash, s.issuer, s.account_id, s.authenticated_at, s.acr, s.amr, s.created_at, s.last_used_at,"
    " s.expires_at, s.session_id, s.proofs, s.binding, s.address, s.agent, c.account_id, c.client_id, c.issuer,"
    " c.scope, c.claims, c.updated_at, (SELECT COUNT(*) FROM workflow_versions w WHERE w.issuer = s.issuer"
    " AND w.kind = 'policy' AND w.version > 0) + (SELECT COUNT(*) FROM threat_level t WHERE t.issuer = s.issuer)"
    " FROM sessions s LEFT JOIN consents c"
    " ON c.account_id = s.account_id AND c.client_id = $3 AND c.issuer = s.issuer"
    " WHERE s.session_hash = $1 AND s.expires_at > $2";
constexpr std::size_t kFirstOfConsent = 14;
constexpr std::size_t kPolicies = 20;
constexpr std::string_view kList =
    "SELECT session_hash, issuer, account_id, authenticated_at, acr, amr, created_at, last_used_at, expires_at,"
    " session_id, proofs, binding, address, agent FROM sessions WHERE account_id = $1 AND expires_at > $2"
    " ORDER BY created_at DESC";
// Another request may have touched the session since it was read: the newest mark wins.
constexpr std::string_view kTouch =
    "UPDATE sessions SET last_used_at = $2 WHERE session_hash = $1 AND last_used_at < $2";

constexpr Duration kTouchInterval = minutes{1};

Result<SessionRecord> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::SessionHash hash, read_hash<oauth::SessionHash>(row, 0));
  return SessionRecord{.session_hash = hash,
                       .issuer = row.text(1),
                       .account_id = row.text(2),
                       .authenticated_at = row.instant(3),
                       .acr = row.text(4),
                       .amr = read_words(row, 5),
                       .created_at = row.instant(6),
                       .last_used_at = row.instant(7),
                       .expires_at = row.instant(8),
                       .session_id = row.text(9),
                       .proofs = row.text(10),
                       .binding = row.text(11),
                       .address = row.text(12),
                       .agent = row.text(13)};
}

Result<SessionAndConsent> decode_with_consent(const sql::Row& row) {
  TRY_ASSIGN(SessionRecord session, decode(row));
  SessionAndConsent found{.session = std::move(session), .consent = {}, .has_policy = row.integer(kPolicies) > 0};
  if (row.is_null(kFirstOfConsent)) return found;
  TRY_ASSIGN(found.consent, read_consent(row, kFirstOfConsent));
  return found;
}

Task<Result<void>> write(sql::Database& database, sql::Batch batch) {
  CO_TRY(co_await database.write(std::move(batch)));
  co_return Result<void>();
}

}  // namespace

void Sessions::add_insert(sql::Batch& batch, const SessionRecord& session) {
  batch.add(kInsert, {hash_value(session.session_hash.bytes()), session.issuer, session.account_id,
                      time_value(session.authenticated_at), session.acr, words_value(session.amr),
                      time_value(session.created_at), time_value(session.last_used_at), time_value(session.expires_at),
                      session.session_id, session.proofs, session.binding, session.address, session.agent});
}

void Sessions::add_remove(sql::Batch& batch, const oauth::SessionHash& session_hash, const std::string& issuer) {
  batch.add(kRemove, {hash_value(session_hash.bytes()), issuer});
}

void Sessions::add_remove_all(sql::Batch& batch, const std::string& account_id) {
  batch.add(kRemoveAll, {account_id});
}

std::size_t Sessions::add_remove_by_id(sql::Batch& batch, const std::string& account_id,
                                       const std::string& session_id) {
  return batch.add_guard(kRemoveById, {account_id, session_id});
}

void Sessions::add_remove_others(sql::Batch& batch, const std::string& account_id,
                                 const oauth::SessionHash& keep_hash) {
  batch.add(kRemoveOthers, {account_id, hash_value(keep_hash.bytes())});
}

Task<Result<void>> Sessions::create(SessionRecord session) const {
  sql::Batch batch;
  add_insert(batch, session);
  return write(database_, std::move(batch));
}

Task<Result<void>> Sessions::remove(oauth::SessionHash session_hash, std::string issuer) const {
  sql::Batch batch;
  add_remove(batch, session_hash, issuer);
  return write(database_, std::move(batch));
}

Task<Result<std::optional<SessionRecord>>> Sessions::find(oauth::SessionHash session_hash, Instant now) const {
  return find_one<SessionRecord>(database_, {kFind, {hash_value(session_hash.bytes()), time_value(now)}}, decode);
}

Task<Result<std::unique_ptr<SessionAndConsent>>> Sessions::find_with_consent(oauth::SessionHash session_hash,
                                                                             std::string client_id, Instant now) const {
  return find_large<SessionAndConsent>(
      database_, {kFindWithConsent, {hash_value(session_hash.bytes()), time_value(now), std::move(client_id)}},
      decode_with_consent);
}

Task<Result<std::vector<SessionRecord>>> Sessions::list(std::string account_id, Instant now) const {
  return find_all<SessionRecord>(database_, {kList, {std::move(account_id), time_value(now)}}, decode);
}

void Sessions::touch(const SessionRecord& session, Instant now) const {
  if (now - session.last_used_at < kTouchInterval) return;
  sql::Batch batch;
  batch.add(kTouch, {hash_value(session.session_hash.bytes()), time_value(now)});
  (void)database_.write_later(std::move(batch));
}

}  // namespace signet::store
