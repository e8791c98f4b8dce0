#include "server/devices/device_request.h"

#include "crypto/digest.h"
#include "oauth/replay.h"
#include "server/authn/factors/push_enrolment.h"

namespace signet::server {

Result<json::object> parse_device_body(const http::Request& request) {
  if (http::media_type(request.fields.get("Content-Type")) != "application/json") {
    return fail(ErrorCode::UnsupportedMediaType, "The Content-Type must be application/json.");
  }
  auto body = parse_json_object(request.body, {.bytes = 16 * 1024, .depth = 2});
  if (!body) return fail_as(std::move(body).error(), ErrorCode::InvalidRequest, "The body is not a JSON object.");
  return body;
}

Result<oauth::DeviceJwt> verify_member_jwt(const Exchange& exchange, const json::object& body,
                                           oauth::DeviceJwtUse use) {
  return oauth::verify_device_jwt(peek_string(body, "jwt"), use, exchange.issuer.url(), exchange.now);
}

Task<Result<KnownDevice>> load_device(Exchange& exchange, oauth::DeviceJwtUse use) {
  CO_TRY_ASSIGN(const json::object body, parse_device_body(exchange.request));
  CO_TRY_ASSIGN(oauth::DeviceJwt jwt, verify_member_jwt(exchange, body, use));
  CO_TRY_ASSIGN(auto factor, co_await exchange.context.store.factors.find_by_lookup(
                                 exchange.issuer.id(), std::string(authn::kPush), crypto::sha256(jwt.jkt)));
  if (!factor) co_return fail(ErrorCode::InvalidClient, "The jwk of the JWT is the key of no registered device.");
  co_return KnownDevice{*std::move(factor), std::move(jwt), std::string(peek_string(body, "jwt"))};
}

std::size_t add_device_mark(sql::Batch& batch, const Exchange& exchange, const oauth::DeviceJwt& jwt) {
  return store::Replay::add_mark(batch, oauth::replay_hash(oauth::ReplayKind::DeviceJwt, exchange.issuer.id(), jwt.jkt,
                                                           *jwt.claims.jti, jwt.until));
}

std::unexpected<Error> fail_replayed() {
  return fail(ErrorCode::InvalidRequest, "The jti of the JWT was used before.");
}

Result<std::string> load_text_claim(const oauth::DeviceJwt& jwt, std::string_view name, PublicText refusal) {
  const std::string_view value = peek_string(jwt.claims.members, name);
  if (value.empty()) return fail(ErrorCode::InvalidRequest, refusal);
  return std::string(value);
}

}  // namespace signet::server
