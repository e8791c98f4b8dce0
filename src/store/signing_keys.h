#pragma once
// The signing keys of issuers: public half as a JWK, private half sealed by the master key.

#include <string>
#include <string_view>
#include <vector>

#include "sql/database.h"

namespace signet::store {

/// A key is published before it signs and after it has signed, so that nobody meets a signature of an unknown key.
enum class SigningKeyState { Next, Current, Retired };
[[nodiscard]] std::string_view name_of(SigningKeyState state);

struct SigningKeyRecord {
  std::string kid;
  std::string issuer;
  std::string algorithm;  ///< JWA name
  SigningKeyState state = SigningKeyState::Next;
  std::string public_jwk;  ///< JSON
  Bytes sealed_key;        ///< never the key in clear
  Instant created_at{};
  Instant changed_at{};  ///< of the state
  bool operator==(const SigningKeyRecord&) const = default;
};

class SigningKeys {
 public:
  explicit SigningKeys(sql::Database& database) : database_(database) {}

  /// Adds a guard that fails when the kid is taken.
  static std::size_t add_insert(sql::Batch& batch, const SigningKeyRecord& key);
  /// Adds a guard that fails unless the key is in the state `from`: of two nodes that rotate one does.
  static std::size_t add_set_state(sql::Batch& batch, const std::string& kid, SigningKeyState from, SigningKeyState to,
                                   Instant now);
  /// Adds a guard that fails unless the key is retired.
  static std::size_t add_remove(sql::Batch& batch, const std::string& kid);

  /// The keys of an issuer, oldest first. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::vector<SigningKeyRecord>>> list(std::string issuer) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
