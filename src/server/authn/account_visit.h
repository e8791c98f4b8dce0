#pragma once
// A visit of the account pages: a walk through the workflow "account" that lives as long as its session and ends when
// its user does nothing for a while.

#include "server/authn/interaction.h"

namespace signet::server::authn {

inline constexpr std::string_view kAccountWorkflow = "account";

/// Where a visit begins.
[[nodiscard]] std::string account_address(const Exchange& exchange);

/// Must this login begin again? Yes when the session that it goes on with has ended, wherever that was done, and when
/// nothing was answered at the account pages for login.account_idle. Fails: Unavailable
[[nodiscard]] Task<Result<bool>> must_begin_again(Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
