#pragma once
// Refresh tokens, by their hash. A rotated token stays until it expires, so that its later use is seen as theft.

#include <optional>
#include <string>

#include "oauth/sender_constraint.h"
#include "oauth/token_hash.h"
#include "store/grants.h"

namespace signet::store {

struct RefreshTokenRecord {
  oauth::TokenHash token_hash;
  std::string issuer;
  std::string client_id;
  std::string grant_id;
  oauth::SenderConstraint confirmation;  ///< of public clients (RFC9449-5); confidential ones prove themselves
  Instant issued_at{};
  Instant expires_at{};
  std::optional<Instant> rotated_at = std::nullopt;
  std::optional<Instant> revoked_at = std::nullopt;
};

struct RefreshTokenState {
  RefreshTokenRecord token;
  GrantRecord grant;

  /// Neither token nor grant is expired or revoked, and the token was not rotated longer than `grace` ago: within that
  /// time a client that lost the answer may ask again. Spec: FAPI2-SP-FINAL-5.3.2.1
  [[nodiscard]] bool is_active(Instant now, Duration grace) const;
  /// A rotated token that comes back after `grace`: the caller revokes the grant. Spec: RFC9700-4.14.2
  [[nodiscard]] bool is_reused(Instant now, Duration grace) const {
    return token.rotated_at && *token.rotated_at + grace <= now;
  }
};

class RefreshTokens {
 public:
  explicit RefreshTokens(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const RefreshTokenRecord& token);
  /// Adds a guard that fails when the token is unknown, expired, revoked or rotated already: of two rotations that race
  /// one passes.
  static std::size_t add_rotate(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now);
  /// Stops one token; the grant goes with Grants::add_revoke. Spec: RFC7009-2.1
  static void add_revoke(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now);

  /// The token with its grant in whatever state they are; nothing when either is unknown. Fails: Unavailable, Bug
  /// (unreadable) Needs: the caller compares issuer and client_id.
  [[nodiscard]] Task<Result<std::optional<RefreshTokenState>>> find(oauth::TokenHash token_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
