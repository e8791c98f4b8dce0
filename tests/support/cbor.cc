#include "support/cbor.h"

namespace signet::test::cbor {

Bytes head(unsigned major, std::uint64_t argument) {
  const auto first = static_cast<std::uint8_t>(major << 5);
  if (argument < 24) return {static_cast<std::uint8_t>(first | argument)};
  const unsigned power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000 ? 2 : 3;
  Bytes out{static_cast<std::uint8_t>(first | (24 + power))};
  for (int shift = (8 << power) - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(argument >> shift));
  return out;
}

Bytes append(Bytes to, BytesView more) {
  to.insert(to.end(), more.begin(), more.end());
  return to;
}

Bytes integer(std::int64_t value) {
  return value >= 0 ? head(0, static_cast<std::uint64_t>(value)) : head(1, static_cast<std::uint64_t>(-1 - value));
}

Bytes bytes(BytesView value) {
  return append(head(2, value.size()), value);
}

Bytes text(std::string_view value) {
  return append(head(3, value.size()), as_bytes(value));
}

Bytes boolean(bool value) {
  return {static_cast<std::uint8_t>(value ? 0xf5 : 0xf4)};
}

Bytes array(const std::vector<Bytes>& items) {
  Bytes out = head(4, items.size());
  for (const auto& item : items) out = append(std::move(out), item);
  return out;
}

Bytes map(const std::vector<std::pair<Bytes, Bytes>>& entries) {
  Bytes out = head(5, entries.size());
  for (const auto& [key, value] : entries) out = append(append(std::move(out), key), value);
  return out;
}

}  // namespace signet::test::cbor
