#pragma once
// The step that asks for a username and a password.

#include "workflow/definition.h"

namespace signet::server::authn {

inline constexpr std::size_t kMaxUsernameCharacters = 128;
inline constexpr std::size_t kMaxPasswordCharacters = 256;

/// Leaves on "accepted" (the effect CheckPassword agreed) and "cancel".
[[nodiscard]] workflow::Step password_step();

}  // namespace signet::server::authn
