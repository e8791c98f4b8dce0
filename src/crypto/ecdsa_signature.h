#pragma once
// The two forms of an ECDSA signature: r||s of fixed length (JWS) and a DER sequence of two integers (OpenSSL, X.509).
// Private to crypto. Written by hand because the library's conversion costs 0.7 µs and allocates.

#include <array>

#include "base/bytes.h"

namespace signet::crypto {

/// DER without a heap: two integers of at most 67 bytes each and 3 bytes of sequence header.
struct DerSignature {
  std::array<std::uint8_t, 141> bytes{};
  std::size_t size = 0;
};

/// `raw` must be r||s with both halves of the same length, at most 66 bytes each.
[[nodiscard]] DerSignature der_from_raw_signature(BytesView raw);

/// r||s with halves of `width` bytes. Fails: Malformed
[[nodiscard]] Result<Bytes> raw_from_der_signature(BytesView der, std::size_t width);

}  // namespace signet::crypto
