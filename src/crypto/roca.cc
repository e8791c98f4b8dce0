#include "crypto/roca.h"

#include <algorithm>

namespace signet::crypto {
namespace {

constexpr std::array<unsigned, 38> kPrimes{3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                           47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                           107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

unsigned remainder(BytesView n, unsigned prime) {
  unsigned rest = 0;
  for (const std::uint8_t byte : n) rest = (rest * 256 + byte) % prime;
  return rest;
}

/// Is `value` a power of 65537 modulo `prime`?
bool is_power_of_generator(unsigned value, unsigned prime) {
  const unsigned generator = 65537 % prime;
  unsigned power = 1;
  do {
    if (power == value) return true;
    power = power * generator % prime;
  } while (power != 1);
  return false;
}

}  // namespace

bool has_roca_fingerprint(BytesView n) {
  // The faulty primes are powers of 65537 modulo every small prime, so their product is one too. The first prime that
  // says otherwise ends the search, which for an honest key is one of the first few.
  return std::ranges::all_of(kPrimes,
                             [&](unsigned prime) { return is_power_of_generator(remainder(n, prime), prime); });
}

}  // namespace signet::crypto
