#pragma once
// Grants: what a person gave a client in one authorization. Codes and tokens hang on a grant; revoking it stops them
// all.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "oauth/authorization_request.h"
#include "sql/database.h"

namespace signet::store {

struct GrantRecord {
  std::string grant_id;
  std::string issuer;
  std::string client_id;
  std::string account_id;
  std::vector<std::string> scope;
  std::vector<std::string> resource;
  oauth::AuthorizationRequest request;  ///< what asked for it: claims, nonce, PKCE challenge, DPoP key
  Instant authenticated_at{};
  std::string acr;
  std::vector<std::string> amr;
  Instant created_at{};
  Instant expires_at{};
  std::optional<Instant> revoked_at = std::nullopt;

  [[nodiscard]] bool is_active(Instant now) const { return !revoked_at && expires_at > now; }
  bool operator==(const GrantRecord&) const = default;
};

/// A new grant_id: the time the grant expires as 12 hexadecimal digits, then 128 random bits.
[[nodiscard]] std::string make_grant_id(Random& random, Instant expires_at);
/// What every grant_id that expires at `at` or later is not less than.
[[nodiscard]] std::string grant_id_prefix(Instant at);

class Grants {
 public:
  explicit Grants(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const GrantRecord& grant);
  /// Stops a grant with its codes and tokens. The first revocation's time stays.
  static void add_revoke(sql::Batch& batch, const std::string& grant_id, Instant now);
  /// Stops all grants of an account to a client.
  static void add_revoke_all(sql::Batch& batch, const std::string& account_id, const std::string& client_id,
                             const std::string& issuer, Instant now);
  static void add_revoke_all_of_account(sql::Batch& batch, const std::string& account_id, Instant now);
  /// Adds a guard that fails when the grant is unknown, revoked or expired.
  static std::size_t add_require(sql::Batch& batch, const std::string& grant_id, Instant now);

  /// The grant in whatever state it is. Fails: Unavailable
  [[nodiscard]] Task<Result<std::unique_ptr<GrantRecord>>> find(std::string grant_id) const;
  /// The active grants of an account, newest first. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<GrantRecord>>> list(std::string account_id, Instant now) const;

 private:
  sql::Database& database_;
};

/// The grant that stands in a row from column `first` on, its columns in the order of GrantRecord: for SELECTs that
/// join grants. Fails: Bug
[[nodiscard]] Result<GrantRecord> read_grant(const sql::Row& row, std::size_t first);

}  // namespace signet::store
