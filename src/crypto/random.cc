#include "crypto/random.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "base/secret.h"

namespace signet::crypto {
namespace {

void generate(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::abort();
}

/// Counts the forks behind this process. A child has a copy of what its parent fetched ahead, and so have its brothers:
/// none of them may use it.
std::atomic<unsigned> forks = 0;

/// A call of the generator costs more than the bytes it gives, so each thread fetches some ahead. Bytes that were
/// handed out are wiped: what is left in memory was never used.
class Reserve {
 public:
  void take(std::span<std::uint8_t> out) {
    if (out.size() > bytes_.size() - used_ || forks_ != forks.load(std::memory_order_relaxed)) refill();
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    wipe(bytes_.data() + used_, out.size());
    used_ += out.size();
  }
  static constexpr std::size_t kBytes = 1024;

 private:
  void refill() {
    static const int kWatched = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    if (kWatched != 0) std::abort();
    forks_ = forks.load(std::memory_order_relaxed);
    generate(bytes_);
    used_ = 0;
  }
  std::array<std::uint8_t, kBytes> bytes_{};
  std::size_t used_ = kBytes;
  unsigned forks_ = 0;
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  thread_local Reserve reserve;
  if (out.size() > Reserve::kBytes / 4) return generate(out);
  reserve.take(out);
}

}  // namespace signet::crypto
