#include "gateway/nginx/feed.h"

#include <algorithm>
#include <cstring>
#include <limits>

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
/// A server that does not say how long it remembers is believed about tokens of any age.
constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();

/// One question: with which cursor, and what was known then.
struct Asked {
  std::string cursor;
  std::uint64_t at = 0;
  bool is_of_past = false;  ///< the answer tells of the time before this gateway
};

/// The caller holds the lock.
std::string_view cursor_of(const FeedState& feed) {
  return {feed.cursor, feed.cursor_size};
}

void set_cursor(FeedState& feed, std::string_view cursor) {
  const std::size_t size = std::min(cursor.size(), FeedState::kMostCursor);
  std::memcpy(feed.cursor, cursor.data(), size);
  feed.cursor_size = static_cast<std::uint16_t>(size);
}

Asked begin_question(const TokenZone& zone, const FeedState& feed) {
  const ZoneLock lock(zone);
  const FeedProgress progress = feed.progress;
  return {.cursor = std::string(cursor_of(feed)),
          .at = feed.claimed_at,
          .is_of_past = progress == FeedProgress::Unread || progress == FeedProgress::Past};
}

/// How long what was cached could be used without the feed, before it is read now. Nothing for what tells of the time
/// before this gateway.
std::optional<Duration> unwatched_time(const FeedState& feed, const Asked& asked) {
  if (asked.is_of_past) return std::nullopt;
  const bool was_down = feed.failed_at > feed.succeeded_at;
  // While nobody asked anything, nothing was used: the first request after a pause waits for the feed
  return was_down ? Duration::max() : Duration(kUseUntil);
}

/// Marks everything; false when there was no room for a mark.
bool add_marks(const TokenZone& zone, const gateway::RevocationFeed& answer, std::optional<Duration> unwatched) {
  gateway::TimedSet marks = zone.marks();
  const Instant now = steady_instant();
  const Instant until = now + Duration(zone.memory().mark_lifetime.load());
  bool has_room = true;
  for (const auto& revocation : answer.revocations) {
    const bool is_new = !marks.contains(revocation.mark, now);
    if (!marks.extend(revocation.mark, until, now)) {
      has_room = false;
      continue;
    }
    const Duration delay = wall_clock() - revocation.revoked_at;
    if (is_new && unwatched && delay >= Duration{0}) {
      zone.memory().counters.count_revocation_delay(static_cast<std::uint64_t>(std::min(delay, *unwatched).count()));
    }
  }
  return has_room;
}

/// Marks that were made with a shorter life end too early, and the time of their making cannot be told any more: all
/// feeds of the zone are read anew.
void keep_marks_for(TokenMemory& memory, Duration retention) {
  if (retention.count() <= memory.mark_lifetime) return;
  for (FeedState& feed : memory.feeds) {
    feed.progress = FeedProgress::Unread;
    feed.cursor_size = 0;
  }
  memory.mark_lifetime = retention.count();
  ++memory.epoch;
}

/// What of the time before this answer is known.
std::int64_t known_since(const gateway::RevocationFeed& answer) {
  if (!answer.retention) return answer.reset ? steady_instant().time_since_epoch().count() : kAlways;
  return (steady_instant() - *answer.retention).time_since_epoch().count();
}

void advance(FeedState& feed, const Asked& asked, const gateway::RevocationFeed& answer, bool is_all_marked) {
  // Whoever asked too long ago was overtaken, and somebody else knows better where to go on
  const bool is_overtaken = cursor_of(feed) != asked.cursor;
  const bool is_anew = asked.cursor.empty() || answer.is_anew;
  if (!is_overtaken && is_anew) feed.known_since = known_since(answer);
  if (!is_all_marked) feed.known_since = steady_instant().time_since_epoch().count();
  if (is_overtaken) return;
  const bool is_of_past = is_anew || feed.progress == FeedProgress::Past;
  feed.progress = !answer.more_available ? FeedProgress::Current
                  : is_of_past           ? FeedProgress::Past
                                         : FeedProgress::Behind;
  set_cursor(feed, answer.cursor);
}

/// False: not everything found room.
bool learn(const NginxLocation& location, const gateway::RevocationFeed& told, const Asked& asked) {
  FeedState& feed = state_of(location);
  TokenMemory& memory = location.tokens->memory();
  const ZoneLock lock(*location.tokens);
  if (told.retention) keep_marks_for(memory, *told.retention);
  const bool has_room = add_marks(*location.tokens, told, unwatched_time(feed, asked));
  // Until the last answer is there, what is in it may be about anything that is cached
  if (!has_room || told.reset || told.more_available) ++memory.epoch;
  advance(feed, asked, told, has_room && !told.has_unknown && (!told.reset || told.is_anew));
  return has_room;
}

/// How long the answer was held.
Result<std::optional<Duration>> take_in(ngx_http_request_t* request, const NginxLocation& location,
                                        const ServerAnswer& answer, const Asked& asked) {
  if (answer.status != NGX_HTTP_OK) {
    return fail(ErrorCode::Unavailable, "The revocations cannot be read.", "status " + std::to_string(answer.status));
  }
  TRY_ASSIGN(const auto told, gateway::parse_revocation_feed(location.rules.settings.issuer, answer.body));
  if (!learn(location, told, asked)) {
    log_event(NGX_LOG_WARN, request, "the zone has no room for all revocations: tokens from before are asked about");
  }
  return told.held;
}

/// Of when the answer is: it was made when it had been held, and never later than now.
std::uint64_t time_of(const Asked& asked, std::optional<Duration> held) {
  const auto made = asked.at + static_cast<std::uint64_t>(held.value_or(Duration{0}).count());
  return std::max(asked.at, std::min(made, steady_clock()));
}

FeedAnswer on_feed(ngx_http_request_t* request, const NginxLocation& location, const ServerAnswer& answer,
                   const Asked& asked) {
  FeedState& feed = state_of(location);
  if (answer.abandoned) {
    feed.claimed_at = 0;
    return {};
  }
  gateway::Counters& counters = location.tokens->memory().counters;
  ++counters.feed_polls;
  const auto taken = take_in(request, location, answer, asked);
  if (taken) {
    feed.succeeded_at = time_of(asked, *taken);
    return {.is_taken = true, .held = *taken};
  }
  ++counters.feed_polls_failed;
  feed.failed_at = steady_clock();
  log_event(NGX_LOG_WARN, request,
            "revocations of the authorization server are not available: " + taken.error().detail);
  return {};
}

}  // namespace

FeedState& state_of(const NginxLocation& location) {
  return location.tokens->memory().feeds[location.feed];
}

void note_use(FeedState& feed, std::uint64_t now) {
  constexpr std::uint64_t kOften = 1'000;  // not at each request: all workers share the word
  if (now - feed.used_at > kOften) feed.used_at = now;
}

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
  const bool has_all = feed.progress == FeedProgress::Current;
  if (age < kRefreshAfter && has_all) return FeedAdvice::Use;
  if (age < kUseUntil) return is_asking ? FeedAdvice::Use : FeedAdvice::Refresh;
  return is_asking ? FeedAdvice::Wait : FeedAdvice::Ask;
}

bool knows_revocations_since(const NginxLocation& location, Instant issued_at, Instant now) {
  const FeedState& feed = state_of(location);
  if (feed.progress != FeedProgress::Current) return false;
  const std::int64_t since = feed.known_since;
  if (since == kAlways) return true;
  // Marks end, too; and the clock of who issued the token may be ahead
  const Instant least =
      std::max(from_unix_millis(since), now - Duration(location.tokens->memory().mark_lifetime.load()));
  return issued_at >= least + location.rules.policy.clock.future;
}

bool claim(FeedState& feed, std::uint64_t now) {
  std::uint64_t claimed = feed.claimed_at;
  const bool is_taken =
      claimed > std::max(feed.succeeded_at.load(), feed.failed_at.load()) && now - claimed < kPatience;
  return !is_taken && feed.claimed_at.compare_exchange_strong(claimed, now);
}

bool ask_feed(ngx_http_request_t* request, NginxLocation& location, std::optional<Duration> wait,
              std::function<void(const FeedAnswer&)> on_end) {
  static crypto::SystemRandom random;
  const Asked asked = begin_question(*location.tokens, state_of(location));
  std::vector<http::Form::Entry> asks;
  asks.push_back({"cursor", asked.cursor});
  if (wait) asks.push_back({"wait", std::to_string(wait->count())});
  auto form = gateway::make_question(location.rules.credential, std::move(asks), random, wall_clock());
  if (!form) return false;
  const Question question{.uri = location.rules.settings.revocations,
                          .accept = "application/json",
                          .form = *std::move(form),
                          .background = wait.has_value()};
  return send_question(request, question, [=, &location, end = std::move(on_end)](const ServerAnswer& answer) {
    end(on_feed(request, location, answer, asked));
  });
}

}  // namespace signet::nginx
