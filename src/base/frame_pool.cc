#include "base/frame_pool.h"

#include <array>
#include <new>

namespace signet {
namespace {

// Sanitizers must see every frame come and go.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIGNET_PLAIN_FRAMES 1
#endif
#endif

#ifndef SIGNET_PLAIN_FRAMES

constexpr std::size_t kStep = 128;
constexpr std::size_t kClasses = 32;      // frames up to 4 KiB
constexpr std::size_t kKeptOfClass = 64;  // at most 4 MiB a thread in all, and in fact a tenth of it

std::size_t class_of(std::size_t size) {
  return (size - 1) / kStep;
}

class FramePool {
 public:
  ~FramePool() {
    for (Shelf& shelf : shelves_) {
      while (void* const frame = shelf.take()) ::operator delete(frame);
    }
    is_open = false;
  }

  void* allocate(std::size_t size_class) {
    void* const kept = shelves_[size_class].take();
    return kept != nullptr ? kept : ::operator new((size_class + 1) * kStep);
  }
  void release(void* frame, std::size_t size_class) noexcept {
    if (!shelves_[size_class].put(frame)) ::operator delete(frame);
  }

  /// False once the thread is ending: frames that die after its pool go to the allocator.
  static thread_local bool is_open;

 private:
  struct Shelf {
    struct Free {
      Free* next;
    };
    Free* first = nullptr;
    std::size_t count = 0;

    void* take() {
      Free* const frame = first;
      if (frame == nullptr) return nullptr;
      first = frame->next;
      --count;
      return frame;
    }
    bool put(void* frame) noexcept {
      if (count == kKeptOfClass) return false;
      first = ::new (frame) Free{first};
      ++count;
      return true;
    }
  };
  std::array<Shelf, kClasses> shelves_{};
};

thread_local bool FramePool::is_open = true;
thread_local FramePool pool;

#endif

}  // namespace

#ifdef SIGNET_PLAIN_FRAMES

void* allocate_frame(std::size_t size) {
  return ::operator new(size);
}
void release_frame(void* frame, std::size_t) noexcept {
  ::operator delete(frame);
}

#else

void* allocate_frame(std::size_t size) {
  const std::size_t size_class = class_of(size);
  return size_class < kClasses && FramePool::is_open ? pool.allocate(size_class) : ::operator new(size);
}

void release_frame(void* frame, std::size_t size) noexcept {
  const std::size_t size_class = class_of(size);
  if (size_class < kClasses && FramePool::is_open) {
    pool.release(frame, size_class);
  } else {
    ::operator delete(frame);
  }
}

#endif

}  // namespace signet
