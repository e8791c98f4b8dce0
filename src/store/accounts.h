#pragma once
// Accounts of people who log in.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

struct AccountRecord {
  std::string account_id;
  std::string issuer;
  std::string username;       ///< as the caller normalized it; unique in its issuer
  std::string password_hash;  ///< PHC string; empty: no password
  std::string claims = "{}";  ///< a JSON object of OpenID Connect claims
  bool disabled = false;
  std::int64_t version = 1;
  Instant created_at{};
  Instant updated_at{};
  std::vector<std::string> flags = {};  ///< words for policies, never claims
  bool operator==(const AccountRecord&) const = default;
};

class Accounts {
 public:
  explicit Accounts(sql::Database& database) : database_(database) {}

  /// Adds a guard that fails when the id, or the username in this issuer, is taken.
  static std::size_t add_create(sql::Batch& batch, const AccountRecord& account);
  /// Each adds a guard that fails when the account is unknown.
  static std::size_t add_set_claims(sql::Batch& batch, const std::string& account_id, const std::string& claims,
                                    Instant now);
  static std::size_t add_set_password(sql::Batch& batch, const std::string& account_id,
                                      const std::string& password_hash, Instant now);
  static std::size_t add_set_disabled(sql::Batch& batch, const std::string& account_id, bool disabled, Instant now);
  static std::size_t add_set_flags(sql::Batch& batch, const std::string& account_id,
                                   const std::vector<std::string>& flags, Instant now);
  /// Adds a guard that fails when the account is unknown, and then the erasure of all that belongs to it: sessions,
  /// factors, known devices, push challenges, consents, recorded contexts, grants, codes, tokens. Audit records stay.
  /// Looks at every access token and code that lives at the moment.
  static std::size_t add_remove(sql::Batch& batch, const std::string& account_id, Instant now);
  /// Adds a guard that fails when the account is unknown or was changed since it had this version.
  static std::size_t add_require_version(sql::Batch& batch, const std::string& account_id, std::int64_t version);
  /// Adds a guard that fails when the account is unknown or disabled.
  static std::size_t add_require(sql::Batch& batch, const std::string& account_id);

  /// Fails: Conflict (id or username taken), Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> create(AccountRecord account) const;
  /// Fails: NotFound, Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> set_password(std::string account_id, std::string password_hash, Instant now) const;
  /// Erases the account with all that belongs to it. Fails: NotFound, Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> remove(std::string account_id, Instant now) const;

  /// Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<AccountRecord>>> find(std::string account_id) const;
  [[nodiscard]] Task<Result<std::optional<AccountRecord>>> find_by_username(std::string issuer,
                                                                            std::string username) const;
  /// Accounts of an issuer by ascending username, those behind `after`. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<AccountRecord>>> list(std::string issuer, std::string after,
                                                              std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
