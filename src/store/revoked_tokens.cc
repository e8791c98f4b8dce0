#include "store/revoked_tokens.h"

#include "store/columns.h"
#include "store/revocations.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO revoked_tokens (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kContains = "SELECT 1 FROM revoked_tokens WHERE token_hash = $1";

}  // namespace

void RevokedTokens::add_insert(sql::Batch& batch, const oauth::TokenHash& token_hash, const std::string& issuer,
                               Instant expires_at, Instant now) {
  batch.add(kInsert, {hash_value(token_hash.bytes()), time_value(expires_at)});
  Revocations::add_token(batch, token_hash, issuer, now);
}

Task<Result<bool>> RevokedTokens::contains(oauth::TokenHash token_hash) const {
  sql::Statement statement{kContains, {hash_value(token_hash.bytes())}};
  CO_TRY_ASSIGN(const sql::Rows rows, co_await database_.read(std::move(statement)));
  co_return !rows.empty();
}

}  // namespace signet::store
