#pragma once
// What accounts prove themselves with besides the password: authenticator apps, passkeys, addresses, recovery codes.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

struct FactorRecord {
  std::string factor_id;
  std::string account_id;
  std::string issuer;
  std::string kind;  ///< "totp", "passkey", "email", "sms", "push", "pin" or "recovery_codes"
  std::string name;  ///< as its owner calls it
  /// SHA-256 of the credential id or of the key's thumbprint, where the factor is found by it; unique in its issuer and
  /// kind.
  std::optional<Digest256> lookup_hash = {};
  Bytes secret = {};         ///< sealed by the caller, never in clear
  std::string data = "{}";   ///< JSON; public things and hashes
  std::int64_t counter = 0;  ///< the last TOTP step, signature count, or version of `data` that was used
  Instant created_at{};
  std::optional<Instant> last_used_at = {};
  bool operator==(const FactorRecord&) const = default;
};

class Factors {
 public:
  explicit Factors(sql::Database& database) : database_(database) {}

  /// Adds a guard that fails when the id of the account's factor, or the lookup hash in this issuer and kind, is taken.
  /// Needs: Accounts::add_require before it, so that nothing is added to an account that was just erased.
  static std::size_t add_insert(sql::Batch& batch, const FactorRecord& factor);
  /// The same in the place of every factor of the account with this kind and lookup hash, or of this kind without one.
  static std::size_t add_replace(sql::Batch& batch, const FactorRecord& factor);
  /// Each adds a guard that fails when the account has no such factor.
  static std::size_t add_remove(sql::Batch& batch, const std::string& account_id, const std::string& factor_id);
  static std::size_t add_rename(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                                const std::string& name);
  static void add_remove_all(sql::Batch& batch, const std::string& account_id);

  /// Adds a guard that fails unless `counter` is higher than every counter before it: of two uses of one TOTP code, or
  /// of an authenticator and its clone, one passes. Spec: RFC 6238 5.2, WebAuthn 7.2
  static std::size_t add_use(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                             std::int64_t counter, Instant now);
  /// The same for a factor that does not count; fails too when this one has counted before. Spec: WebAuthn 7.2
  static std::size_t add_touch(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                               Instant now);
  /// Adds a guard that fails unless the counter is `expected_counter` and `counter` is higher: of two uses of one
  /// recovery code one passes.
  static std::size_t add_set_data(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                                  std::int64_t expected_counter, const std::string& data, std::int64_t counter,
                                  Instant now);

  /// Replaces `data` where it only describes the factor and nothing depends on the order of its values: whether a
  /// passkey is backed up.
  static void add_describe(sql::Batch& batch, const std::string& account_id, const std::string& factor_id,
                           const std::string& data);

  /// The factors of an account, oldest first. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::vector<FactorRecord>>> list(std::string account_id) const;
  /// Each fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::optional<FactorRecord>>> find(std::string account_id, std::string factor_id) const;
  [[nodiscard]] Task<Result<std::optional<FactorRecord>>> find_by_lookup(std::string issuer, std::string kind,
                                                                         Digest256 lookup_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
