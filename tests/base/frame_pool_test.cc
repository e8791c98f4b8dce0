#include "base/frame_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

namespace signet {
namespace {

constexpr std::size_t kSizes[] = {1, 127, 128, 129, 1000, 4096, 4097, 100'000};

TEST(FramePool, EveryFrameIsOnesOwnToItsLastByte) {
  std::vector<std::pair<unsigned char*, std::size_t>> frames;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : kSizes) {
      auto* const frame = static_cast<unsigned char*>(allocate_frame(size));
      std::memset(frame, static_cast<int>(frames.size()), size);
      frames.emplace_back(frame, size);
    }
  }
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto [frame, size] = frames[i];
    EXPECT_TRUE(frame[0] == i && frame[size - 1] == i) << size;
    release_frame(frame, size);
  }
}

TEST(FramePool, AFrameMayDieOnAnotherThread) {
  std::vector<void*> frames;
  std::thread([&] {
    for (const std::size_t size : kSizes) frames.push_back(allocate_frame(size));
  }).join();
  ASSERT_EQ(frames.size(), std::size(kSizes));
  for (std::size_t i = 0; i < frames.size(); ++i) release_frame(frames[i], kSizes[i]);
}

struct DiesLast {
  void* frame = nullptr;
  ~DiesLast() { release_frame(frame, 500); }
};

TEST(FramePool, AFrameMayOutliveThePoolOfItsThread) {
  std::thread([] {
    thread_local DiesLast last;  // made before the pool, so destroyed after it
    last.frame = nullptr;
    last.frame = allocate_frame(500);
    EXPECT_NE(last.frame, nullptr);
    release_frame(allocate_frame(500), 500);
  }).join();
}

TEST(FramePool, MoreFramesThanAreKeptGoBackToTheAllocator) {
  std::vector<void*> frames;
  for (int i = 0; i < 1000; ++i) frames.push_back(allocate_frame(300));
  EXPECT_EQ(std::ranges::count(frames, nullptr), 0);
  for (void* const frame : frames) release_frame(frame, 300);
}

}  // namespace
}  // namespace signet
