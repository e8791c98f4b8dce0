#pragma once
// What an operator does for somebody who has lost a factor, or whose account somebody else has used.

#include "server/admin/actor.h"

namespace signet::server::admin {

/// The factors of an account besides its password: what each is, since when, when it was used last; no secrets.
/// Fails: NotFound (no such account), Unavailable
[[nodiscard]] Task<Result<json::array>> list_account_factors(const Tools& tools, std::string issuer_id,
                                                             std::string username);

/// Removes a factor and ends every session of the account, since whoever has found the factor may have used it. What
/// applications were allowed stays. Fails: NotFound (account or factor), Conflict (nothing would be left to log in
/// with), Unavailable
[[nodiscard]] Task<Result<void>> remove_account_factor(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                       std::string username, std::string factor_id);

/// Ends every session of an account, and with `revoke_grants` everything that applications may do for it.
/// Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<void>> end_account_sessions(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                      std::string username, bool revoke_grants);

}  // namespace signet::server::admin
