#pragma once
// The fingerprint of RSA keys made by a faulty smart card library, whose primes can be found (CVE-2017-15361, "ROCA").
// Private to crypto.

#include "base/bytes.h"

namespace signet::crypto {

/// True when `n` (big-endian) looks like such a modulus. An honest key is mistaken for one about once in 2^27.
[[nodiscard]] bool has_roca_fingerprint(BytesView n);

}  // namespace signet::crypto
