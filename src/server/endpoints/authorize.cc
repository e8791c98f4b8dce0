// The front door: finds the request, decides whether the user must be asked, and answers at once when not. With a live
// session that is two reads and one batch. Spec: RFC6749-4.1.1, RFC9126-4, OIDC-3.1.2, FAPI2-SP-FINAL-5.3.2.2
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "oauth/par_rfc9126.h"
#include "server/admin/username.h"
#include "server/authn/accounts.h"
#include "server/authn/assurance.h"
#include "server/authn/browser.h"
#include "server/authn/facts.h"
#include "server/authn/front_request.h"
#include "server/authn/page.h"
#include "server/authn/policy.h"
#include "server/authn/presentation.h"
#include "server/authn/progress.h"
#include "server/authn/session.h"
#include "server/endpoints/endpoints.h"
#include "server/issue/access_token.h"
#include "server/issue/authorization_code.h"
#include "server/issue/refresh_token.h"

namespace signet::server {
namespace {

using authn::Ask;
using authn::FrontRequest;
namespace fact = authn::fact;

constexpr std::string_view kLoginWorkflow = "login";

Result<http::Form> parse_parameters(const http::Request& request) {
  const bool is_post = request.method == "POST";
  if (is_post && http::media_type(request.fields.get("Content-Type")) != "application/x-www-form-urlencoded") {
    return fail(ErrorCode::InvalidRequest, "A POST must send application/x-www-form-urlencoded.");
  }
  auto form = http::Form::parse(is_post ? std::string_view(request.body) : request.query());
  if (!form) return fail_as(form.error(), ErrorCode::InvalidRequest, "The parameters are malformed or too many.");
  return form;
}

Task<Result<bool>> hints_at_another(Exchange& exchange, const FrontRequest& front,
                                    const store::SessionRecord& session) {
  if (front.only_subject) {
    CO_TRY_ASSIGN(const std::string subject, subject_for(exchange, *front.client, session.account_id));
    if (subject != *front.only_subject) co_return true;
  }
  if (front.request.login_hint.empty()) co_return false;
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(session.account_id));
  co_return !account || !authn::is_hinted(front.request.login_hint, *account);
}

Task<Result<authn::Situation>> survey(Exchange& exchange, const FrontRequest& front) {
  authn::Situation situation{.request = front.request,
                             .client = *front.client,
                             .levels = exchange.issuer.config().levels,
                             .now = exchange.now};
  CO_TRY_ASSIGN(const auto found, co_await authn::find_session_and_consent(exchange, front.client->client_id));
  if (found == nullptr) co_return situation;
  situation.session = std::move(found->session);
  situation.consent = std::move(found->consent);
  situation.has_policy = found->has_policy;
  CO_TRY_ASSIGN(situation.other_account_hinted, co_await hints_at_another(exchange, front, *situation.session));
  co_return situation;
}

std::string host_of(const oauth::ClientMetadata& client, const oauth::AuthorizationRequest& request) {
  for (const std::string& uri : {client.client_uri, request.redirect_uri}) {
    const auto url = parse_url(uri);
    if (url && !url->host.empty() && (url->scheme == "https" || url->scheme == "http")) return url->host;
  }
  return {};
}

/// What the field for the user name begins with. A longer hint is nobody's name, and neither is a part of it.
std::string shown_hint(const oauth::AuthorizationRequest& request) {
  return request.login_hint.size() <= admin::kMostUsernameBytes ? request.login_hint : std::string();
}

workflow::Facts facts_of_request(const Exchange& exchange, const FrontRequest& front) {
  const oauth::AuthorizationRequest& request = front.request;
  const IssuerConfig& config = exchange.issuer.config();
  const bool lasting = wants_refresh_token(*front.client, request.scope);
  workflow::Facts facts{
      {fact::kRequest, oauth::render_authorization_request(request)},
      {fact::kClientName, front.client->client_name.empty() ? front.client->client_id : front.client->client_name},
      {fact::kClientHost, host_of(*front.client, request)},
      {fact::kLoginHint, shown_hint(request)},
      {fact::kScope, to_json(request.scope)},
      {fact::kClaims, to_json(authn::requested_claim_names(request))},
      {fact::kResource, to_json(request.resource)},
      {fact::kLasting, lasting},
      {fact::kDuration, (lasting ? config.refresh_token_lifetime : config.access_token_lifetime).count()},
      {fact::kConsentAsked, contains(request.prompt, "consent") || authn::is_unproven(*front.client, request)}};
  if (!front.client->theme.empty()) facts[fact::kTheme] = front.client->theme;
  authn::choose_locale(exchange, facts, request.ui_locales);
  if (front.request_uri_hash) facts[fact::kRequestUriHash] = front.request_uri_hash->to_text();
  if (front.only_subject) facts[fact::kOnlySubject] = *front.only_subject;
  return facts;
}

Task<Result<http::Response>> ask_user(Exchange& exchange, const FrontRequest& front, const authn::Situation& situation,
                                      bool login) {
  workflow::Facts facts = facts_of_request(exchange, front);
  facts[fact::kReauthenticate] = situation.session.has_value();
  if (!login) {
    CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(situation.session->account_id));
    // Where the account is gone or closed, somebody else may sign in.
    if (account && !account->disabled) authn::add_session(facts, *situation.session, authn::display_name(*account));
  }
  const auto pages = contains(front.request.prompt, "none") ? authn::Pages::None : authn::Pages::AsNeeded;
  co_return co_await authn::start_interaction(exchange, std::string(kLoginWorkflow), std::move(facts), pages);
}

http::Response refuse(Exchange& exchange, const FrontRequest& front, const Error& error) {
  exchange.record_refusal(AuditEvent("authorization", "refused").client(front.client->client_id).error(error));
  return authn::make_client_redirect(exchange, authn::make_refused(exchange.issuer.url(), front.request, error));
}

Error error_without_page(const authn::Check& check) {
  switch (check.error) {
    case ErrorCode::ConsentRequired:
      return {ErrorCode::ConsentRequired, "The user has not allowed this yet."};
    case ErrorCode::InteractionRequired:
      return {ErrorCode::InteractionRequired, "The user must sign in at another level."};
    case ErrorCode::UnmetAuthenticationRequirements:
      return {ErrorCode::UnmetAuthenticationRequirements,
              "No essential acr value that was asked for can be reached here."};
    default:
      return {ErrorCode::LoginRequired, "The user must sign in."};
  }
}

/// Nothing to ask: one batch spends the request URI and makes the code.
Task<Result<http::Response>> answer_at_once(Exchange& exchange, const FrontRequest& front,
                                            const authn::Situation& situation) {
  const store::SessionRecord& session = *situation.session;
  sql::Batch batch;
  const std::size_t account_guard = store::Accounts::add_require(batch, session.account_id);
  if (front.request_uri_hash) (void)store::PushedRequests::add_consume(batch, *front.request_uri_hash, exchange.now);
  CO_TRY_ASSIGN(const std::string code,
                issue_authorization_code(exchange, batch,
                                         {.client = *front.client,
                                          .request = front.request,
                                          .account_id = session.account_id,
                                          .authenticated_at = session.authenticated_at,
                                          .acr = authn::granted_acr(authn::acr_demand(front.request, *front.client),
                                                                    session.acr, exchange.issuer.config().levels),
                                          .amr = session.amr}));
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(batch)));
  if (result.failed_guard == account_guard) {
    // The account was disabled or removed while its session lived on.
    if (contains(front.request.prompt, "none")) {
      co_return refuse(exchange, front, {ErrorCode::LoginRequired, "The user must sign in."});
    }
    co_return co_await ask_user(exchange, front, situation, true);
  }
  if (result.failed_guard) co_return fail(ErrorCode::InvalidRequestUri, "The request_uri was used a moment ago.");
  exchange.context.store.sessions.touch(session, exchange.now);
  exchange.context.metrics.count(Metrics::Counter::CodesIssued);
  co_return authn::make_client_redirect(exchange, authn::make_granted(exchange.issuer.url(), front.request, code));
}

/// Nothing to ask, as far as the request goes: the workflow says whether the policy sees it that way too.
Task<Result<http::Response>> ask_policy(Exchange& exchange, const FrontRequest& front,
                                        const authn::Situation& situation) {
  auto response = co_await ask_user(exchange, front, situation, false);
  if (!response && response.error().code == ErrorCode::InteractionRequired)
    co_return refuse(exchange, front, response.error());
  if (response) exchange.context.store.sessions.touch(*situation.session, exchange.now);
  co_return response;
}

/// Browsers leave our cookies out of a POST from another site (SameSite=Lax), so that nobody can be seen behind one.
bool hides_browser(const Exchange& exchange) {
  return exchange.request.method == "POST" && !exchange.is_app && !authn::has_cookie(exchange);
}

/// The `request_uri` of a request that is kept as a pushed one is.
Task<Result<std::string>> keep_request(Exchange& exchange, const FrontRequest& front) {
  const Instant ends = exchange.now + exchange.issuer.config().request_uri_lifetime;
  const std::string token = oauth::make_credential(exchange.context.random, ends);
  sql::Batch batch;
  store::PushedRequests::add_insert(batch, {.request_uri_hash = oauth::TokenHash::of(token),
                                            .issuer = exchange.issuer.id(),
                                            .client_id = front.client->client_id,
                                            .request = front.request,
                                            .expires_at = ends});
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  co_return oauth::make_request_uri(token);
}

/// Leads to the same request by GET, which brings the cookies along. `request_uri`: of one that was pushed, else empty
Task<Result<http::Response>> lead_to_get(Exchange& exchange, const FrontRequest& front, std::string request_uri) {
  if (!front.request_uri_hash) {
    CO_TRY_ASSIGN(request_uri, co_await keep_request(exchange, front));
  }
  const std::string query =
      http::render_form({{"client_id", front.client->client_id}, {"request_uri", std::move(request_uri)}});
  co_return authn::make_redirect(exchange, exchange.issuer.path() + "/authorize?" + query);
}

Task<Result<http::Response>> answer(Exchange& exchange) {
  CO_TRY_ASSIGN(http::Form form, parse_parameters(exchange.request));
  std::string request_uri(form.find("request_uri").value_or(""));
  CO_TRY_ASSIGN(const FrontRequest front, co_await authn::load_front_request(exchange, std::move(form)));
  // OIDC-3.1.2.1: a POST is answered as a GET is.
  if (!front.refusal && hides_browser(exchange)) {
    co_return co_await lead_to_get(exchange, front, std::move(request_uri));
  }
  exchange.context.metrics.count(Metrics::Counter::Authorizations);
  if (front.refusal) co_return refuse(exchange, front, *front.refusal);
  CO_TRY_ASSIGN(const authn::Situation situation, co_await survey(exchange, front));
  const authn::Needs needs = authn::find_needs(situation);
  if (needs.is_empty()) {
    // The policy is asked at every use of a session: what has changed since the login counts now.
    if (situation.has_policy) co_return co_await ask_policy(exchange, front, situation);
    co_return co_await answer_at_once(exchange, front, situation);
  }
  const bool may_ask = !contains(front.request.prompt, "none") && !needs.asks(Ask::Nothing);
  // OIDC-3.1.2.6: no page may be shown, so the first reason for one is the answer.
  if (!may_ask) co_return refuse(exchange, front, error_without_page(*needs.checks.front()));
  co_return co_await ask_user(exchange, front, situation, needs.asks(Ask::Login));
}

}  // namespace

Task<Result<http::Response>> authorize(Exchange& exchange) {
  if (authn::is_speculative(exchange.request)) co_return authn::make_unseen_answer();
  co_return authn::or_problem_page(exchange, "authorization", co_await answer(exchange));
}

}  // namespace signet::server
