#pragma once
// What has stopped before its time, in the order in which it stopped, for the gateways that keep answers about tokens.
// A row joins the batch of the revocation it tells of; it is gone again after kRevocationMemory.

#include <algorithm>
#include <string>
#include <vector>

#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

/// How much longer than the access tokens of its issuer live a revocation is told.
inline constexpr Duration kRevocationSlack = minutes{10};
/// How long a revocation is kept: the longest life an access token can be configured to have, the slack, and the time a
/// gateway needs to read page after page.
inline constexpr Duration kRevocationMemory = hours{24} + 2 * kRevocationSlack;
/// How long a revocation is told when access tokens live so long.
[[nodiscard]] constexpr Duration revocation_retention(Duration access_token_lifetime) {
  return std::min(access_token_lifetime + kRevocationSlack, kRevocationMemory - kRevocationSlack);
}

struct RevocationRecord {
  /// Of `subject`, and the name of the member that carries it.
  enum class Kind { TokenHash, GrantId, ClientId };
  Kind kind = Kind::TokenHash;
  std::string subject;  ///< a TokenHash as text, a grant_id or a client_id
  Instant revoked_at{};
  bool operator==(const RevocationRecord&) const = default;
};
[[nodiscard]] std::string_view name_of(RevocationRecord::Kind kind);

class Revocations {
 public:
  explicit Revocations(sql::Database& database) : database_(database) {}

  // The other repositories add these to what they revoke, so that no revocation is forgotten.
  static void add_token(sql::Batch& batch, const oauth::TokenHash& token_hash, const std::string& issuer, Instant now);
  static void add_client(sql::Batch& batch, const std::string& client_id, const std::string& issuer, Instant now);
  /// Of the access token or the grants that were revoked at `now`, which stands in the batch before.
  static void add_revoked_token(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now);
  static void add_revoked_grant(sql::Batch& batch, const std::string& grant_id, Instant now);
  static void add_revoked_grants_of_account(sql::Batch& batch, const std::string& account_id, Instant now);
  /// Of the grants that an account has, before they are removed.
  static void add_grants_of_account(sql::Batch& batch, const std::string& account_id, Instant now);

  /// What an issuer revoked at `since` or later, in one order for all questions and oldest first, at most `limit` of
  /// them and without the first `skip`. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::vector<RevocationRecord>>> list(std::string issuer, Instant since, std::size_t limit,
                                                                 std::size_t skip = 0) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
