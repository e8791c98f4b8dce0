#pragma once
// The signing keys of one authorization server, as one worker has them.

#include <optional>

#include "jose/jwks.h"

namespace signet::nginx {

/// Times are of the steady clock, in milliseconds. Thread: one worker has one thread
class KeyRing {
 public:
  enum class Advice {
    Use,    ///< keys() is what there is; a key that is not among them does not exist
    Fetch,  ///< fetch the set, then ask again
    Wait,   ///< somebody else is fetching
    Fail,   ///< it was fetched a moment ago without success, and there are no keys
  };
  /// `kid` empty: any key will do.
  [[nodiscard]] Advice advise(std::string_view kid, std::uint64_t now) const;
  void begin_fetch(std::uint64_t now);
  void end_fetch(Result<jose::JwkSet> keys, std::uint64_t now);
  /// The one who fetched has gone.
  void abandon_fetch() { fetching_since_.reset(); }
  [[nodiscard]] const jose::JwkSet& keys() const { return *keys_; }

 private:
  [[nodiscard]] bool has_kid(std::string_view kid) const;
  [[nodiscard]] std::uint64_t spare_fetches(std::uint64_t now) const;
  std::optional<jose::JwkSet> keys_;
  std::uint64_t fetched_at_ = 0;
  std::uint64_t attempted_at_ = 0;
  std::optional<std::uint64_t> fetching_since_;
  std::uint64_t spared_at_ = 0;  ///< when there were `spared_` fetches to spare
  std::uint64_t spared_ = 2;
};

}  // namespace signet::nginx
