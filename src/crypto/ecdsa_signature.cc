#include "crypto/ecdsa_signature.h"

#include <algorithm>

namespace signet::crypto {
namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kInteger = 0x02;

/// The shortest big-endian form of a positive number, with at least one byte.
BytesView without_leading_zeros(BytesView number) {
  while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
  return number;
}

/// The top bit of a DER integer is its sign, so a number that has it set takes a zero byte before it.
std::size_t integer_size(BytesView number) {
  return number.size() + (number.front() >= 0x80 ? 1 : 0);
}

std::uint8_t* append_integer(std::uint8_t* to, BytesView number) {
  *to++ = kInteger;
  *to++ = static_cast<std::uint8_t>(integer_size(number));
  if (number.front() >= 0x80) *to++ = 0;
  return std::ranges::copy(number, to).out;
}

/// Takes one positive INTEGER off the front of `der` and writes it right-aligned into `out`.
bool take_integer(BytesView& der, std::span<std::uint8_t> out) {
  if (der.size() < 3 || der[0] != kInteger || der[1] == 0 || der.size() < std::size_t{2} + der[1]) return false;
  const BytesView number = without_leading_zeros(der.subspan(2, der[1]));
  if (number.size() > out.size()) return false;
  std::ranges::copy(number, out.end() - static_cast<std::ptrdiff_t>(number.size()));
  der = der.subspan(std::size_t{2} + der[1]);
  return true;
}

}  // namespace

DerSignature der_from_raw_signature(BytesView raw) {
  const BytesView r = without_leading_zeros(raw.first(raw.size() / 2));
  const BytesView s = without_leading_zeros(raw.subspan(raw.size() / 2));
  const std::size_t body = 4 + integer_size(r) + integer_size(s);
  DerSignature der;
  std::uint8_t* to = der.bytes.data();
  *to++ = kSequence;
  if (body >= 0x80) *to++ = 0x81;
  *to++ = static_cast<std::uint8_t>(body);
  to = append_integer(append_integer(to, r), s);
  der.size = static_cast<std::size_t>(to - der.bytes.data());
  return der;
}

Result<Bytes> raw_from_der_signature(BytesView der, std::size_t width) {
  Bytes raw(width * 2);
  const std::size_t header = der.size() > 1 && der[1] == 0x81 ? 3 : 2;
  if (der.size() < header || der[0] != kSequence || der[header - 1] != der.size() - header) {
    return fail(ErrorCode::Malformed, "The signature is not DER.");
  }
  BytesView rest = der.subspan(header);
  const auto halves = std::span(raw);
  if (!take_integer(rest, halves.first(width)) || !take_integer(rest, halves.last(width)) || !rest.empty()) {
    return fail(ErrorCode::Malformed, "The signature is not DER.");
  }
  return raw;
}

}  // namespace signet::crypto
