#pragma once

#include "base/random.h"

namespace signet::crypto {

/// OpenSSL's generator. A failure of the generator ends the process: there is no safe way to go on.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace signet::crypto
