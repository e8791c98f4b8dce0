#include "server/authn/app_origin.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/hypermedia.h"
#include "server/authn/interaction.h"

namespace signet::server::authn {
namespace {

/// A page that only wants to look announces no proof.
bool announces_proof(const http::Request& request) {
  const auto names = split(request.fields.get("Access-Control-Request-Headers"), ',');
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(names, [&](auto each) { return equals_ignoring_ascii_case(trim(each), name); });
  };
  return has("Authorization") && has("DPoP");
}

Task<Result<std::string>> find_client_id(Exchange& exchange) {
  if (exchange.endpoint_path == "/login/*") {
    co_return co_await find_client_of_login(exchange);
  }
  const auto query = http::Form::parse(exchange.request.query());
  co_return std::string(query ? query->find("client_id").value_or("") : "");
}

Task<Result<bool>> is_known_origin(Exchange& exchange, std::string origin) {
  CO_TRY_ASSIGN(std::string client_id, co_await find_client_id(exchange));
  if (client_id.empty()) co_return false;
  CO_TRY_ASSIGN(const ClientPointer client,
                co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(), client_id));
  co_return client != nullptr&& oauth::may_drive_login(*client) && oauth::is_origin_of(*client, origin);
}

}  // namespace

Task<std::string> find_app_origin(Exchange& exchange) {
  const bool is_preflight = exchange.request.method == "OPTIONS";
  const bool is_asked = exchange.issuer.config().hypermedia_authentication &&
                        (is_preflight ? announces_proof(exchange.request) : exchange.is_app);
  std::string origin(exchange.request.fields.get("Origin"));
  if (!is_asked || origin.empty()) co_return std::string();
  const auto known = co_await is_known_origin(exchange, origin);
  // Without an answer of the store nobody is let in.
  co_return known && *known ? std::move(origin) : std::string();
}

http::Response make_app_preflight(std::string_view methods) {
  http::Response response{.status = 204};
  response.fields.set("Access-Control-Allow-Methods", join(split_words(methods), ", "));
  response.fields.set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, DPoP, Session-Id");
  response.fields.set("Access-Control-Max-Age", "600");
  return response;
}

void add_face_fields(const Exchange& exchange, http::Response& response) {
  if (!exchange.issuer.config().hypermedia_authentication) return;
  response.fields.set("Vary", "Accept, Origin");
  if (exchange.app_origin.empty()) return;
  // Without Access-Control-Allow-Credentials, so that no cookie comes along.
  response.fields.set("Access-Control-Allow-Origin", exchange.app_origin);
  response.fields.set("Access-Control-Expose-Headers", "DPoP-Nonce, Retry-After, Set-Session-Id, WWW-Authenticate");
}

}  // namespace signet::server::authn
