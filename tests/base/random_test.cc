#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fakes.h"

namespace signet {
namespace {

class FullRandom final : public Random {
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0xFF}); }
};

// A command would take "-oLs8…" for options.
TEST(RandomId, AnIdNeverBeginsWithAHyphen) {
  FullRandom full;
  EXPECT_EQ(make_random_id(full).front(), 'f');
  test::FixedRandom random;
  for (int i = 0; i < 4096; ++i) {
    const char first = make_random_id(random).front();
    EXPECT_TRUE((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'f')) << first;
  }
}

}  // namespace
}  // namespace signet
