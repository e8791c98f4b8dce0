#pragma once
// Files that hold a secret: read with a look at their permissions, written for their owner alone.

#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace signet::server {

/// The content without trailing line ends. Fails: NotFound, Denied (others than owner and group may read or write it),
/// TooLarge, Unavailable (it is there and cannot be read)
[[nodiscard]] Result<SecretText> read_secret_file(const std::string& path);

/// A file that is no secret, for example a certificate chain. Fails: NotFound, TooLarge, Unavailable (it is there and
/// cannot be read)
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

/// Writes a new master key: 64 hex characters, mode 0600. Fails: Conflict (the file exists: a lost key cannot be made
/// again), Unavailable
[[nodiscard]] Result<void> make_master_key_file(const std::string& path, Random& random);

/// A key of 32 bytes for one purpose, derived from the master key. Needs: `master_key` is 64 hex characters.
[[nodiscard]] SecretBytes derive_key(const SecretText& master_key, std::string_view purpose);

}  // namespace signet::server
