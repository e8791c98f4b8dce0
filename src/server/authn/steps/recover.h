#pragma once
// A forgotten password: who says whose it is gets the same answer at the same time, whether there is such an account or
// not. What identifies the account here proves nothing; the decision asks for another factor when the account has one.

#include <span>

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// "recover" asks for the username and leaves on "sent" and "cancel". "recover_code" asks for the code that was sent by
/// mail, or for a recovery code, and leaves on "accepted", "again" and "cancel".
[[nodiscard]] std::span<const workflow::Step> recover_steps();
[[nodiscard]] std::span<const EffectHandler> recover_effects();

}  // namespace signet::server::authn
