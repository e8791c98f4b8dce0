#pragma once
// The two ways a login ends: the authorization request is answered, or the user goes on to the account pages.

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// "finish": a code for the client, or the way to the account pages.
[[nodiscard]] const EffectHandler& finish_effect();
/// "refuse": the request is answered with the error that the effect names.
[[nodiscard]] const EffectHandler& refuse_effect();
/// "record_consent": remembers what the user allowed.
[[nodiscard]] const EffectHandler& record_consent_effect();

}  // namespace signet::server::authn
