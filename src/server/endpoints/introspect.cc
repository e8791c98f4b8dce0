// A resource server asks what a token is worth. By its Accept field it gets JSON, a signed answer about the token, or a
// phantom token in its place. Spec: RFC7662-2, RFC9701-4, RFC9701-5
#include <algorithm>

#include "base/text.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "oauth/rar_rfc9396.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"
#include "server/issue/phantom_token.h"
#include "server/token_lookup.h"

namespace signet::server {
namespace {

constexpr std::string_view kJwtMediaType = "application/jwt";
constexpr Duration kPhantomTokenCached = seconds{30};

/// RFC9701-5: a resource server learns only of tokens that were issued for it. One that names no resource is the API
/// whose tokens name none.
std::vector<std::string> shared_audience(const Exchange& exchange, const oauth::IntrospectionResponse& token) {
  const auto own = allowed_resources(exchange.client(), exchange.issuer);
  std::vector<std::string> shared;
  for (const auto& audience : token.aud) {
    if (contains(own, audience)) shared.push_back(audience);
  }
  return shared;
}

Result<http::Response> render_signed(Exchange& exchange, const oauth::IntrospectionResponse& answer) {
  const auto keys = exchange.issuer.keys();
  TRY_ASSIGN(const jose::Signer* signer,
             exchange.issuer.choose_signer(*keys, exchange.client().introspection_signed_response_alg,
                                           kIntrospectionAlgorithmGone));
  const std::string claims =
      oauth::render_introspection_claims(exchange.issuer.url(), exchange.client().client_id, exchange.now, answer);
  http::Response response;
  TRY_ASSIGN(response.body, jose::sign_jws(*signer, oauth::kIntrospectionJwtTyp, claims));
  response.fields.set("Content-Type", oauth::kIntrospectionJwtMediaType);
  return response;
}

/// The phantom token pattern as the gateway modules of others speak it: the JWT alone, or no content.
Result<http::Response> render_phantom(const Exchange& exchange, const KnownToken& known,
                                      std::vector<std::string> audience) {
  const oauth::IntrospectionResponse& answer = known.response;
  http::Response response;
  if (!answer.active) {
    response.status = 204;
    return response;
  }
  TRY_ASSIGN(response.body, issue_phantom_token(exchange, answer, *known.token_hash, std::move(audience),
                                                exchange.client().introspection_signed_response_alg));
  const auto remaining =
      std::chrono::floor<seconds>(std::min<Duration>(*answer.exp - exchange.now, kPhantomTokenCached));
  response.fields.set("Content-Type", kJwtMediaType);
  response.fields.set("Cache-Control", "private, max-age=" + std::to_string(remaining.count()));
  return response;
}

}  // namespace

Task<Result<http::Response>> introspect(Exchange& exchange) {
  CO_TRY(check_resource_server(exchange));
  CO_TRY_ASSIGN(const oauth::TokenQuery query, oauth::parse_introspection_request(exchange.form));
  CO_TRY(co_await consume_assertion(exchange, *exchange.caller));
  CO_TRY_ASSIGN(KnownToken known, co_await look_up_access_token(exchange, query.token));
  std::vector<std::string> audience = shared_audience(exchange, known.response);
  if (audience.empty()) known.response = {};
  known.response.aud = audience;  // of the other APIs it learns nothing either
  // RFC9396-9.2
  known.response.authorization_details = oauth::details_for(known.response.authorization_details, audience);
  exchange.context.metrics.count(Metrics::Counter::Introspections);
  const std::string_view accept = exchange.request.fields.get("Accept");
  if (http::accepts_explicitly(accept, oauth::kIntrospectionJwtMediaType)) {
    co_return render_signed(exchange, known.response);
  }
  if (http::accepts_explicitly(accept, kJwtMediaType)) {
    co_return render_phantom(exchange, known, std::move(audience));
  }
  co_return http::make_json_response(200, oauth::render_introspection(known.response));
}

}  // namespace signet::server
