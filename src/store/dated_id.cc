#include "store/dated_id.h"

#include <algorithm>

#include "oauth/token_hash.h"

namespace signet::store {

std::string dated_id_prefix(Instant at) {
  return encode_hex(oauth::expiry_prefix(std::max(at, Instant())));
}

std::string make_dated_id(Instant at, Random& random) {
  return dated_id_prefix(at) + make_random_id(random);
}

}  // namespace signet::store
