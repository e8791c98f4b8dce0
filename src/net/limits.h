#pragma once

#include <cstddef>

#include "base/clock.h"

namespace signet::net {

/// What one connection may cost before it is refused or closed.
struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_fields = 100;
  std::size_t target_bytes = 8 * 1024;
  std::size_t body_bytes = 128 * 1024;
  std::size_t connections_per_thread = 10'000;
  Duration header_timeout = seconds{10};  ///< from the first byte of a request (or the accept) to its last header
  Duration body_timeout = seconds{20};
  Duration idle_timeout = seconds{75};  ///< keep-alive without a request
  Duration write_timeout = seconds{20};
  Duration handshake_timeout = seconds{10};
};

}  // namespace signet::net
