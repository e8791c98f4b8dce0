#pragma once
// The one place where a login is judged: what was proven against what the request, the policy and the client demand.
// Every other step leads back here, so no order of steps leads around it.

#include "server/authn/step_work.h"
#include "workflow/definition.h"
#include "workflow/policy.h"

namespace signet::server::authn {

/// The choice "decide". Its events: "identify" (nobody is known), the kind of a factor that is the only one to ask for,
/// "factor" (choose one), "enrol" (none is enrolled that would do), "new_password" (the account is being recovered),
/// "step" (a policy wants the step that the fact next_step names), "hold", "approve" (a payment), "consent", "done",
/// "deny", and "unmet" (a level that was asked for as essential cannot be reached).
[[nodiscard]] const workflow::Step& decide_step();
[[nodiscard]] const EffectHandler& decide_effect();

}  // namespace signet::server::authn
