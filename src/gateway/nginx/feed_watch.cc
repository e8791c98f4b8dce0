#include "gateway/nginx/feed_watch.h"

namespace signet::nginx {
namespace {

constexpr milliseconds kHold{400};  ///< with the time of the answer: well below what the cache may be used without one
constexpr milliseconds kPause{50};  ///< after an answer that was not held: many revocations are asked for together
constexpr std::uint64_t kIdle = 10'000;  ///< milliseconds without a use of the cache, and then nothing is asked

}  // namespace

FeedWatch::~FeedWatch() {
  if (timer_.timer_set) ngx_del_timer(&timer_);
}

void FeedWatch::start(const ngx_http_request_t* request) {
  if (!origin_) origin_ = origin_of(request);
  if (!timer_.timer_set) ask();
}

void FeedWatch::ask() {
  FeedState& feed = state_of(location_);
  if (!claim(feed, steady_clock())) return;
  ngx_http_request_t* own = begin_own_request(*origin_);
  const bool is_sent =
      own != nullptr && ask_feed(own, location_, kHold, [this](const FeedAnswer& answer) { on_answer(answer); });
  if (!is_sent) feed.claimed_at = 0;  // the next request that needs to know asks itself
  if (own != nullptr) release_own_request(own);
}

void FeedWatch::on_answer(const FeedAnswer& answer) {
  const FeedState& feed = state_of(location_);
  const bool has_all = feed.progress == FeedProgress::Current;
  // A server that does not hold questions is asked when a request finds that it is time
  if (!answer.is_taken || !answer.held || ngx_exiting || timer_.timer_set) return;
  if (has_all && steady_clock() - feed.used_at > kIdle) return;
  timer_.data = this;
  timer_.log = ngx_cycle->log;
  timer_.cancelable = 1;  // a worker that is told to end does not wait for it
  timer_.handler = [](ngx_event_t* event) { static_cast<FeedWatch*>(event->data)->ask(); };
  const bool was_held = *answer.held >= kPause || !has_all;
  ngx_add_timer(&timer_, was_held ? 0 : static_cast<ngx_msec_t>(kPause.count()));
}

}  // namespace signet::nginx
