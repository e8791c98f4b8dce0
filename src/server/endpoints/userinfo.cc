// Claims about the user, for the holder of an access token with the scope openid. Spec: OIDC-5.3, RFC6750, RFC9449-7
#include "base/text.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "server/client_certificate.h"
#include "server/endpoints/endpoints.h"
#include "server/token_verification.h"
#include "verify/refusal.h"

namespace signet::server {
namespace {

verify::Policy make_policy(const Exchange& exchange) {
  const oauth::Profile& profile = exchange.issuer.profile();
  verify::Policy policy;
  policy.issuers = {{.issuer = exchange.issuer.url(), .jwks_uri = {}}};
  policy.audience = exchange.issuer.url();
  policy.required_scope = {"openid"};
  policy.accept_bearer = !profile.require_sender_constraint;
  policy.accept_jwt = false;  // every token is looked up here, JWTs too: this server knows what is revoked
  policy.algorithms = profile.signing_algorithms;
  policy.clock = profile.clock;
  policy.dpop_lifetime = profile.dpop_proof_lifetime;
  policy.realm = exchange.issuer.url();
  if (exchange.issuer.config().require_dpop_nonce) policy.nonces = &exchange.context.dpop_nonces;
  return policy;
}

/// A token with the scope openid is good at this endpoint whatever API it was issued for (OIDC-5.3), so the issuer
/// joins its audience.
void join_audience(const Exchange& exchange, oauth::IntrospectionResponse& token) {
  if (contains(token.scope, "openid")) token.aud.push_back(exchange.issuer.url());
}

http::Response refuse(Exchange& exchange, const KnownToken& known, const verify::Refusal& refusal) {
  exchange.record_refusal(AuditEvent("userinfo", "refused").client(known.response.client_id).error(refusal.error));
  http::Response response = http::make_json_response(refusal.status, oauth::render_error(refusal.error));
  for (const auto& challenge : refusal.www_authenticate) response.fields.add("WWW-Authenticate", challenge);
  if (refusal.new_dpop_nonce) response.fields.set("DPoP-Nonce", *refusal.new_dpop_nonce);
  return response;
}

Task<Result<std::string>> render_claims(Exchange& exchange, const KnownToken& known) {
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(known.account_id));
  CO_TRY_ASSIGN(const auto grant, co_await exchange.context.store.grants.find(known.grant_id));
  if (!account || account->disabled || !grant)
    co_return fail(ErrorCode::InvalidToken, "The user of this token does not exist any more.");
  CO_TRY_ASSIGN(json::object own_claims, parse_json_object(account->claims));
  own_claims["updated_at"] = to_unix_seconds(account->updated_at);  // OIDC-5.1: kept by us, not by who wrote the claims
  json::object claims = oauth::filter_userinfo_claims(own_claims, known.response.scope, grant->request.userinfo_claims);
  claims["sub"] = known.response.sub;
  co_return render_json(claims);
}

}  // namespace

Task<Result<http::Response>> userinfo(Exchange& exchange) {
  const http::Request& request = exchange.request;
  CO_TRY_ASSIGN(const auto certificate, find_client_certificate(request.peer));
  const verify::Policy policy = make_policy(exchange);
  verify::Presented presented{.authorization = request.fields.all("Authorization"),
                              .dpop = request.fields.all("DPoP"),
                              .method = request.method,
                              .url = exchange.public_url(),
                              .certificate_thumbprint = certificate == nullptr ? "" : certificate->thumbprint,
                              .other_places = {.query = oauth::has_token_parameter(request.query()),
                                               .form = oauth::has_token_parameter(request.body)}};
  const auto [verdict, known] = co_await verify_token(exchange, policy, std::move(presented), join_audience);
  if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) co_return refuse(exchange, known, *refusal);
  const auto& token = std::get<verify::VerifiedToken>(verdict);
  auto claims = co_await render_claims(exchange, known);
  if (!claims && claims.error().code == ErrorCode::InvalidToken) {  // RFC6750-3: with a challenge like every other
    const auto scheme = token.cnf.token_type() == "DPoP" ? oauth::TokenScheme::Dpop : oauth::TokenScheme::Bearer;
    co_return refuse(exchange, known, verify::make_refusal(std::move(claims).error(), policy, scheme));
  }
  CO_TRY_ASSIGN(std::string body, std::move(claims));
  exchange.context.metrics.count(Metrics::Counter::UserinfoAnswers);
  http::Response response = http::make_json_response(200, std::move(body));
  if (token.new_dpop_nonce) response.fields.set("DPoP-Nonce", *token.new_dpop_nonce);
  co_return response;
}

}  // namespace signet::server
