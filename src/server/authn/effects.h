#pragma once
// What the login workflow needs done: performed here, answered as input to the next step.

#include <optional>

#include "server/authn/session.h"
#include "workflow/engine.h"

namespace signet::server::authn {

struct PasswordCheck {
  workflow::EffectAnswer answer;
  std::optional<SignIn> sign_in = {};  ///< set when the password was right; stored together with the step
};

/// Checks a password, with everything that makes guessing slow: see throttle.h. An unknown user costs the same work and
/// gets the same answer as a wrong password. Fails: Unavailable, Bug
[[nodiscard]] Task<Result<PasswordCheck>> check_password(Exchange& exchange, const workflow::Facts& facts,
                                                         workflow::CheckPassword effect);

}  // namespace signet::server::authn
