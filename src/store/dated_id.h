#pragma once
// Ids of rows that leave by age: they begin with the time of their birth, so that rows of one age stand together.

#include <string>

#include "base/clock.h"
#include "base/random.h"

namespace signet::store {

/// 12 hexadecimal digits of milliseconds and 22 random characters.
[[nodiscard]] std::string make_dated_id(Instant at, Random& random);
/// What ids of this moment and later begin with; itself smaller than all of them.
[[nodiscard]] std::string dated_id_prefix(Instant at);

}  // namespace signet::store
