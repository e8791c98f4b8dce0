#pragma once
// What a person has allowed a client, remembered so that it is not asked again.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

struct ConsentRecord {
  std::string account_id;
  std::string client_id;
  std::string issuer;
  std::vector<std::string> scope;
  std::vector<std::string> claims;  ///< names
  Instant updated_at{};
  bool operator==(const ConsentRecord&) const = default;
};

/// A consent whose six columns, in the order of the table, begin at `first`. Fails: Bug
[[nodiscard]] Result<ConsentRecord> read_consent(const sql::Row& row, std::size_t first);

class Consents {
 public:
  explicit Consents(sql::Database& database) : database_(database) {}

  /// Puts the record in the place of the one before; merging is the caller's.
  static void add_upsert(sql::Batch& batch, const ConsentRecord& consent);
  /// Forgets the consent. Grants given under it live on until they are revoked: with Grants::add_revoke_all in the same
  /// batch nothing of a client is left to the account.
  static void add_remove(sql::Batch& batch, const std::string& account_id, const std::string& client_id,
                         const std::string& issuer);

  /// Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<ConsentRecord>>> find(std::string account_id, std::string client_id,
                                                                std::string issuer) const;
  /// All consents of an account by client. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<ConsentRecord>>> list(std::string account_id) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
