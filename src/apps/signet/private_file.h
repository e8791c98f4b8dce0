#pragma once
// Files for the eyes of their owner alone: tokens, and the key of a device.

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace signet::apps {

/// A file of this name in the user's configuration folder.
[[nodiscard]] std::string default_private_file(const std::string& name);
/// Writes for the owner alone (0600), as a whole or not at all. Fails: Unavailable
[[nodiscard]] Result<void> save_private_file(const std::string& path, const SecretText& text);
/// Fails: NotFound (with this text), Denied (others may read the file)
[[nodiscard]] Result<SecretText> load_private_file(const std::string& path, PublicText none);

}  // namespace signet::apps
