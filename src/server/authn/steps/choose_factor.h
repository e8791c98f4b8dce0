#pragma once
// The choice between several factors that would do: to use one, or to enrol one.

#include "workflow/definition.h"

namespace signet::server::authn {

/// "choose_factor" leaves on the kind of the factor, or "cancel"; "choose_enrolment" the same for one that is new.
[[nodiscard]] const workflow::Step& choose_factor_step();
[[nodiscard]] const workflow::Step& choose_enrolment_step();

}  // namespace signet::server::authn
