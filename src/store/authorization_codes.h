#pragma once
// Authorization codes, by their hash. A spent code stays for a while, so that its second use is seen as theft.

#include <memory>
#include <optional>
#include <string>

#include "oauth/authorization_request.h"
#include "oauth/token_hash.h"
#include "store/grants.h"

namespace signet::store {

struct AuthorizationCodeRecord {
  oauth::CodeHash code_hash;
  std::string issuer;
  std::string client_id;
  std::string grant_id;
  Instant expires_at{};
  std::optional<Instant> consumed_at = std::nullopt;
};

struct AuthorizationCodeState {
  AuthorizationCodeRecord code;
  GrantRecord grant;

  /// A second use: the caller revokes the grant. Spec: RFC6749-4.1.2, RFC9700-2.1.1
  [[nodiscard]] bool is_reused() const { return code.consumed_at.has_value(); }
  [[nodiscard]] bool is_active(Instant now) const {
    return !code.consumed_at && code.expires_at > now && grant.is_active(now);
  }
};

class AuthorizationCodes {
 public:
  explicit AuthorizationCodes(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const AuthorizationCodeRecord& code);
  /// Adds a guard that fails when the code is unknown, expired or consumed. Of two redemptions that race exactly one
  /// passes; the other finds `is_reused()` afterwards and revokes the grant, since nobody can tell which of the two was
  /// the thief. Spec: RFC6749-4.1.2
  static std::size_t add_consume(sql::Batch& batch, const oauth::CodeHash& code_hash, Instant now);

  /// The code with its grant, spent and expired ones too; nothing when either is unknown. Fails: Unavailable, Bug
  /// (unreadable) Needs: the caller compares issuer and client_id.
  [[nodiscard]] Task<Result<std::unique_ptr<AuthorizationCodeState>>> find(oauth::CodeHash code_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
