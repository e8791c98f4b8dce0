// The feed that bounds how long a gateway acts on a token that was revoked: what has stopped since the gateway's last
// question, and for a gateway that knows nothing all that a living access token may be affected by. The cursor is a
// moment of this server's clock. Answers overlap, so that a revocation whose commit came late, or from a node whose
// clock is a little behind, is told with the next one. A gateway that says how long it can wait is answered as soon as
// something is revoked here.
#include "base/text.h"
#include "net/bell.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

constexpr Duration kOverlap = seconds{5};
constexpr std::size_t kMostRevocations = 1000;
constexpr std::size_t kCursorDigits = 16;
constexpr milliseconds kMostWait{1000};
/// What was revoked so shortly before the last answer may have been committed after it, so it counts as new.
constexpr Duration kCommitTime = milliseconds{50};

/// Where an answer begins. Its text is "began", or "began.from.skip" where an answer did not hold everything.
struct Cursor {
  Instant began{};         ///< when the first of the answers that belong together was made: the next ones go on there
  Instant from{};          ///< revocations of then or later
  std::size_t skip = 0;    ///< of them the first, which were told
  bool continues = false;  ///< `from` and `skip` are the end of an answer
};

std::unexpected<Error> refuse_cursor() {
  return fail(ErrorCode::InvalidRequest, "The parameter cursor must be the cursor of an answer given here.");
}

Result<std::vector<std::uint64_t>> parse_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (const auto part : split(text, '.')) {
    const auto number = part.size() <= kCursorDigits ? parse_decimal(part) : std::nullopt;
    if (!number || numbers.size() == 3) return refuse_cursor();
    numbers.push_back(*number);
  }
  if (numbers.size() == 2) return refuse_cursor();
  return numbers;
}

Instant instant_of(std::uint64_t millis) {
  return from_unix_millis(static_cast<std::int64_t>(millis));
}

/// Nothing when it is of a time of which too little is known. Fails: InvalidRequest
Result<std::optional<Cursor>> parse_cursor(std::string_view text, Instant now, Duration retention) {
  TRY_ASSIGN(const auto numbers, parse_numbers(text));
  const Instant began = instant_of(numbers.front());
  if (began < now - retention + kOverlap || began > now + kOverlap) return std::nullopt;
  if (numbers.size() == 1) return std::optional(Cursor{.began = began, .from = began - kOverlap});
  // What was remembered when the first answer was made is kept until the last one
  const Instant from = instant_of(numbers[1]);
  if (from < now - store::kRevocationMemory || from > now + kOverlap) return std::nullopt;
  return std::optional(
      Cursor{.began = began, .from = from, .skip = static_cast<std::size_t>(numbers[2]), .continues = true});
}

/// The end of an answer that does not hold everything.
Cursor end_of(const Cursor& start, const std::vector<store::RevocationRecord>& told) {
  const Instant last = told.back().revoked_at;
  const auto of_then = std::ranges::count(told, last, &store::RevocationRecord::revoked_at);
  const std::size_t before = start.from == last ? start.skip : 0;
  return {.began = start.began, .from = last, .skip = before + static_cast<std::size_t>(of_then), .continues = true};
}

std::string render(const Cursor& cursor) {
  const std::string began = std::to_string(to_unix_millis(cursor.began));
  if (!cursor.continues) return began;
  return began + "." + std::to_string(to_unix_millis(cursor.from)) + "." + std::to_string(cursor.skip);
}

std::string render(const store::RevocationRecord& revocation) {
  JsonWriter writer;
  writer.text(store::name_of(revocation.kind), revocation.subject);
  writer.number("revoked_at", to_unix_millis(revocation.revoked_at));
  return std::move(writer).take();
}

struct Answer {
  Cursor next;
  Instant now{};
  bool reset = false;
  Duration retention{};
  std::optional<Duration> held;  ///< for how long, when the caller was ready to wait
  std::vector<store::RevocationRecord> revocations;
};

std::string render(const Answer& answer) {
  std::string list = "[";
  for (const auto& revocation : answer.revocations) list += (list.size() > 1 ? "," : "") + render(revocation);
  JsonWriter writer;
  writer.text("cursor", render(answer.next)).number("now", to_unix_millis(answer.now));
  writer.boolean("reset", answer.reset).boolean("more_available", answer.next.continues);
  writer.number("retention", std::chrono::floor<seconds>(answer.retention).count());
  if (answer.held) writer.number("held", answer.held->count());
  writer.raw("revocations", list + "]");
  return std::move(writer).take();
}

/// Nothing when the caller does not wait. Fails: InvalidRequest
Result<std::optional<Duration>> find_wait(const http::Form& form) {
  const auto text = form.find("wait");
  if (!text) return std::nullopt;
  const auto wait = parse_decimal(*text);
  if (!wait || *wait > static_cast<std::uint64_t>(kMostWait.count())) {
    return fail(ErrorCode::InvalidRequest, "The parameter wait must be a number of milliseconds, at most 1000.");
  }
  return std::optional<Duration>(milliseconds{static_cast<std::int64_t>(*wait)});
}

/// Continues when something is revoked here, or after `at_most`. Gives the time it took.
Task<Duration> hold(net::Bell& revoked, std::uint64_t seen, Duration at_most) {
  const auto start = std::chrono::steady_clock::now();
  co_await revoked.wait(seen, at_most);
  const auto held = std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - start);
  co_return std::min<Duration>(held, at_most);
}

/// Is there nothing to tell that the caller may not know?
bool is_all_told(const Answer& answer, const Cursor& start) {
  if (start.continues || answer.next.continues) return false;
  return answer.revocations.empty() || answer.revocations.back().revoked_at < start.began - kCommitTime;
}

/// Reads what an answer tells, and where the next one begins. Fails: Unavailable, Bug (unreadable)
Task<Result<void>> fill(Answer& answer, const Exchange& exchange, const Cursor& start) {
  answer.now = exchange.context.clock.now();
  CO_TRY_ASSIGN(answer.revocations, co_await exchange.context.store.revocations.list(exchange.issuer.id(), start.from,
                                                                                     kMostRevocations + 1, start.skip));
  answer.next = {.began = start.continues ? start.began : answer.now};
  if (answer.revocations.size() <= kMostRevocations) co_return Result<void>();
  answer.revocations.pop_back();
  Cursor first = start;
  first.began = answer.next.began;
  answer.next = end_of(first, answer.revocations);
  co_return Result<void>();
}

}  // namespace

Task<Result<http::Response>> revocations(Exchange& exchange) {
  CO_TRY(check_resource_server(exchange));
  Answer answer;
  answer.retention = store::revocation_retention(exchange.issuer.config().access_token_lifetime);
  std::optional<Cursor> start;
  if (const auto cursor = exchange.form.find("cursor")) {
    CO_TRY_ASSIGN(start, parse_cursor(*cursor, exchange.now, answer.retention));
    answer.reset = !start;
  }
  CO_TRY_ASSIGN(const auto wait, find_wait(exchange.form));
  // Without a cursor that is known, everything is told that is remembered, and at once
  const bool may_hold = start.has_value();
  if (!start) start = {.began = exchange.now, .from = exchange.now - answer.retention};
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  const std::uint64_t seen = exchange.context.revoked.rings();
  CO_TRY(co_await fill(answer, exchange, *start));
  if (wait) {
    answer.held = Duration{0};
    if (may_hold && is_all_told(answer, *start)) {
      answer.held = co_await hold(exchange.context.revoked, seen, *wait);
      CO_TRY(co_await fill(answer, exchange, *start));
    }
  }
  co_return http::make_json_response(200, render(answer));
}

}  // namespace signet::server
