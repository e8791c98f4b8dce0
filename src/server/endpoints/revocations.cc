// The feed that bounds how long a gateway acts on a token that was revoked: what has stopped since the gateway's last
// question. The cursor is a moment of this server's clock. Answers overlap, so that a revocation whose commit came
// late, or from a node whose clock is a little behind, is told with the next one.
#include "base/text.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

constexpr Duration kOverlap = seconds{5};
constexpr std::size_t kMostRevocations = 1000;
constexpr std::size_t kCursorDigits = 16;

/// The moment of the last answer; a gateway without one is told everything that is remembered. Nothing when it is of a
/// time of which too little is known. Fails: InvalidRequest
Result<std::optional<Instant>> find_start(const http::Form& form, Instant now) {
  const Instant oldest = now - store::kRevocationMemory + kOverlap;
  const auto cursor = form.find("cursor");
  if (!cursor) return oldest;
  const auto millis = cursor->size() <= kCursorDigits ? parse_decimal(*cursor) : std::nullopt;
  if (!millis)
    return fail(ErrorCode::InvalidRequest, "The parameter cursor must be the cursor of an answer given here.");
  const Instant asked = from_unix_millis(static_cast<std::int64_t>(*millis));
  const bool is_known = oldest <= asked && asked <= now + kOverlap;
  return is_known ? std::optional(asked) : std::nullopt;
}

std::string render(const store::RevocationRecord& revocation) {
  JsonWriter writer;
  writer.text(store::name_of(revocation.kind), revocation.subject);
  writer.number("revoked_at", to_unix_millis(revocation.revoked_at));
  return std::move(writer).take();
}

std::string render(Instant now, bool reset, const std::vector<store::RevocationRecord>& revocations) {
  std::string list = "[";
  for (const auto& revocation : revocations) list += (list.size() > 1 ? "," : "") + render(revocation);
  JsonWriter writer;
  writer.text("cursor", std::to_string(to_unix_millis(now))).number("now", to_unix_millis(now));
  writer.boolean("reset", reset).raw("revocations", list + "]");
  return std::move(writer).take();
}

}  // namespace

Task<Result<http::Response>> revocations(Exchange& exchange) {
  CO_TRY(check_resource_server(exchange));
  CO_TRY_ASSIGN(const auto start, find_start(exchange.form, exchange.now));
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  if (!start) co_return http::make_json_response(200, render(exchange.now, true, {}));
  CO_TRY_ASSIGN(const auto list, co_await exchange.context.store.revocations.list(
                                     exchange.issuer.id(), *start - kOverlap, kMostRevocations + 1));
  // More than fits an answer is as good as everything: the gateway asks anew about what it still needs.
  const bool too_many = list.size() > kMostRevocations;
  co_return http::make_json_response(
      200, render(exchange.now, too_many, too_many ? std::vector<store::RevocationRecord>{} : list));
}

}  // namespace signet::server
