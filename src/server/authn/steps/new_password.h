#pragma once
// The step that sets a password: the last one of a recovery, and a change that the account pages lead to.

#include <span>

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// "new_password" leaves on "changed", when the new password is a proof, and "cancel". Needs: the decision before it,
/// with the fact kRecovering or with proofs.
[[nodiscard]] const workflow::Step& new_password_step();
[[nodiscard]] std::span<const EffectHandler> new_password_effects();

}  // namespace signet::server::authn
