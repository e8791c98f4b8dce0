#pragma once
// What a fuzz target does when a parser breaks one of its promises.

#include <cstdlib>

namespace signet::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace signet::fuzz
