#pragma once
// A first page that takes the password and the code of an authenticator app together and says of both at once whether
// they are right, so that nobody learns which of them was not. Spec: PSD2-RTS-4.3-1
//
// The workflow that comes with the program asks for one after the other; docs/workflows/login-at-once.json begins here
// instead. Who has no app leaves the code empty; who has one cannot.

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// "password_and_code" leaves on "accepted", "forgot" and "cancel", as the step "password" does.
[[nodiscard]] const workflow::Step& password_and_code_step();
[[nodiscard]] const EffectHandler& check_password_and_code_effect();

}  // namespace signet::server::authn
