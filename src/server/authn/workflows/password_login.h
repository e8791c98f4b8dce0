#pragma once
// Password, then consent when it is needed. Drawn in docs/workflows/password_login.md.

#include "workflow/definition.h"

namespace signet::server::authn {

[[nodiscard]] const workflow::Definition& password_login();

/// The definition an instance was started with; null when this release has none of that name.
[[nodiscard]] const workflow::Definition* find_workflow(std::string_view name);

}  // namespace signet::server::authn
