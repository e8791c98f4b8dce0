#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace signet::server::authn {

/// A file of passwords that were part of a breach, as the public lists are given out: lines `SHA1HEX` or
/// `SHA1HEX:COUNT`, sorted by the hash. It may be of any size: a look-up is a binary search in the file, some 30 small
/// reads, and nothing of it is kept in memory. Thread: any
class BreachedPasswords {
 public:
  /// Opens the file and looks at its first line. Fails: NotFound, Malformed (not such a file)
  [[nodiscard]] static Result<BreachedPasswords> open(const std::string& path);

  BreachedPasswords(BreachedPasswords&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  BreachedPasswords(const BreachedPasswords&) = delete;
  BreachedPasswords& operator=(const BreachedPasswords&) = delete;
  ~BreachedPasswords();

  /// True when the list has this password. It reads the disk: for a worker thread. Fails: Unavailable (the file cannot
  /// be read or is out of order), which never means that the password is good
  [[nodiscard]] Result<bool> contains(const SecretText& password) const;

 private:
  struct Line {
    std::int64_t begin;
    std::int64_t next;
    std::string hash;  ///< 40 capital hexadecimal digits
  };
  explicit BreachedPasswords(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] Result<std::int64_t> size() const;
  /// The line around the byte `at`. Needs: low <= at < high, and a line begins at `low` and ends at `high`.
  [[nodiscard]] Result<Line> read_line(std::int64_t at, std::int64_t low, std::int64_t high) const;

  int descriptor_;
};

}  // namespace signet::server::authn
