#pragma once
// Memory for coroutine frames.
//
// A request makes about twenty frames, and most die before the next one is made. Here the frame that was freed last is
// handed out first, so its memory is still in the cache; a general allocator goes round its pages and finds cold ones.
// Each thread keeps its own frames: no lock, and no limit but the one on how many are kept.

#include <cstddef>

namespace signet {

/// Memory for a frame of `size` bytes. Thread: any
[[nodiscard]] void* allocate_frame(std::size_t size);
/// Gives it back; on another thread than the one that took it is fine. Thread: any
void release_frame(void* frame, std::size_t size) noexcept;

}  // namespace signet
