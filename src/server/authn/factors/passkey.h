#pragma once
// What the first page of a login takes from the passkeys: a way in without a user name.

#include <optional>

#include "workflow/definition.h"

namespace signet::server::authn {

inline constexpr std::string_view kPasskeyLogin = "passkey";  ///< the action's name

/// Nothing where passkeys cannot be had.
[[nodiscard]] std::optional<workflow::Action> make_passkey_login(const workflow::Facts& facts);
[[nodiscard]] workflow::Reaction submit_passkey_login(const workflow::Submission& submission);

}  // namespace signet::server::authn
