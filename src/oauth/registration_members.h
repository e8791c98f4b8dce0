#pragma once
// The types of the members of client metadata: between JSON and the struct, no rule beyond a member's own form.

#include "oauth/registration_rfc7591.h"

namespace signet::oauth {

/// Every member in its place, defaults for the absent ones. Fails: InvalidClientMetadata for a wrong type or an unknown
/// member
[[nodiscard]] Result<ClientMetadata> read_client_members(const json::object& object);

}  // namespace signet::oauth
