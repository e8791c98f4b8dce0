#pragma once
// Self-contained access tokens that were revoked before their time, by their hash, until they would have expired.

#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

class RevokedTokens {
 public:
  explicit RevokedTokens(sql::Database& database) : database_(database) {}

  /// Remembers a revocation until `expires_at` of the token. Twice is once.
  static void add_insert(sql::Batch& batch, const oauth::TokenHash& token_hash, const std::string& issuer,
                         Instant expires_at, Instant now);

  /// Fails: Unavailable, which never means "not revoked"
  [[nodiscard]] Task<Result<bool>> contains(oauth::TokenHash token_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
