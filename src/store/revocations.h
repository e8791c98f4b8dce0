#pragma once
// What has stopped before its time, in the order in which it stopped, for the gateways that keep answers about tokens.
// A row joins the batch of the revocation it tells of; it is gone again after kRevocationMemory.

#include <string>
#include <vector>

#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

/// How long a revocation is told. Longer than any gateway may keep what it was told of a token before.
inline constexpr Duration kRevocationMemory = minutes{10};

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
  static void add_revoked_grants_of_client(sql::Batch& batch, const std::string& client_id, const std::string& issuer,
                                           Instant now);
  /// Of the grants that an account has, before they are removed.
  static void add_grants_of_account(sql::Batch& batch, const std::string& account_id, Instant now);

  /// What an issuer revoked at `since` or later, oldest first, at most `limit`. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::vector<RevocationRecord>>> list(std::string issuer, Instant since,
                                                                 std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
