#pragma once

#include <functional>

#include "base/clock.h"
#include "base/task.h"

namespace signet::net {

/// An executor that can also wait.
class TimedExecutor : public Executor {
 public:
  /// Calls `what` after `delay` on its thread. Thread: the executor's own
  virtual void call_after(Duration delay, std::function<void()> what) = 0;
};

}  // namespace signet::net
