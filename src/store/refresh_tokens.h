#pragma once
// Refresh tokens, by their hash. A rotated token stays until it expires, so that its later use is seen as theft. It
// knows which of its successors was used first: from then on it and all others are seen as stolen too.

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
  std::optional<oauth::TokenHash> predecessor = std::nullopt;     ///< in whose place it came
  std::optional<oauth::TokenHash> used_successor = std::nullopt;  ///< of those in its place the first that was used
};

struct RefreshTokenState {
  RefreshTokenRecord token;
  GrantRecord grant;
  std::optional<oauth::TokenHash> used_sibling = {};  ///< `used_successor` of its predecessor: perhaps itself

  /// Neither token nor grant is expired or revoked, and the token was not rotated longer than `grace` ago: within that
  /// time a client that lost the answer may ask again. Spec: FAPI2-SP-FINAL-5.3.2.1
  [[nodiscard]] bool is_active(Instant now, Duration grace) const;
  /// A rotated token that comes back after `grace`, or once an answer to it has arrived, as the use of the token in it
  /// proves; likewise the tokens of its other answers. The caller revokes the grant. Spec: RFC9700-4.14.2
  [[nodiscard]] bool is_reused(Instant now, Duration grace) const;
};

class RefreshTokens {
 public:
  explicit RefreshTokens(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const RefreshTokenRecord& token);
  /// Adds a guard that fails when the token is unknown, expired or revoked, was rotated longer than `grace` ago, or one
  /// of its successors was used: of two rotations that race without grace one passes.
  static std::size_t add_rotate(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now, Duration grace);
  /// Adds a guard that fails when another successor of `predecessor` was used before: of two that race one passes.
  static std::size_t add_use_successor(sql::Batch& batch, const oauth::TokenHash& predecessor,
                                       const oauth::TokenHash& token_hash);
  /// Stops one token; the grant goes with Grants::add_revoke. Spec: RFC7009-2.1
  static void add_revoke(sql::Batch& batch, const oauth::TokenHash& token_hash, Instant now);

  /// The token with its grant in whatever state they are; nothing when either is unknown. Fails: Unavailable, Bug
  /// (unreadable) Needs: the caller compares issuer and client_id.
  [[nodiscard]] Task<Result<std::optional<RefreshTokenState>>> find(oauth::TokenHash token_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
