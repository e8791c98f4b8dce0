#pragma once
// Who calls, once client authentication has been checked.

#include <optional>

#include "server/client_directory.h"

namespace signet::server {

/// A JWT that may be used once, by its name of oauth::replay_hash: the endpoint puts it first into its batch as a
/// guard.
struct SingleUse {
  Digest256 hash{};
};

struct AuthenticatedClient {
  ClientPointer client;
  /// Of a client assertion. It counts as authenticated only when the guard of this mark held.
  std::optional<SingleUse> assertion;
};

}  // namespace signet::server
