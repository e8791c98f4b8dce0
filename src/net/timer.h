#pragma once

#include "base/clock.h"
#include "base/task.h"

namespace signet::net {

/// Continues after `delay` on the executor of this thread, which must be an I/O thread of a Server (or HttpClient's
/// caller under run_blocking, where a helper thread does the waiting).
[[nodiscard]] Task<void> sleep_for(Duration delay);

}  // namespace signet::net
