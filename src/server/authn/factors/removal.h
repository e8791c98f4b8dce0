#pragma once
// How a factor goes, and how it is called otherwise.

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// "remove_factor" with {"factor_id"}: leaves on "removed". The last factor beside the password goes only with a fresh
/// proof of it, or of a recovery code, which is what remains to who has lost it. Needs: a step that only who proved
/// enough can reach. Fails: NotFound (not the account's), Unavailable
[[nodiscard]] const EffectHandler& remove_factor_effect();
/// "rename_factor" with {"factor_id", "name"}: leaves on "renamed". Fails: NotFound, Unavailable
[[nodiscard]] const EffectHandler& rename_factor_effect();

/// Removes a row with the step, records why and tells the owner. Fails: Unavailable
[[nodiscard]] Task<Result<void>> remove_row(StepWork& work, store::FactorRecord row, std::string reason);

}  // namespace signet::server::authn
