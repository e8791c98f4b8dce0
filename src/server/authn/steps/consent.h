#pragma once
// The step that asks the user whether the client may have what it asks for. Spec: FAPI2-SP-FINAL-5.3.2.2 (shows client
// and scope)

#include "workflow/definition.h"

namespace signet::server::authn {

/// Leaves on "allow" (with the effect record_consent) and "deny".
[[nodiscard]] const workflow::Step& consent_step();

}  // namespace signet::server::authn
