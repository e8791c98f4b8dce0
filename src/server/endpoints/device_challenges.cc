// What waits for the answer of a device: everything it has to show, and not the number, which stands elsewhere.
#include "oauth/core_rfc6749.h"
#include "oauth/replay.h"
#include "server/devices/device_request.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

/// A device may ask this often, and is told to ask less often.
constexpr seconds kShortestPause{2};
constexpr seconds kUsualPause{5};

/// Adds a guard that fails when the device has asked in this piece of time already. It needs no table of its own: a
/// piece of time is a thing that can be used once.
std::size_t add_turn(sql::Batch& batch, const Exchange& exchange, const oauth::DeviceJwt& jwt) {
  const auto turn = to_unix_seconds(exchange.now) / kShortestPause.count();
  const Instant until = from_unix_seconds((turn + 1) * kShortestPause.count());
  return store::Replay::add_mark(batch, oauth::replay_hash(oauth::ReplayKind::DeviceQuery, exchange.issuer.id(),
                                                           jwt.jkt, std::to_string(turn), until));
}

http::Response make_slow_down() {
  const Error error{ErrorCode::Throttled, "This device asks too often."};
  http::Response response = http::make_json_response(oauth::wire_error(error.code).status, oauth::render_error(error));
  response.fields.set("Retry-After", std::to_string(kShortestPause.count()));
  return response;
}

json::object describe(const store::PushChallengeRecord& challenge) {
  return {{"challenge_id", challenge.challenge_id},
          {"purpose", challenge.purpose},
          {"shown", challenge.shown},  // a text, so that the device hashes exactly what it got
          {"shown_hash", encode_base64url(challenge.shown_hash)},
          {"expires_at", to_unix_seconds(challenge.expires_at)}};
}

}  // namespace

Task<Result<http::Response>> device_challenges(Exchange& exchange) {
  CO_TRY_ASSIGN(const KnownDevice device, co_await load_device(exchange, oauth::DeviceJwtUse::Query));
  sql::Batch batch;
  const std::size_t turn = add_turn(batch, exchange, device.jwt);
  const std::size_t mark = add_device_mark(batch, exchange, device.jwt);
  const std::size_t account = store::Accounts::add_require(batch, device.factor.account_id);
  CO_TRY_ASSIGN(const sql::BatchResult written, co_await exchange.context.database.write(std::move(batch)));
  if (written.failed_guard == turn) co_return make_slow_down();
  if (written.failed_guard == mark) co_return fail_replayed();
  if (written.failed_guard == account) {
    co_return fail(ErrorCode::AccessDenied, "The account of this device cannot be used at the moment.");
  }
  CO_TRY_ASSIGN(const auto pending,
                co_await exchange.context.store.push_challenges.list_pending(device.factor.account_id, exchange.now));
  json::array challenges;
  for (const auto& challenge : pending) {
    if (challenge.issuer == exchange.issuer.id()) challenges.push_back(describe(challenge));
  }
  http::Response response =
      http::make_json_response(200, render_json(json::object{{"challenges", std::move(challenges)}}));
  response.fields.set("Retry-After", std::to_string(kUsualPause.count()));
  co_return response;
}

}  // namespace signet::server
