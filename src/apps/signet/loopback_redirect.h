#pragma once
// Where a person's browser comes back to: a listener on 127.0.0.1 that lives for one login. Spec: RFC8252-7.3,
// RFC8252-8.3

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace signet::apps {

/// What a person may take in the browser.
inline constexpr Duration kPersonsTime = minutes{5};

class LoopbackRedirect {
 public:
  /// Listens for the callback of `registered`, a loopback redirect URI; without a port in it any free one is taken.
  /// Fails: InvalidRedirectUri, Unavailable
  [[nodiscard]] static Result<std::unique_ptr<LoopbackRedirect>> listen(const std::string& registered);
  ~LoopbackRedirect();
  LoopbackRedirect(const LoopbackRedirect&) = delete;
  LoopbackRedirect& operator=(const LoopbackRedirect&) = delete;

  /// The redirect URI with the port it really has.
  [[nodiscard]] const std::string& uri() const;
  /// The query of the first callback. Blocks this thread. Fails: Timeout
  [[nodiscard]] Result<std::string> wait(Duration at_most);

 private:
  struct Impl;
  explicit LoopbackRedirect(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::apps
