#pragma once
// The login session of a browser.

#include <memory>
#include <optional>

#include "server/context.h"

namespace signet::server::authn {

/// The live session of the browser with this issuer: neither idle for too long nor too old. Fails: Unavailable
[[nodiscard]] Task<Result<std::optional<store::SessionRecord>>> find_session(Exchange& exchange);

/// The same with what its account has allowed `client_id`; null when there is no live session. Fails: Unavailable
[[nodiscard]] Task<Result<std::unique_ptr<store::SessionAndConsent>>> find_session_and_consent(Exchange& exchange,
                                                                                               std::string client_id);

/// A login that was just proven. Its session has a new id, so that one planted before the login is worth nothing after
/// it.
struct SignIn {
  std::string cookie;
  store::SessionRecord session = {};
  std::optional<Digest256> replaced = {};  ///< the session this browser had before
  Digest256 guessing_pair{};               ///< its count of failures is cleared
};
[[nodiscard]] SignIn make_sign_in(Exchange& exchange, const std::string& account_id, std::string acr,
                                  std::vector<std::string> amr);
/// Adds session, clean-up and audit record.
void add_sign_in(Exchange& exchange, sql::Batch& batch, const SignIn& sign_in);

}  // namespace signet::server::authn
