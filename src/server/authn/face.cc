#include "server/authn/face.h"

#include "base/text.h"
#include "oauth/hypermedia.h"
#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/render_hypermedia.h"
#include "server/token_verification.h"
#include "verify/refusal.h"

namespace signet::server::authn {
namespace {

verify::Policy make_policy(const Exchange& exchange) {
  verify::Policy policy = make_own_policy(exchange, login_audience(exchange.issuer), oauth::kHypermediaScope);
  policy.accept_bearer = false;
  policy.accept_mtls = false;
  return policy;
}

/// The address of the request: a route with "*" stands for many.
std::string url_of(const Exchange& exchange) {
  return exchange.issuer.origin() + std::string(exchange.request.path());
}

verify::Presented make_presented(const Exchange& exchange) {
  const http::Request& request = exchange.request;
  return {.authorization = request.fields.all("Authorization"),
          .dpop = request.fields.all("DPoP"),
          .method = request.method,
          .url = url_of(exchange),
          .certificate_thumbprint = {},
          .other_places = {.query = request.query().contains("access_token="), .form = false}};
}

/// The scope says what the client was allowed when the token was made; its registration says what it is now. A user's
/// token is another app's business, whatever its scope.
Task<Result<void>> check_app(Exchange& exchange, const KnownToken& known) {
  if (!known.account_id.empty() || !known.grant_id.empty()) {
    co_return fail(ErrorCode::InvalidToken, "The access token is a user's; the hypermedia API wants the app's own.");
  }
  CO_TRY_ASSIGN(const ClientPointer client,
                co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(),
                                                       known.response.client_id));
  if (client == nullptr || !oauth::may_drive_login(*client)) {
    co_return fail(ErrorCode::InsufficientScope, "The client may not log its users in without a browser.");
  }
  co_return Result<void>();
}

}  // namespace

bool is_app_request(const Exchange& exchange) {
  if (!exchange.issuer.config().hypermedia_authentication) return false;
  std::string accept;
  for (const std::string_view value : exchange.request.fields.all("Accept")) accept += std::string(value) + ",";
  return http::is_preferred(accept, kHypermediaType, "text/html");
}

Task<Result<http::Response>> serve_app(Exchange& exchange, Endpoint endpoint) {
  // A cookie would tie the login to a browser besides the key; an app that has one is a page that imitates an app.
  if (has_cookie(exchange)) {
    co_return make_problem_page(exchange, {ErrorCode::InvalidRequest, "An app must not send cookies of this server."});
  }
  const verify::Policy policy = make_policy(exchange);
  const auto [verdict, known] = co_await verify_token(exchange, policy, make_presented(exchange));
  if (const auto* refusal = std::get_if<verify::Refusal>(&verdict))
    co_return refuse_token(exchange, "app", known, *refusal);
  if (auto checked = co_await check_app(exchange, known); !checked) {
    co_return refuse_token(exchange, "app", known,
                           verify::make_refusal(std::move(checked).error(), policy, oauth::TokenScheme::Dpop));
  }
  const auto& token = std::get<verify::VerifiedToken>(verdict);
  exchange.app_key = token.cnf.thumbprint;
  exchange.app_client_id = token.client_id;
  exchange.client_id = token.client_id;
  CO_TRY_ASSIGN(http::Response response, co_await endpoint(exchange));
  if (token.new_dpop_nonce) response.fields.set("DPoP-Nonce", *token.new_dpop_nonce);
  co_return response;
}

Result<void> check_own_login(const Exchange& exchange, std::string_view client_id) {
  if (!exchange.is_app || exchange.app_client_id == client_id) return {};
  return fail(ErrorCode::Denied, "The access token is of another client than this sign-in.");
}

}  // namespace signet::server::authn
