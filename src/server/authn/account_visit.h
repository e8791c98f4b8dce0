#pragma once
// A visit of the account pages: a walk through the workflow "account" that lives as long as its session and ends when
// its user does nothing for a while.

#include "server/authn/step_work.h"

namespace signet::server::authn {

inline constexpr std::string_view kAccountWorkflow = "account";

/// Where a visit begins.
[[nodiscard]] std::string account_address(const Exchange& exchange);

/// How old a proof may be at the account pages. A visit that was never idle keeps what was fresh when it began; an idle
/// one begins again.
[[nodiscard]] Duration longest_age_of_visit(const StepWork& work);

/// Must this login begin again? Yes when the session that it goes on with has ended, wherever that was done, and when
/// nothing was answered at the account pages for login.account_idle. Fails: Unavailable
[[nodiscard]] Task<Result<bool>> must_begin_again(Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
