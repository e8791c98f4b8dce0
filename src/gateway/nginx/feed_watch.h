#pragma once
// One question about revocations that is always open while tokens are used: the authorization server holds it until
// something is revoked, so that a gateway learns of it within milliseconds. Of all workers and locations of one feed
// one asks.

#include <optional>

#include "gateway/nginx/feed.h"
#include "gateway/nginx/own_request.h"

namespace signet::nginx {

/// Of one location in one worker.
class FeedWatch {
 public:
  explicit FeedWatch(NginxLocation& location) : location_(location) {}
  ~FeedWatch();
  FeedWatch(const FeedWatch&) = delete;
  FeedWatch& operator=(const FeedWatch&) = delete;

  /// Opens the question unless one is open. `request` is one of the location's.
  void start(const ngx_http_request_t* request);

 private:
  void ask();
  void on_answer(const FeedAnswer& answer);

  NginxLocation& location_;
  std::optional<RequestOrigin> origin_;
  ngx_event_t timer_{};  ///< until the next question
};

}  // namespace signet::nginx
