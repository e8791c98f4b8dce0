#pragma once
// An executor that tells that it is idle when the test says so.

#include <atomic>

#include "base/task.h"

namespace signet::sql::test {

template <class Base>
class Resting : public Base {
 public:
  bool tell_when_idle(IdleListener& listener) override {
    listener_ = &listener;
    return true;
  }
  void rest() {
    if (IdleListener* const listener = listener_.exchange(nullptr)) listener->on_idle();
  }

 private:
  std::atomic<IdleListener*> listener_ = nullptr;
};

}  // namespace signet::sql::test
