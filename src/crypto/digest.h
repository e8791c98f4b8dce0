#pragma once
// SHA-2 digests and HMAC, and SHA-1 for the one list that is sorted by it.

#include <array>

#include "base/bytes.h"

namespace signet::crypto {

using Digest160 = std::array<std::uint8_t, 20>;
using Digest384 = std::array<std::uint8_t, 48>;
using Digest512 = std::array<std::uint8_t, 64>;

[[nodiscard]] Digest256 sha256(BytesView data);
[[nodiscard]] inline Digest256 sha256(std::string_view text) {
  return sha256(as_bytes(text));
}
[[nodiscard]] Digest384 sha384(BytesView data);
[[nodiscard]] Digest512 sha512(BytesView data);

/// SHA-1, for looking things up in lists that others made with it. It proves nothing: never for signatures, names of
/// certificates or anything stored.
[[nodiscard]] Digest160 sha1(BytesView data);

/// HMAC-SHA-256. Spec: RFC2104
[[nodiscard]] Digest256 hmac_sha256(BytesView key, BytesView data);

}  // namespace signet::crypto
