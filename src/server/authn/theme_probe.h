#pragma once
// A template of the pages on trial: an operator's template that leaves something out would lead users astray.

#include "server/authn/page_template.h"

namespace signet::server::authn {

/// Renders a page that has everything and looks for it. Fails: Malformed; the detail names what is not shown
[[nodiscard]] Result<void> probe(const PageTemplate& page_template);

}  // namespace signet::server::authn
