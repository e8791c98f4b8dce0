#pragma once
// The login session of a browser or of an app.

#include <memory>
#include <optional>

#include "server/authn/proofs.h"
#include "server/context.h"

namespace signet::server::authn {

/// The live session of the caller with this issuer: neither idle for too long nor too old, and an app's only for the
/// key it began with. Fails: Unavailable
[[nodiscard]] Task<Result<std::optional<store::SessionRecord>>> find_session(Exchange& exchange);

/// The same with what its account has allowed `client_id`; null when there is no live session. Fails: Unavailable
[[nodiscard]] Task<Result<std::unique_ptr<store::SessionAndConsent>>> find_session_and_consent(Exchange& exchange,
                                                                                               std::string client_id);

/// What the session has proven is known to the workflow, which asks for what is missing. `name`: of its account, for
/// people
void add_session(workflow::Facts& facts, const store::SessionRecord& session, const std::string& name);

/// A login that was just proven. Its session has a new id, so that one planted before the login is worth nothing after
/// it.
struct SignIn {
  std::string cookie;
  store::SessionRecord session;
  std::optional<oauth::SessionHash> replaced = {};  ///< the session this browser had before
  std::vector<Digest256> cleared = {};              ///< counts of failures that end with it
  bool goes_on = false;  ///< it replaces a session that holds one of its proofs, and is the same sign-in
  std::string device;    ///< value of the cookie that knows the browser again; empty for an app
  store::KnownDeviceRecord known_device = {};
};
[[nodiscard]] SignIn make_sign_in(Exchange& exchange, const workflow::Facts& facts, const Proofs& proofs,
                                  std::string acr);
/// A session that another replaces on the way to a higher level began when that one did, and ends no later.
/// Fails: Unavailable
[[nodiscard]] Task<Result<void>> continue_session(Exchange& exchange, SignIn& sign_in);
/// Adds session, clean-up and audit record.
void add_sign_in(Exchange& exchange, sql::Batch& batch, const SignIn& sign_in);

}  // namespace signet::server::authn
