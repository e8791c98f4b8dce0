#pragma once
// What is known of what the authorization server revoked: whether it may be acted on, and the question that brings it
// up to date. Who asks, and when: FeedWatch while tokens are used, and a request itself where nobody has asked for too
// long.

#include <functional>
#include <optional>

#include "gateway/nginx/location.h"

namespace signet::nginx {

enum class FeedAdvice {
  Use,      ///< what is cached may be used
  Refresh,  ///< the same, and the feed should be asked meanwhile
  Ask,      ///< too long ago: ask first
  Wait,     ///< somebody is asking
};
/// `now` is of the steady clock. While the server does not answer, the ceiling of the cache is the bound.
[[nodiscard]] FeedAdvice advise(const FeedState& feed, std::uint64_t now);

/// Would everything be marked by which a token of that time can have been revoked? Both are of the steady clock
[[nodiscard]] bool knows_revocations_since(const NginxLocation& location, Instant issued_at, Instant now);

[[nodiscard]] FeedState& state_of(const NginxLocation& location);

/// Somebody acts on what is known.
void note_use(FeedState& feed, std::uint64_t now);

/// Is the caller the one who asks now?
[[nodiscard]] bool claim(FeedState& feed, std::uint64_t now);

struct FeedAnswer {
  bool is_taken = false;         ///< it came and could be read
  std::optional<Duration> held;  ///< by a server that holds questions
};

/// Asks. With `wait` the server may hold the question so long while there is nothing to tell, and the request goes on
/// meanwhile; without, it waits. `on_end` is called after the answer was taken in. False: out of memory
[[nodiscard]] bool ask_feed(ngx_http_request_t* request, NginxLocation& location, std::optional<Duration> wait,
                            std::function<void(const FeedAnswer&)> on_end);

}  // namespace signet::nginx
