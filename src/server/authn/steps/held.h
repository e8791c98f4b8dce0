#pragma once
// Steps that a policy puts in the way: a wait, and a notice that must be read.

#include "workflow/definition.h"

namespace signet::server::authn {

/// "held" leaves on "continue", which decides anew whether the wait is over, and "cancel".
[[nodiscard]] const workflow::Step& held_step();
/// "notice": what people should know before they go on, for example while an attack is under way. Leaves on "continue"
/// and "cancel".
[[nodiscard]] const workflow::Step& notice_step();

}  // namespace signet::server::authn
