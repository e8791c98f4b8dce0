#pragma once
// Keeps up with what the authorization server revokes: while requests come, its feed is asked twice a second, by
// whichever worker notices first.

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

/// Is the caller the one who asks now?
[[nodiscard]] bool claim(FeedState& feed, std::uint64_t now);

/// Asks. `on_end` is called after the answer was taken in. False: out of memory
[[nodiscard]] bool ask_feed(ngx_http_request_t* request, NginxLocation& location, bool background,
                            std::function<void()> on_end);

}  // namespace signet::nginx
