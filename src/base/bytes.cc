#include "base/bytes.h"

namespace signet {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPlainAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kForeign = 0xff;
constexpr std::uint8_t kLastValue = 63;

constexpr std::array<std::uint8_t, 256> make_reverse(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  table.fill(kForeign);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr auto kUrlReverse = make_reverse(kUrlAlphabet);
constexpr auto kPlainReverse = make_reverse(kPlainAlphabet);

void append_encoded(std::string& out, BytesView bytes, std::string_view alphabet) {
  const std::size_t start = out.size();
  const std::size_t tail = bytes.size() % 3;
  out.resize(start + bytes.size() / 3 * 4 + (tail != 0 ? tail + 1 : 0));
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = (std::uint32_t{bytes[i]} << 16) | (std::uint32_t{bytes[i + 1]} << 8) | bytes[i + 2];
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[(group >> 12) & 63];
    *to++ = alphabet[(group >> 6) & 63];
    *to++ = alphabet[group & 63];
  }
  if (tail == 0) return;
  const std::uint32_t group = (std::uint32_t{bytes[i]} << 16) | (tail == 2 ? std::uint32_t{bytes[i + 1]} << 8 : 0);
  *to++ = alphabet[group >> 18];
  *to++ = alphabet[(group >> 12) & 63];
  if (tail == 2) *to++ = alphabet[(group >> 6) & 63];
}

Result<Bytes> decode(std::string_view text, const std::array<std::uint8_t, 256>& reverse) {
  if (text.size() % 4 == 1) return fail(ErrorCode::Malformed, "The base64 text has an impossible length.");
  const std::size_t tail = text.size() % 4;
  const std::size_t whole = text.size() - tail;
  Bytes out(whole / 4 * 3 + (tail == 0 ? 0 : tail - 1));
  std::uint8_t* to = out.data();
  const auto value = [&](std::size_t i) -> std::uint32_t { return reverse[static_cast<unsigned char>(text[i])]; };
  std::uint32_t seen = 0;  // every value read, so that one look at the end finds a foreign character
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = value(i), b = value(i + 1), c = value(i + 2), d = value(i + 3);
    seen |= a | b | c | d;
    *to++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
    *to++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
    *to++ = static_cast<std::uint8_t>(c << 6 | d);
  }
  std::uint32_t spare = 0;
  if (tail != 0) {
    const std::uint32_t a = value(whole), b = value(whole + 1), c = tail == 3 ? value(whole + 2) : 0;
    seen |= a | b | c;
    *to++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (tail == 3) *to++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
    spare = tail == 3 ? c & 0x3 : b & 0xf;
  }
  if (seen > kLastValue) return fail(ErrorCode::Malformed, "The base64 text has a character outside its alphabet.");
  if (spare != 0) return fail(ErrorCode::Malformed, "The base64 text has non-zero spare bits.");
  return out;
}

}  // namespace

std::string encode_base64url(BytesView bytes) {
  std::string out;
  append_encoded(out, bytes, kUrlAlphabet);
  return out;
}

void append_base64url(std::string& out, BytesView bytes) {
  append_encoded(out, bytes, kUrlAlphabet);
}

Result<Bytes> decode_base64url(std::string_view text) {
  return decode(text, kUrlReverse);
}

std::string encode_base64(BytesView bytes) {
  std::string out;
  append_encoded(out, bytes, kPlainAlphabet);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

Result<Bytes> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(ErrorCode::Malformed, "The base64 text lacks its padding.");
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode(text, kPlainReverse);
}

std::string encode_base32(BytesView bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC4648-6
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t pending = 0;  // bits that are not written yet are the lowest `count` ones
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (count += 8; count >= 5; count -= 5) out.push_back(kAlphabet[(pending >> (count - 5)) & 31]);
  }
  if (count != 0) out.push_back(kAlphabet[(pending << (5 - count)) & 31]);
  return out;
}

std::string encode_hex(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

Result<Bytes> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::Malformed, "The hexadecimal text has an odd length.");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::Malformed, "The hexadecimal text has a foreign character.");
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

bool equal_in_constant_time(BytesView a, BytesView b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = difference | static_cast<std::uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace signet
