// Claims about the user, for the holder of an access token with the scope openid. Spec: OIDC-5.3, RFC6750, RFC9449-7
#include "base/text.h"
#include "oauth/core_openid.h"
#include "server/authn/accounts.h"
#include "server/client_certificate.h"
#include "server/endpoints/endpoints.h"
#include "server/token_verification.h"
#include "verify/refusal.h"

namespace signet::server {
namespace {

verify::Policy make_policy(const Exchange& exchange) {
  verify::Policy policy = make_own_policy(exchange, exchange.issuer.url(), "openid");
  policy.accept_bearer = !exchange.issuer.profile().require_sender_constraint;
  return policy;
}

/// A token with the scope openid is good at this endpoint whatever API it was issued for (OIDC-5.3), so the issuer
/// joins its audience.
void join_audience(const Exchange& exchange, oauth::IntrospectionResponse& token) {
  if (contains(token.scope, "openid")) token.aud.push_back(exchange.issuer.url());
}

Task<Result<std::string>> render_claims(Exchange& exchange, const KnownToken& known) {
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(known.account_id));
  CO_TRY_ASSIGN(const auto grant, co_await exchange.context.store.grants.find(known.grant_id));
  if (!account || account->disabled || !grant)
    co_return fail(ErrorCode::InvalidToken, "The user of this token does not exist any more.");
  CO_TRY_ASSIGN(const json::object own_claims, authn::claims_of(*account));
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
  if (const auto* refusal = std::get_if<verify::Refusal>(&verdict))
    co_return refuse_token(exchange, "userinfo", known, *refusal);
  const auto& token = std::get<verify::VerifiedToken>(verdict);
  auto claims = co_await render_claims(exchange, known);
  if (!claims && claims.error().code == ErrorCode::InvalidToken) {  // RFC6750-3: with a challenge like every other
    const auto scheme = token.cnf.token_type() == "DPoP" ? oauth::TokenScheme::Dpop : oauth::TokenScheme::Bearer;
    co_return refuse_token(exchange, "userinfo", known,
                           verify::make_refusal(std::move(claims).error(), policy, scheme));
  }
  CO_TRY_ASSIGN(std::string body, std::move(claims));
  exchange.context.metrics.count(Metrics::Counter::UserinfoAnswers);
  http::Response response = http::make_json_response(200, std::move(body));
  if (token.new_dpop_nonce) response.fields.set("DPoP-Nonce", *token.new_dpop_nonce);
  co_return response;
}

}  // namespace signet::server
