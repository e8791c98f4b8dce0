#pragma once
// Grants of the token endpoint: one function, one file each, listed in grants.cc.

#include <span>

#include "oauth/core_rfc6749.h"
#include "server/context.h"
#include "server/possession.h"

namespace signet::server {

using Grant = Task<Result<oauth::TokenResponse>> (*)(Exchange& exchange);

struct GrantRow {
  std::string_view grant_type;
  Grant grant;
  bool public_clients;  ///< may a client without authentication use it
  std::string_view spec;
};
[[nodiscard]] std::span<const GrantRow> grants();

Task<Result<oauth::TokenResponse>> authorization_code_grant(Exchange& exchange);
Task<Result<oauth::TokenResponse>> refresh_token_grant(Exchange& exchange);
Task<Result<oauth::TokenResponse>> client_credentials_grant(Exchange& exchange);

/// The one write of a token request: marks of single-use JWTs first, then the guards of the grant, then what is issued.
class TokenBatch {
 public:
  /// Begins with the marks of the client assertion and of the DPoP proof.
  TokenBatch(Exchange& exchange, const Possession& possession);

  [[nodiscard]] sql::Batch& statements() { return batch_; }
  /// The index of the guard that stands for the grant itself (the code).
  void set_grant_guard(std::size_t index) { grant_guard_ = index; }
  /// Commits. Fails: InvalidClient (assertion replayed), InvalidDpopProof (proof replayed), AlreadyUsed (grant guard),
  /// Unavailable
  [[nodiscard]] Task<Result<void>> commit();

 private:
  Exchange& exchange_;
  sql::Batch batch_;
  std::optional<std::size_t> assertion_guard_;
  std::optional<std::size_t> dpop_guard_;
  std::optional<std::size_t> grant_guard_;
};

/// The scope of a token request: what was granted, or the part of it that is asked for. Fails: InvalidScope
[[nodiscard]] Result<std::vector<std::string>> narrow_scope(const http::Form& form,
                                                            const std::vector<std::string>& granted);

/// A user who was disabled or removed gives nothing any more, whatever was granted before. Fails: InvalidGrant
[[nodiscard]] Task<Result<void>> check_account(Exchange& exchange, std::string account_id);

/// Revokes a grant with everything that came from it, because somebody used a spent credential of it.
[[nodiscard]] Task<Result<void>> revoke_after_reuse(Exchange& exchange, std::string grant_id,
                                                    std::string_view credential);

}  // namespace signet::server
