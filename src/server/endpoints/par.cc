#include "oauth/par_rfc9126.h"
#include "server/endpoints/endpoints.h"
#include "server/pipelines/authorization_request.h"
#include "server/possession.h"
#include "server/single_use_batch.h"

namespace signet::server {
namespace {

/// RFC9449-10.1: a proof at PAR binds the code to its key, as `dpop_jkt` does; together they must agree.
Result<void> bind_to_proven_key(oauth::AuthorizationRequest& request, const std::optional<ProvenKey>& proven) {
  if (!proven) return {};
  if (!request.dpop_jkt.empty() && request.dpop_jkt != proven->jkt) {
    return fail(ErrorCode::InvalidDpopProof, "The DPoP proof is of another key than dpop_jkt names.");
  }
  request.dpop_jkt = proven->jkt;
  return {};
}

Result<oauth::AuthorizationRequest> parse_pushed(const Exchange& exchange, const std::optional<ProvenKey>& proven) {
  const oauth::ClientMetadata& client = exchange.client();
  TRY(oauth::check_pushed_parameters(exchange.form));
  TRY_ASSIGN(auto request, oauth::parse_authorization_request(exchange.form));
  request.client_id = client.client_id;
  // RFC9126-2.3: errors of this endpoint are those of the token endpoint; invalid_redirect_uri is none of them.
  TRY_ASSIGN(request.redirect_uri,
             oauth::select_redirect_uri(request, RequestChannel::Pushed, client, exchange.issuer.profile()));
  take_out_ignored_scopes(exchange.issuer, client, request);
  TRY(check_authorization_request(exchange.issuer, client, request, RequestChannel::Pushed));
  TRY(bind_to_proven_key(request, proven));
  return request;
}

}  // namespace

Task<Result<http::Response>> par(Exchange& exchange) {
  CO_TRY_ASSIGN(const auto proven, find_proven_key(exchange, exchange.client()));
  CO_TRY_ASSIGN(auto request, parse_pushed(exchange, proven));
  const Duration lifetime = exchange.issuer.config().request_uri_lifetime;
  const std::string token = oauth::make_credential(exchange.context.random, exchange.now + lifetime);

  SingleUseBatch batch(exchange, proven ? std::optional(proven->mark) : std::nullopt);
  store::PushedRequests::add_insert(batch.statements(), {.request_uri_hash = oauth::TokenHash::of(token),
                                                         .issuer = exchange.issuer.id(),
                                                         .client_id = exchange.client_id,
                                                         .request = std::move(request),
                                                         .expires_at = exchange.now + lifetime});
  AuditEvent("authorization_request.pushed", "granted")
      .client(exchange.client_id)
      .add_to(batch.statements(), exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY(co_await batch.commit());
  exchange.context.metrics.count(Metrics::Counter::PushedRequests);
  http::Response response = http::make_json_response(
      201, oauth::render_pushed_response({.request_uri = oauth::make_request_uri(token), .expires_in = lifetime}));
  add_fresh_nonce(exchange, response);
  co_return response;
}

}  // namespace signet::server
