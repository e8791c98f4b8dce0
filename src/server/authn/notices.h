#pragma once
// Mails to the owner of an account about what was changed. They have no links, so that nobody learns to follow links in
// mails about security.

#include "server/authn/step_work.h"
#include "store/accounts.h"

namespace signet::server::authn {

enum class Notice { FactorAdded, FactorRemoved, PasswordChanged, NewDevice, SignIn, PushDenied };

/// Tells the account's owner once the step is written, when the account has an address and mail is configured. `what`
/// is a title or a fixed word of ours: a mail about security carries nothing that somebody chose or typed.
void add_notice(StepWork& work, const store::AccountRecord& account, Notice notice, std::string_view what = {});
/// The same for the account that is known so far. Fails: Unavailable
[[nodiscard]] Task<Result<void>> add_notice(StepWork& work, Notice notice, std::string what);

/// Tells of a sign-in from a device that is new to an account with devices, and of every one when a policy wants it.
/// Fails: Unavailable
[[nodiscard]] Task<Result<void>> add_sign_in_notice(StepWork& work, const store::AccountRecord& account, bool always);

}  // namespace signet::server::authn
