#pragma once
// The gateway's settings: nginx in front of the demo API, for the user who runs it and without root.

#include <string>

#include "apps/signet/init/plan.h"

namespace signet::apps {

/// nginx.conf. The folder it is written to is nginx's prefix (`nginx -p DIR -c nginx.conf`) and holds a link to the
/// module beside it.
[[nodiscard]] std::string render_gateway_settings(const Plan& plan);

}  // namespace signet::apps
