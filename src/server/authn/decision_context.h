#pragma once
// What a policy looks at: the context of a login, built as far as the rules ask for it.

#include "server/authn/asked.h"
#include "server/authn/step_work.h"
#include "workflow/policy.h"

namespace signet::server::authn {

/// What the policy of this issuer asks of this login at this moment. `asked` is null at the account pages, `account`
/// while nobody is known. Fails: Unavailable, Bug (a stored policy that cannot be read)
[[nodiscard]] Task<Result<workflow::Decision>> ask_policy(StepWork& work, const Asked* asked,
                                                          const store::AccountRecord* account);

}  // namespace signet::server::authn
