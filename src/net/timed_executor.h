#pragma once

#include <coroutine>

#include "base/clock.h"
#include "base/task.h"

namespace signet::net {

/// An executor that can also wait.
class TimedExecutor : public Executor {
 public:
  /// Resumes `handle` after `delay`. Thread: the executor's own
  virtual void resume_after(Duration delay, std::coroutine_handle<> handle) = 0;
};

}  // namespace signet::net
