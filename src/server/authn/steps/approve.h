#pragma once
// The page where a payer sees a payment and approves exactly that. Spec: PSD2-RTS-5.1-1

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// "approve" leaves on "approved", "deny", and on the kind of another factor that signs (its step "approve_<kind>").
[[nodiscard]] const workflow::Step& approve_step();
[[nodiscard]] const EffectHandler& approve_with_passkey_effect();

}  // namespace signet::server::authn
