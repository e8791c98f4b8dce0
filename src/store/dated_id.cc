#include "store/dated_id.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace signet::store {

std::string dated_id_prefix(Instant at) {
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_millis(at), 0));
  std::array<std::uint8_t, 6> bytes{};
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, millis >>= 8) {
    *byte = static_cast<std::uint8_t>(millis & 0xff);
  }
  return encode_hex(bytes);
}

std::string make_dated_id(Instant at, Random& random) {
  return dated_id_prefix(at) + make_random_id(random);
}

}  // namespace signet::store
