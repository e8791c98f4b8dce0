#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

#include "base/secret.h"

namespace signet::crypto {
namespace {

void generate(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::abort();
}

/// A call of the generator costs more than the bytes it gives, so each thread fetches some ahead. Bytes that were
/// handed out are wiped: what is left in memory was never used.
class Reserve {
 public:
  void take(std::span<std::uint8_t> out) {
    if (out.size() > bytes_.size() - used_) refill();
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    wipe(bytes_.data() + used_, out.size());
    used_ += out.size();
  }
  static constexpr std::size_t kBytes = 1024;

 private:
  void refill() {
    generate(bytes_);
    used_ = 0;
  }
  std::array<std::uint8_t, kBytes> bytes_{};
  std::size_t used_ = kBytes;
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  thread_local Reserve reserve;
  if (out.size() > Reserve::kBytes / 4) return generate(out);
  reserve.take(out);
}

}  // namespace signet::crypto
