#pragma once
// Argon2id through libsodium.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace signet::crypto {

/// The longest password that is taken, wherever it is set or typed. An input of HTML counts UTF-16 units, of which no
/// text has more than it has bytes, so that this is also the length which such an input must allow.
inline constexpr std::size_t kMostPasswordBytes = 1024;

/// Cost of one hash. The defaults follow the OWASP minimum: about 25 ms and 19 MiB for each call.
struct PasswordCost {
  unsigned iterations = 2;
  std::size_t memory_bytes = 19 * 1024 * 1024;
};

/// The PHC string ($argon2id$…) of a password. Slow on purpose: call it on a worker pool, never on an I/O thread.
/// Fails: Unavailable when the memory cannot be had.
[[nodiscard]] Result<std::string> hash_password(const SecretText& password, PasswordCost cost = {});

/// True when the password belongs to the PHC string. As slow as hashing.
[[nodiscard]] bool verify_password(const SecretText& password, const std::string& phc_string);

}  // namespace signet::crypto
