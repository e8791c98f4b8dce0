#include "gateway/timed_set.h"

#include <memory>
#include <thread>

#include "crypto/digest.h"

namespace signet::gateway {
namespace {

using Inserted = TimedSet::Inserted;
using namespace std::chrono_literals;

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

struct Memory {
  explicit Memory(std::size_t size)
      : slots(std::make_unique<TimedSet::Slot[]>(size)), set(header, {slots.get(), size}) {}
  TimedSet::Header header{};
  std::unique_ptr<TimedSet::Slot[]> slots;
  TimedSet set;
};

Digest256 name(int number) {
  return crypto::sha256("name " + std::to_string(number));
}

TEST(TimedSet, ASecondInsertIsAReplay) {
  Memory memory(1024);
  EXPECT_EQ(memory.set.insert(name(1), kNow + 90s, kNow), Inserted::First);
  EXPECT_EQ(memory.set.insert(name(1), kNow + 90s, kNow), Inserted::Again);
  EXPECT_EQ(memory.set.insert(name(1), kNow + 90s, kNow + 89s), Inserted::Again);
  EXPECT_EQ(memory.set.insert(name(2), kNow + 90s, kNow), Inserted::First);
}

TEST(TimedSet, TheLastMillisecondStillCounts) {
  Memory memory(1024);
  ASSERT_EQ(memory.set.insert(name(1), kNow + 90s + 1ms, kNow), Inserted::First);
  EXPECT_TRUE(memory.set.contains(name(1), kNow + 90s));
  EXPECT_FALSE(memory.set.contains(name(1), kNow + 91s));
}

TEST(TimedSet, AFullWindowRefusesInsteadOfForgetting) {
  Memory memory(64);
  for (int i = 0; i < 64; ++i) ASSERT_EQ(memory.set.insert(name(i), kNow + 90s, kNow), Inserted::First);
  EXPECT_EQ(memory.set.insert(name(64), kNow + 90s, kNow), Inserted::Full);
  EXPECT_EQ(memory.set.insert(name(0), kNow + 90s, kNow), Inserted::Again);
  EXPECT_EQ(memory.set.count(kNow), 64U);
}

TEST(TimedSet, AHashIsFoundBehindOthersThatHaveEnded) {
  Memory memory(64);  // one window: every hash may stand anywhere
  for (int i = 0; i < 40; ++i) {
    const Instant until = kNow + (i % 2 == 0 ? 10s : 90s);
    ASSERT_EQ(memory.set.insert(name(i), until, kNow), Inserted::First);
  }
  for (int i = 1; i < 40; i += 2) {
    EXPECT_TRUE(memory.set.contains(name(i), kNow + 20s)) << i;
    EXPECT_EQ(memory.set.insert(name(i), kNow + 90s, kNow + 20s), Inserted::Again) << i;
  }
}

TEST(TimedSet, SlotsAreUsedAgainAfterTheirEnd) {
  Memory memory(64);
  for (int i = 0; i < 64; ++i) ASSERT_EQ(memory.set.insert(name(i), kNow + 90s, kNow), Inserted::First);
  EXPECT_EQ(memory.set.insert(name(64), kNow + 200s, kNow + 100s), Inserted::First);
  EXPECT_EQ(memory.set.count(kNow + 100s), 1U);
}

TEST(TimedSet, AClockThatGoesBackDoesNotBringAForgottenHashToLife) {
  Memory memory(64);
  for (int i = 0; i < 64; ++i) ASSERT_EQ(memory.set.insert(name(i), kNow + 90s, kNow), Inserted::First);
  // An hour later the slots are overwritten, then the clock is put right
  for (int i = 64; i < 128; ++i) ASSERT_EQ(memory.set.insert(name(i), kNow + 1h + 90s, kNow + 1h), Inserted::First);
  EXPECT_EQ(memory.set.insert(name(0), kNow + 90s, kNow), Inserted::Unknown);
  EXPECT_EQ(memory.set.insert(name(500), kNow + 2h, kNow + 1h + 100s), Inserted::First);
}

TEST(TimedSet, AHashCanBeRememberedLonger) {
  Memory memory(64);
  EXPECT_TRUE(memory.set.extend(name(1), kNow + 10s, kNow));
  EXPECT_TRUE(memory.set.extend(name(1), kNow + 60s, kNow + 5s));
  EXPECT_EQ(memory.set.find(name(1), kNow + 20s), kNow + 60s);
  EXPECT_TRUE(memory.set.extend(name(1), kNow + 30s, kNow + 20s));
  EXPECT_EQ(memory.set.find(name(1), kNow + 20s), kNow + 60s);
  EXPECT_EQ(memory.set.count(kNow + 20s), 1U);
}

TEST(TimedSet, OfManyThreadsAtMostOneIsFirst) {
  Memory memory(4096);
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> first = 0;
    std::atomic<int> ready = 0;
    const auto attack = [&] {
      ++ready;
      while (ready.load() < 4) {
      }
      if (memory.set.insert(name(round), kNow + 90s, kNow) == Inserted::First) ++first;
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(attack);
    threads.clear();
    EXPECT_LE(first.load(), 1);
    EXPECT_TRUE(memory.set.contains(name(round), kNow));
  }
}

}  // namespace
}  // namespace signet::gateway
