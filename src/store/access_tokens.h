#pragma once
// Access tokens that are opaque to their holders, by their hash. (JWTs are not stored; revoked_tokens names the revoked
// ones.)

#include <optional>
#include <string>
#include <vector>

#include "oauth/sender_constraint.h"
#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

struct AccessTokenRecord {
  oauth::TokenHash token_hash;
  std::string issuer;
  std::string client_id;
  std::string account_id;  ///< empty: the client acts for itself
  std::string grant_id;    ///< empty: no grant of a person stands behind it
  std::string subject;     ///< `sub` as this client sees it
  std::vector<std::string> scope;
  std::vector<std::string> audience;
  std::string authorization_details = {};  ///< canonical JSON; empty: none
  oauth::SenderConstraint confirmation;
  Instant issued_at{};
  Instant expires_at{};
  std::optional<Instant> revoked_at = std::nullopt;
};

/// A token, and what introspection needs of the grant behind it.
struct AccessTokenState {
  struct Grant {
    Instant authenticated_at{};
    std::string acr;
    std::vector<std::string> amr;
    Instant expires_at{};
    std::optional<Instant> revoked_at;
  };
  AccessTokenRecord token;
  std::optional<Grant> grant;  ///< nothing for a token without a grant, and for one whose grant is gone

  /// Not expired, not revoked, and neither is the grant it hangs on. A grant that is gone makes its tokens inactive.
  [[nodiscard]] bool is_active(Instant now) const;
};

class AccessTokens {
 public:
  explicit AccessTokens(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const AccessTokenRecord& token);
  /// Stops one token. Spec: RFC7009-2.1
  static void add_revoke(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now);

  /// The token in whatever state it is, with its grant, in one look. Fails: Unavailable, Bug (unreadable)
  /// Needs: the caller compares the issuer and asks `is_active`.
  [[nodiscard]] Task<Result<std::optional<AccessTokenState>>> find(oauth::TokenHash token_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
