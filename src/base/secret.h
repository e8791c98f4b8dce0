#pragma once
// Secret<T>: a value that is wiped when it dies and that cannot be printed, logged or compared by accident.

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace signet {

/// Overwrites memory in a way the compiler may not remove.
inline void wipe(void* data, std::size_t size) {
  if (size == 0) return;
  std::memset(data, 0, size);
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

/// Holds a secret `T` (a container of bytes or characters). It has no stream operator, no conversion and no formatter:
/// the one way in is `reveal()`, which is easy to find in a review.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      clear();
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      clear();
      value_ = std::move(other.value_);
      other.clear();
    }
    return *this;
  }
  ~Secret() { clear(); }

  [[nodiscard]] const T& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  /// The whole capacity: a short string that was moved from has size 0 and still holds its characters.
  void clear() {
    value_.resize(value_.capacity());
    wipe(value_.data(), value_.size() * sizeof(*value_.data()));
    value_.clear();
  }
  T value_;
};

using SecretText = Secret<std::string>;
using SecretBytes = Secret<std::vector<std::uint8_t>>;

}  // namespace signet
