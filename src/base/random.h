#pragma once
// The source of randomness, passed in like the clock so that tests can repeat themselves.

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace signet {

class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with unpredictable bytes. Thread: any
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// 256 random bits as 43 base64url characters: the form of every token, code, handle and identifier the house makes.
[[nodiscard]] inline std::string make_random_token(Random& random) {
  Digest256 bytes{};
  random.fill(bytes);
  return encode_base64url(bytes);
}

/// 127 random bits as 22 base64url characters, for names that are not credentials (record ids, client ids). The first
/// is a letter: people give these names to commands, where a hyphen would begin an option.
[[nodiscard]] inline std::string make_random_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[0] &= 0x7F;  // A to f: the half of the alphabet without digits, "-" and "_"
  return encode_base64url(bytes);
}

}  // namespace signet
