#pragma once
// Bytes and their text forms. Text is std::string; anything that is not text is Bytes.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Digest256 = std::array<std::uint8_t, 32>;

/// The bytes of a text, without a copy.
[[nodiscard]] inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// The same bytes seen as text, without a copy and without a check of the encoding.
[[nodiscard]] inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Base64url without padding. Spec: RFC4648-5, RFC7515-2
[[nodiscard]] std::string encode_base64url(BytesView bytes);
void append_base64url(std::string& out, BytesView bytes);

/// The bytes of an unpadded base64url text. Padding, white space, foreign characters and non-zero spare bits are
/// refused, so every byte sequence has exactly one accepted form. Fails: Malformed
[[nodiscard]] Result<Bytes> decode_base64url(std::string_view text);

/// Plain base64 with padding (PEM bodies, `x5c`, RFC 9440). Fails: Malformed
[[nodiscard]] std::string encode_base64(BytesView bytes);
[[nodiscard]] Result<Bytes> decode_base64(std::string_view text);

/// Base32 without padding, the form in which people and authenticator apps are given a key. Spec: RFC4648-6
[[nodiscard]] std::string encode_base32(BytesView bytes);

/// The value of a hexadecimal digit of either case, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
/// Lower-case hexadecimal.
[[nodiscard]] std::string encode_hex(BytesView bytes);
[[nodiscard]] Result<Bytes> decode_hex(std::string_view text);

/// Compares in a time that depends on the lengths alone.
[[nodiscard]] bool equal_in_constant_time(BytesView a, BytesView b);

}  // namespace signet
