#pragma once
// The two ends of a login and the pages that remain of them.

#include "workflow/definition.h"

namespace signet::server::authn {

/// Success: enters with the effect FinishAuthorization.
[[nodiscard]] workflow::Step done_step();
/// The user refused: enters with the effect RefuseAuthorization.
[[nodiscard]] workflow::Step cancelled_step();

}  // namespace signet::server::authn
