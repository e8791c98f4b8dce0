#pragma once
// The one write of a request of a client: that it is still registered, the marks of the JWTs that may be used once,
// then the guard of what is redeemed, then what is given.

#include "server/context.h"

namespace signet::server {

class SingleUseBatch {
 public:
  /// Begins with the guard of the client and the marks of its assertion and DPoP proof, as far as the request has them.
  explicit SingleUseBatch(Exchange& exchange, const std::optional<SingleUse>& dpop_mark = {});

  [[nodiscard]] sql::Batch& statements() { return batch_; }
  /// Commits. Fails: InvalidClient (assertion replayed, or the client is gone), InvalidDpopProof (proof replayed),
  /// AlreadyUsed (a guard that was added: of what is redeemed, a code or a refresh token), Unavailable
  [[nodiscard]] Task<Result<void>> commit();

 private:
  [[nodiscard]] Error refusal_of(std::size_t failed_guard) const;

  Exchange& exchange_;
  sql::Batch batch_;
  std::size_t client_guard_ = 0;
  std::optional<std::size_t> assertion_guard_;
  std::optional<std::size_t> dpop_guard_;
};

}  // namespace signet::server
