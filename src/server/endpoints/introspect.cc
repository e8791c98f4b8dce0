// A resource server asks what a token is worth: JSON, or a signed JWT when it asks for evidence (the phantom token's
// source). Spec: RFC7662-2, RFC9701-4, RFC9701-5
#include "base/text.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"
#include "server/token_lookup.h"

namespace signet::server {
namespace {

/// RFC9701-5: a resource server learns only of tokens that were issued for it.
bool is_for(const oauth::ClientMetadata& resource_server, const oauth::IntrospectionResponse& token) {
  for (const auto& audience : token.aud) {
    if (contains(resource_server.resource, audience)) return true;
  }
  return false;
}

Result<http::Response> render_signed(Exchange& exchange, const oauth::IntrospectionResponse& answer) {
  const auto keys = exchange.issuer.keys();
  const jose::Signer* signer = keys->find(exchange.client().introspection_signed_response_alg);
  if (signer == nullptr) return fail(ErrorCode::Bug, "internal error", "no key for introspection_signed_response_alg");
  const std::string claims =
      oauth::render_introspection_claims(exchange.issuer.url(), exchange.client().client_id, exchange.now, answer);
  http::Response response;
  TRY_ASSIGN(response.body, jose::sign_jws(*signer, oauth::kIntrospectionJwtTyp, claims));
  response.fields.set("Content-Type", oauth::kIntrospectionJwtMediaType);
  return response;
}

}  // namespace

Task<Result<http::Response>> introspect(Exchange& exchange) {
  if (!exchange.client().introspection_allowed || exchange.client().is_public()) {
    co_return fail(ErrorCode::InvalidClient,
                   "The client is not registered as a resource server (introspection_allowed).");
  }
  CO_TRY_ASSIGN(const oauth::TokenQuery query, oauth::parse_introspection_request(exchange.form));
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  CO_TRY_ASSIGN(KnownToken known, co_await look_up_access_token(exchange, query.token));
  if (!is_for(exchange.client(), known.response)) known.response = {};
  exchange.context.metrics.count(Metrics::Counter::Introspections);
  if (http::accepts_explicitly(exchange.request.fields.get("Accept"), oauth::kIntrospectionJwtMediaType)) {
    co_return render_signed(exchange, known.response);
  }
  co_return http::make_json_response(200, oauth::render_introspection(known.response));
}

}  // namespace signet::server
