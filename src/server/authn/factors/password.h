#pragma once
// What every page shares that takes a username and a password.

#include "server/authn/attempts.h"
#include "server/authn/proofs.h"

namespace signet::server::authn {

[[nodiscard]] workflow::Field make_username_field(const workflow::Facts& facts);
[[nodiscard]] workflow::Field make_password_field(const workflow::Facts& facts);

/// The page on which a login begins: its words and the party it is for, without actions.
[[nodiscard]] workflow::Representation make_sign_in_page(const workflow::Facts& facts);
/// The ways out of it: a passkey instead, a new password, and not to sign in at all.
void add_sign_in_ways(const workflow::Facts& facts, workflow::Representation& page);

/// Can the two be looked at: are they there and not longer than any name or password?
[[nodiscard]] bool is_usable_sign_in(std::string_view username, std::string_view password);
/// The page again, for who left one of them out.
[[nodiscard]] workflow::Reaction ask_for_both(const workflow::Facts& facts, std::string_view username);

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
