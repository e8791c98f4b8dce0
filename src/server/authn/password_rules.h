#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace signet::server::authn {

class BreachedPasswords;

struct PasswordRules {
  std::size_t min_length = 12;                  ///< Unicode code points
  const BreachedPasswords* breached = nullptr;  ///< null: no list is configured
};

/// Why a new password is not taken, as what the user is told.
enum class PasswordProblem {
  NotText,  ///< not UTF-8
  TooShort,
  TooLong,       ///< more than crypto::kMostPasswordBytes
  Repetitive,    ///< a few characters over and over
  ContainsName,  ///< little more than a name that everybody knows, also in reverse or repeated
  Breached,      ///< part of a known breach
};

/// What is wrong with a password that a user wants to set, or nothing. `names` are what an attacker tries first: the
/// username, the e-mail address, the names of issuer and client. Length is the rule, composition is not: every
/// character of Unicode is allowed, spaces and their repetition too, and none is demanded. The text is taken as it was
/// typed, without Unicode normalization: a letter that was composed in another way is another password, at setting it
/// as at logging in. With a list it reads the disk: for a worker thread. Fails: Unavailable (the list cannot be read)
[[nodiscard]] Result<std::optional<PasswordProblem>> find_password_problem(const SecretText& password,
                                                                           std::span<const std::string> names,
                                                                           const PasswordRules& rules);

}  // namespace signet::server::authn
