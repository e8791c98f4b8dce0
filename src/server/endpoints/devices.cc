// A device answers to the code that a page shows: it says its name and proves its key. It counts for nothing until the
// page that showed the code takes it up.
#include "crypto/digest.h"
#include "oauth/shown_text.h"
#include "server/authn/accounts.h"
#include "server/authn/factors/push_enrolment.h"
#include "server/authn/page.h"
#include "server/authn/presentation.h"
#include "server/devices/device_request.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

constexpr std::size_t kMaxNameCharacters = 64;
constexpr PublicText kUnknownCode = "The code is unknown, was used, or has expired.";

/// What is stored of a device: {"jwk", "jkt", "name", "platform"}.
Result<std::string> describe_device(const oauth::DeviceJwt& jwt) {
  const std::string_view name = peek_string(jwt.claims.members, "name");
  if (!oauth::is_shown_text(name, kMaxNameCharacters)) {
    return fail(ErrorCode::InvalidRequest, "The name of the JWT must be 1 to 64 characters that can be seen.");
  }
  const std::string_view platform = peek_string(jwt.claims.members, "platform");
  if (!platform.empty() && !oauth::is_shown_text(platform, kMaxNameCharacters)) {
    return fail(ErrorCode::InvalidRequest, "The platform of the JWT must be 1 to 64 characters that can be seen.");
  }
  JsonWriter writer;
  writer.raw("jwk", jose::render_public_jwk(jwt.key)).text("jkt", jwt.jkt).text("name", name);
  writer.text_if("platform", platform);
  return std::move(writer).take();
}

Task<Result<void>> check_new_key(Exchange& exchange, std::string jkt) {
  CO_TRY_ASSIGN(const auto taken, co_await exchange.context.store.factors.find_by_lookup(
                                      exchange.issuer.id(), std::string(authn::kPush), crypto::sha256(jkt)));
  if (taken) co_return fail(ErrorCode::Conflict, "The jwk of the JWT is the key of a registered device.");
  co_return Result<void>();
}

/// Whose device it becomes, for the eyes of whoever holds it.
std::string render_answer(const Exchange& exchange, const oauth::DeviceJwt& jwt, const store::AccountRecord& account) {
  JsonWriter writer;
  writer.text("device_id", jwt.jkt).text("account", authn::display_name(account));
  writer.text("issuer_name", exchange.issuer.config().display_name);
  return std::move(writer).take();
}

}  // namespace

Task<Result<http::Response>> devices(Exchange& exchange) {
  CO_TRY_ASSIGN(const json::object body, parse_device_body(exchange.request));
  CO_TRY_ASSIGN(const oauth::DeviceJwt jwt, verify_member_jwt(exchange, body, oauth::DeviceJwtUse::Registration));
  const std::string code(peek_string(body, "code"));
  // The signature covers the code, so that a JWT seen on its way registers nothing elsewhere.
  if (code.empty() || peek_string(jwt.claims.members, "code_hash") != oauth::make_device_hash(code)) {
    co_return fail(ErrorCode::InvalidRequest, "The code_hash of the JWT is not the hash of the code.");
  }
  CO_TRY_ASSIGN(const std::string device, describe_device(jwt));
  const Digest256 hash = authn::hash_registration_code(exchange, code);
  CO_TRY_ASSIGN(const auto invited, co_await exchange.context.store.device_registrations.find(hash, exchange.now));
  if (!invited || invited->issuer != exchange.issuer.id()) co_return fail(ErrorCode::InvalidGrant, kUnknownCode);
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(invited->account_id));
  if (!account || account->disabled) co_return fail(ErrorCode::InvalidGrant, kUnknownCode);
  CO_TRY(co_await check_new_key(exchange, jwt.jkt));
  sql::Batch batch;
  (void)store::DeviceRegistrations::add_answer(batch, hash, device, exchange.now);
  AuditEvent("factor.push", "offered")
      .account(account->account_id)
      .text("jkt", jwt.jkt)
      .text("name", peek_string(jwt.claims.members, "name"))
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY_ASSIGN(const sql::BatchResult written, co_await exchange.context.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::InvalidGrant, kUnknownCode);
  co_return http::make_json_response(201, render_answer(exchange, jwt, *account));
}

Task<Result<http::Response>> device_register(Exchange& exchange) {
  // The code stands behind the "#", so it never comes here.
  const workflow::Facts facts = authn::facts_outside(exchange);
  const workflow::Representation page{.type = "finished",
                                      .title = authn::text(facts, authn::Text::PushRegisterTitle),
                                      .text = authn::text(facts, authn::Text::PushRegisterText)};
  co_return authn::make_page(exchange, page, {}, facts);
}

}  // namespace signet::server
