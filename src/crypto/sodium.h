#pragma once
// libsodium, started once. Private to crypto.

#include <sodium.h>

#include <cstdlib>

namespace signet::crypto {

/// Lets libsodium choose its code for this processor; must come before any other call of it. Thread: any
inline void start_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace signet::crypto
