#include "gateway/nginx/feed.h"

#include <algorithm>
#include <cstring>

#include "crypto/random.h"
#include "gateway/nginx/subrequest.h"
#include "gateway/nginx/token_cache.h"
#include "gateway/revocation_feed.h"

namespace signet::nginx {
namespace {

constexpr std::uint64_t kRefreshAfter = 400;  ///< milliseconds
constexpr std::uint64_t kUseUntil = 900;      ///< with the time of one answer: below a second
constexpr std::uint64_t kPatience = 2'000;    ///< an asker that takes longer is given up
constexpr std::uint64_t kRetryAfter = 1'000;

FeedState& state_of(const NginxLocation& location) {
  return location.tokens->memory().feeds[location.feed];
}

std::string read_cursor(const TokenZone& zone, const FeedState& feed) {
  const ZoneLock lock(zone);
  return {feed.cursor, feed.cursor_size};
}

void write_cursor(const TokenZone& zone, FeedState& feed, std::string_view cursor) {
  const ZoneLock lock(zone);
  const std::size_t size = std::min(cursor.size(), FeedState::kMostCursor);
  std::memcpy(feed.cursor, cursor.data(), size);
  feed.cursor_size = static_cast<std::uint16_t>(size);
}

/// How long what was cached could be used without the feed, before it is read now. Nothing for the first answer, which
/// tells of the time before this gateway.
std::optional<Duration> unwatched_time(const FeedState& feed, bool is_first) {
  if (is_first) return std::nullopt;
  const bool was_down = feed.failed_at > feed.succeeded_at;
  // While nobody asked anything, nothing was used: the first request after a pause waits for the feed
  return was_down ? Duration::max() : Duration(kUseUntil);
}

/// Marks everything; false when there was no room for a mark.
bool add_marks(const TokenZone& zone, const gateway::RevocationFeed& answer, std::optional<Duration> unwatched) {
  gateway::TimedSet marks = zone.marks();
  const Instant now = steady_instant();
  for (const auto& revocation : answer.revocations) {
    const bool is_new = !marks.contains(revocation.mark, now);
    if (!marks.extend(revocation.mark, now + kMarkLifetime, now)) return false;
    const Duration delay = wall_clock() - revocation.revoked_at;
    if (is_new && unwatched && delay >= Duration{0}) {
      zone.memory().counters.count_revocation_delay(static_cast<std::uint64_t>(std::min(delay, *unwatched).count()));
    }
  }
  return true;
}

Result<void> take_in(const NginxLocation& location, const ServerAnswer& answer, bool is_first) {
  if (answer.status != NGX_HTTP_OK) {
    return fail(ErrorCode::Unavailable, "The revocations cannot be read.", "status " + std::to_string(answer.status));
  }
  TRY_ASSIGN(const auto feed, gateway::parse_revocation_feed(location.rules.settings.issuer, answer.body));
  const TokenZone& zone = *location.tokens;
  if (!add_marks(zone, feed, unwatched_time(state_of(location), is_first)) || feed.reset) ++zone.memory().epoch;
  write_cursor(zone, state_of(location), feed.cursor);
  return {};
}

void on_feed(ngx_http_request_t* request, const NginxLocation& location, const ServerAnswer& answer, bool is_first,
             std::uint64_t asked_at) {
  FeedState& feed = state_of(location);
  if (answer.abandoned) {
    feed.claimed_at = 0;
    return;
  }
  gateway::Counters& counters = location.tokens->memory().counters;
  ++counters.feed_polls;
  const auto taken = take_in(location, answer, is_first);
  if (taken) {
    feed.succeeded_at = asked_at;
    return;
  }
  ++counters.feed_polls_failed;
  feed.failed_at = steady_clock();
  log_event(NGX_LOG_WARN, request,
            "revocations of the authorization server are not available: " + taken.error().detail);
}

}  // namespace

FeedAdvice advise(const FeedState& feed, std::uint64_t now) {
  const std::uint64_t succeeded = feed.succeeded_at;
  const std::uint64_t failed = feed.failed_at;
  const std::uint64_t claimed = feed.claimed_at;
  const bool is_pending = claimed > std::max(succeeded, failed);
  const bool is_asking = is_pending && now - claimed < kPatience;
  const bool is_down = failed > succeeded || (is_pending && !is_asking);
  if (is_down)
    return is_asking || now - std::max(failed, claimed) < kRetryAfter ? FeedAdvice::Use : FeedAdvice::Refresh;
  const std::uint64_t age = succeeded == 0 ? kUseUntil : now - succeeded;
  if (age < kRefreshAfter) return FeedAdvice::Use;
  if (age < kUseUntil) return is_asking ? FeedAdvice::Use : FeedAdvice::Refresh;
  return is_asking ? FeedAdvice::Wait : FeedAdvice::Ask;
}

bool claim(FeedState& feed, std::uint64_t now) {
  std::uint64_t claimed = feed.claimed_at;
  const bool is_taken =
      claimed > std::max(feed.succeeded_at.load(), feed.failed_at.load()) && now - claimed < kPatience;
  return !is_taken && feed.claimed_at.compare_exchange_strong(claimed, now);
}

bool ask_feed(ngx_http_request_t* request, NginxLocation& location, bool background, std::function<void()> on_end) {
  static crypto::SystemRandom random;
  const std::uint64_t asked_at = state_of(location).claimed_at;
  const std::string cursor = read_cursor(*location.tokens, state_of(location));
  auto form = gateway::make_question(location.rules.credential, "cursor", cursor, random, wall_clock());
  if (!form) return false;
  const Question question{.uri = location.rules.settings.revocations,
                          .accept = "application/json",
                          .form = *std::move(form),
                          .background = background};
  const bool is_first = cursor.empty();
  return send_question(request, question, [=, &location, end = std::move(on_end)](const ServerAnswer& answer) {
    on_feed(request, location, answer, is_first, asked_at);
    if (end) end();
  });
}

}  // namespace signet::nginx
