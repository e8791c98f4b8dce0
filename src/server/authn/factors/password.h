#pragma once
// What every page shares that takes a username and a password.

#include "server/authn/attempts.h"
#include "server/authn/proofs.h"

namespace signet::server::authn {

/// The page on which a login begins: username, password and `more` fields of the action "login", and the ways out: a
/// passkey instead, a new password, not to sign in at all.
[[nodiscard]] workflow::Representation make_sign_in_page(const workflow::Facts& facts,
                                                         std::vector<workflow::Field> more = {});
/// What its submission comes to without a look at the password: a way out was taken, or name or password is missing or
/// longer than any. Nothing when they can be looked at.
[[nodiscard]] std::optional<workflow::Reaction> find_early_reaction(const workflow::Facts& facts,
                                                                    const workflow::Submission& submission);

/// One attempt at a name and its password.
struct PasswordTrial {
  Attempt attempt = {};
  std::optional<store::AccountRecord> account = {};
  bool is_right = false;                          ///< never for an account that is disabled
  std::optional<workflow::Problem> problem = {};  ///< it was not looked at: too many attempts, too many people
};
/// Counts it and hashes on the pool, for as long when there is no such account. Fails: Unavailable
[[nodiscard]] Task<Result<PasswordTrial>> try_password(StepWork& work, std::string typed_username, SecretText password);
[[nodiscard]] Proof make_password_proof(const StepWork& work, const store::AccountRecord& account);
/// A refusal shows again what was typed as a name.
[[nodiscard]] workflow::EffectAnswer with_username(workflow::EffectAnswer answer, const std::string& typed);

}  // namespace signet::server::authn
