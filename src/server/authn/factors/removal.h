#pragma once
// How a factor goes, and how it is called otherwise.

#include <span>

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// What an account can be signed in to with once one of its factors is gone.
struct RemainingFactors {
  bool has_way_in = false;         ///< a factor that can begin a login
  bool has_second_factor = false;  ///< one beside it
};
[[nodiscard]] RemainingFactors find_remaining(const store::AccountRecord& account,
                                              std::span<const store::FactorRecord> rows, std::string_view removed_id);

/// "remove_factor" with {"factor_id"}: leaves on "removed" and ends the account's other sessions that it was proven in.
/// A problem when the account has no such factor or no other way to sign in. The last factor beside the password goes
/// only with a fresh proof of it, or of a recovery code, which is what remains to who has lost it. Needs: a step that
/// only who proved enough can reach. Fails: Unavailable
[[nodiscard]] const EffectHandler& remove_factor_effect();
/// "rename_factor" with {"factor_id", "name"}: leaves on "renamed"; a problem when the account has no such factor.
/// Fails: Unavailable
[[nodiscard]] const EffectHandler& rename_factor_effect();

/// Removes a row with the step, records why and tells the owner. Fails: Unavailable
[[nodiscard]] Task<Result<void>> remove_row(StepWork& work, store::FactorRecord row, std::string reason);

}  // namespace signet::server::authn
