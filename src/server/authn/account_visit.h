#pragma once
// A visit of the account pages: a walk through the workflow "account" that lives as long as its session and ends when
// its user does nothing for a while.

#include "server/authn/interaction.h"

namespace signet::server::authn {

inline constexpr std::string_view kAccountWorkflow = "account";

/// Where a visit begins.
[[nodiscard]] std::string account_address(const Exchange& exchange);

/// Must this visit begin anew, with a sign-in where one is due? Yes when nothing was answered for login.account_idle,
/// and when the session it belongs to has ended, wherever that was done. No for every other login. Fails: Unavailable
[[nodiscard]] Task<Result<bool>> is_visit_over(Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
