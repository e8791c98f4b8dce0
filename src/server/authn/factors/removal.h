#pragma once
// What its owner does with a factor that is enrolled: gives it another name, or gives it up.

#include <span>

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// Whether an account can still be signed in to, and with how much, once one of its factors is gone.
struct RemainingFactors {
  bool has_way_in = false;         ///< a factor that can begin a login
  bool has_second_factor = false;  ///< one beside it
};
[[nodiscard]] RemainingFactors find_remaining(const store::AccountRecord& account,
                                              std::span<const store::FactorRecord> rows, std::string_view removed_id);

/// "remove_factor": removes the factor that the argument factor_id names, and ends the account's other sessions that it
/// was proven in. Answers "removed"; a problem when there is no such factor or no other way to sign in.
[[nodiscard]] const EffectHandler& remove_factor_effect();
/// "rename_factor": the arguments are factor_id and name. Answers "changed".
[[nodiscard]] const EffectHandler& rename_factor_effect();

}  // namespace signet::server::authn
