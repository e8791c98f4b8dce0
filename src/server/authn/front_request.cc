#include "server/authn/front_request.h"

#include "base/text.h"
#include "jose/jwt.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "oauth/par_rfc9126.h"
#include "server/authn/face.h"
#include "server/pipelines/authorization_request.h"

namespace signet::server::authn {
namespace {

constexpr PublicText kBadRequestUri = "The request_uri is unknown, has expired, was used or belongs to another client.";

Task<Result<ClientPointer>> load_client(Exchange& exchange, std::string client_id) {
  CO_TRY(check_own_login(exchange, client_id));
  exchange.client_id = client_id;
  CO_TRY_ASSIGN(ClientPointer client,
                co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(), client_id));
  if (client == nullptr) co_return fail(ErrorCode::InvalidClient, "The client_id is not known here.");
  co_return client;
}

Task<Result<FrontRequest>> load_pushed(Exchange& exchange, oauth::FrontChannelRequest front) {
  CO_TRY_ASSIGN(ClientPointer client, co_await load_client(exchange, front.client_id));
  const auto hash = oauth::TokenHash::of(front.request_uri_token);
  CO_TRY_ASSIGN(auto pushed, co_await exchange.context.store.pushed_requests.find(hash));
  // RFC9126-2.2: bound to the client that pushed it; RFC9126-4: one text for every reason, so that nothing can be
  // probed.
  const bool is_good = pushed && pushed->issuer == exchange.issuer.id() && pushed->client_id == front.client_id &&
                       pushed->is_usable(exchange.now);
  if (!is_good) co_return fail(ErrorCode::InvalidRequestUri, kBadRequestUri);
  FrontRequest loaded{.client = std::move(client), .request = std::move(pushed->request), .request_uri_hash = hash};
  // What the client is registered for may have changed since the push.
  CO_TRY(check_destination(exchange.issuer, *loaded.client, loaded.request, RequestChannel::Pushed));
  if (auto good = check_authorization_request(exchange.issuer, *loaded.client, loaded.request, RequestChannel::Pushed);
      !good) {
    loaded.refusal = std::move(good).error();
  }
  co_return loaded;
}

/// Client and redirect URI must stand once and be good before anything else may be answered by redirect.
Result<oauth::AuthorizationRequest> select_destination(const Exchange& exchange, const http::Form& form,
                                                       const oauth::ClientMetadata& client) {
  if (form.all("redirect_uri").size() > 1)
    return fail(ErrorCode::InvalidRequest, "The parameter redirect_uri stands twice.");
  oauth::AuthorizationRequest request;
  request.client_id = client.client_id;
  request.redirect_uri = form.find("redirect_uri").value_or("");
  request.scope = split_words(form.find("scope").value_or(""));
  const auto state = form.find("state");
  if (state && oauth::is_state(*state) && form.all("state").size() == 1) request.state = std::string(*state);
  TRY_ASSIGN(request.redirect_uri,
             oauth::select_redirect_uri(request, RequestChannel::FrontChannel, client, exchange.issuer.profile()));
  return request;
}

Result<oauth::AuthorizationRequest> parse_checked(const Exchange& exchange, const http::Form& form,
                                                  const oauth::ClientMetadata& client,
                                                  const std::string& redirect_uri) {
  // FAPI2-SP-FINAL-5.3.2.2: whoever must push is told so, whatever else the query holds.
  TRY(oauth::check_pushed_when_required(RequestChannel::FrontChannel, client, exchange.issuer.profile()));
  TRY_ASSIGN(oauth::AuthorizationRequest request, oauth::parse_authorization_request(form));
  request.redirect_uri = redirect_uri;
  take_out_ignored_scopes(exchange.issuer, client, request);
  TRY(check_authorization_request(exchange.issuer, client, request, RequestChannel::FrontChannel));
  return request;
}

Task<Result<FrontRequest>> load_plain(Exchange& exchange, http::Form form) {
  const auto client_id = form.find("client_id");
  if (!client_id || form.all("client_id").size() > 1 || !oauth::is_client_id(*client_id)) {
    co_return fail(ErrorCode::InvalidRequest, "The parameter client_id is missing.");
  }
  CO_TRY_ASSIGN(ClientPointer client, co_await load_client(exchange, std::string(*client_id)));
  CO_TRY_ASSIGN(auto destination, select_destination(exchange, form, *client));
  auto request = parse_checked(exchange, form, *client, destination.redirect_uri);
  FrontRequest front{.client = std::move(client), .request = std::move(destination)};
  if (request) {
    front.request = *std::move(request);
  } else {
    front.refusal = std::move(request).error();
  }
  co_return front;
}

/// A request_uri that is not ours is never fetched: where plain requests are allowed the client is told by redirect.
bool is_foreign_request_uri(const Exchange& exchange, const http::Form& form) {
  const auto request_uri = form.find("request_uri");
  return request_uri && !request_uri->starts_with(oauth::kRequestUriPrefix) &&
         !exchange.issuer.profile().require_pushed_authorization_requests;
}

/// The `sub` an id_token_hint speaks of; nothing without a hint. Spec: OIDC-3.1.2.1
Result<std::optional<std::string>> read_id_token_hint(const Exchange& exchange,
                                                      const oauth::AuthorizationRequest& request) {
  if (request.id_token_hint.empty()) return std::optional<std::string>();
  constexpr PublicText kRefusal = "The id_token_hint is not an ID token of this issuer for this client.";
  const auto refuse = [&](const Error& cause) { return fail_as(cause, ErrorCode::InvalidRequest, kRefusal); };
  auto token = jose::UnverifiedJws::parse(request.id_token_hint);
  if (!token) return refuse(token.error());
  const auto payload = token->verify(exchange.issuer.keys()->published);
  if (!payload) return refuse(payload.error());
  auto claims = jose::parse_claims(*payload);
  if (!claims) return refuse(claims.error());
  // RFC8725-3.11: an access token is signed with the same keys and must not pass for an ID token. A hint may have
  // expired.
  const std::string& typ = token->header().typ;
  const bool is_id_token = typ.empty() || typ == "jwt";
  if (!is_id_token || claims->iss != exchange.issuer.url() || !claims->sub ||
      !contains(claims->aud, request.client_id)) {
    return fail(ErrorCode::InvalidRequest, kRefusal);
  }
  return std::move(claims->sub);
}

/// The only user who may be answered for; nothing when it may be anybody. Spec: OIDC-3.1.2.1, OIDC-5.5.1
Result<std::optional<std::string>> find_only_subject(const Exchange& exchange,
                                                     const oauth::AuthorizationRequest& request) {
  TRY_ASSIGN(auto hinted, read_id_token_hint(exchange, request));
  const oauth::ClaimRequest* const sub = oauth::find_claim(request.id_token_claims, "sub");
  if (sub == nullptr || sub->values.empty()) return hinted;
  if (sub->values.size() > 1) {
    return fail(ErrorCode::InvalidRequest, "The parameter claims may ask for one sub only.");
  }
  if (hinted && *hinted != sub->values.front()) {
    return fail(ErrorCode::InvalidRequest, "The id_token_hint and the sub in claims are two users.");
  }
  return sub->values.front();
}

Task<Result<FrontRequest>> load_any(Exchange& exchange, http::Form form) {
  if (is_foreign_request_uri(exchange, form)) co_return co_await load_plain(exchange, std::move(form));
  CO_TRY_ASSIGN(auto pushed, oauth::parse_front_channel_request(form));
  if (pushed) co_return co_await load_pushed(exchange, *std::move(pushed));
  co_return co_await load_plain(exchange, std::move(form));
}

}  // namespace

Task<Result<FrontRequest>> load_front_request(Exchange& exchange, http::Form form) {
  CO_TRY_ASSIGN(FrontRequest front, co_await load_any(exchange, std::move(form)));
  if (front.refusal) co_return front;
  auto only_subject = find_only_subject(exchange, front.request);
  if (only_subject) {
    front.only_subject = *std::move(only_subject);
  } else {
    front.refusal = std::move(only_subject).error();
  }
  co_return front;
}

}  // namespace signet::server::authn
