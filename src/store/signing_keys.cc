#include "store/signing_keys.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO signing_keys (kid, issuer, algorithm, state, public_jwk, sealed_key, created_at, changed_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
constexpr std::string_view kSetState =
    "UPDATE signing_keys SET state = $3, changed_at = $4 WHERE kid = $1 AND state = $2";
constexpr std::string_view kRemove = "DELETE FROM signing_keys WHERE kid = $1 AND state = $2";
constexpr std::string_view kList =
    "SELECT kid, issuer, algorithm, state, public_jwk, sealed_key, created_at, changed_at FROM signing_keys"
    " WHERE issuer = $1 ORDER BY created_at, kid";

Result<SigningKeyState> parse_state(std::string_view name) {
  for (const auto state : {SigningKeyState::Next, SigningKeyState::Current, SigningKeyState::Retired}) {
    if (name_of(state) == name) return state;
  }
  return fail_unreadable("state of a signing key");
}

sql::Value state_value(SigningKeyState state) {
  return std::string(name_of(state));
}

Result<SigningKeyRecord> decode(const sql::Row& row) {
  SigningKeyRecord key;
  key.kid = row.text(0);
  key.issuer = row.text(1);
  key.algorithm = row.text(2);
  TRY_ASSIGN(key.state, parse_state(row.text(3)));
  key.public_jwk = row.text(4);
  key.sealed_key = row.bytes(5);
  key.created_at = row.instant(6);
  key.changed_at = row.instant(7);
  return key;
}

}  // namespace

std::string_view name_of(SigningKeyState state) {
  switch (state) {
    case SigningKeyState::Next:
      return "next";
    case SigningKeyState::Current:
      return "current";
    case SigningKeyState::Retired:
      break;
  }
  return "retired";
}

std::size_t SigningKeys::add_insert(sql::Batch& batch, const SigningKeyRecord& key) {
  return batch.add_guard(kInsert, {key.kid, key.issuer, key.algorithm, state_value(key.state), key.public_jwk,
                                   key.sealed_key, time_value(key.created_at), time_value(key.changed_at)});
}

std::size_t SigningKeys::add_set_state(sql::Batch& batch, const std::string& kid, SigningKeyState from,
                                       SigningKeyState to, Instant now) {
  return batch.add_guard(kSetState, {kid, state_value(from), state_value(to), time_value(now)});
}

std::size_t SigningKeys::add_remove(sql::Batch& batch, const std::string& kid) {
  return batch.add_guard(kRemove, {kid, state_value(SigningKeyState::Retired)});
}

Task<Result<std::vector<SigningKeyRecord>>> SigningKeys::list(std::string issuer) const {
  return find_all<SigningKeyRecord>(database_, {kList, {std::move(issuer)}}, decode);
}

}  // namespace signet::store
