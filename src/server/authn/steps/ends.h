#pragma once
// The ends of a login and the pages that remain of them.

#include <span>

#include "workflow/definition.h"

namespace signet::server::authn {

/// "done": enters with the effect "finish". "cancelled" (by the user), "denied" (by a policy) and "unmet" (a level that
/// cannot be reached): enter with the effect "refuse".
[[nodiscard]] std::span<const workflow::Step> end_steps();

}  // namespace signet::server::authn
