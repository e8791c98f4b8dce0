#pragma once

#include <functional>

#include "base/clock.h"
#include "base/task.h"

namespace signet::net {

/// Calls `what` after `delay`: on this thread where its executor can wait, else on a helper thread.
void call_after(Duration delay, std::function<void()> what);

/// Continues after `delay` on the executor of this thread, which must be an I/O thread of a Server (or HttpClient's
/// caller under run_blocking, where a helper thread does the waiting).
[[nodiscard]] Task<void> sleep_for(Duration delay);

}  // namespace signet::net
