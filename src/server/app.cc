#include "server/app.h"

#include "base/text.h"
#include "oauth/core_rfc6749.h"
#include "server/authn/app_origin.h"
#include "server/authn/face.h"
#include "server/authn/page.h"
#include "server/client_auth/client_auth.h"
#include "server/endpoints/endpoints.h"
#include "server/request_log.h"

namespace signet::server {
namespace {

constexpr PublicText kLargeBody = "The body is too large.";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool allows_method(const Route& route, std::string_view method) {
  for (const auto allowed : split(route.methods, ' ')) {
    if (method == allowed || (method == "HEAD" && allowed == "GET")) return true;
  }
  return false;
}

/// The path with its last part replaced by "*": "/login/abc" becomes "/login/*".
std::string with_wildcard(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/') + 1)) + "*";
}

std::string full_path(const Issuer& issuer, const Route& route) {
  return route.inserted ? std::string(route.path) + issuer.path() : issuer.path() + std::string(route.path);
}

void add_cors(http::Response& response, const Route& route) {
  if (!route.cors) return;
  response.fields.set("Access-Control-Allow-Origin", "*");
  response.fields.set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate");
}

void add_common_fields(http::Response& response, const http::Request& request) {
  if (response.fields.count("Cache-Control") == 0) response.fields.set("Cache-Control", "no-store");
  response.fields.set("X-Content-Type-Options", "nosniff");
  // RFC6797-7.1, RFC6797-7.2: said over TLS only
  if (request.peer.tls) response.fields.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
}

http::Response make_preflight(const Route& route) {
  http::Response response{.status = 204, .fields = {}, .body = {}};
  response.fields.set("Access-Control-Allow-Methods", join(split_words(route.methods), ", "));
  response.fields.set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP");
  response.fields.set("Access-Control-Max-Age", "3600");
  return response;
}

http::Response make_plain_error(int status, PublicText text) {
  return http::make_json_response(status, oauth::render_error({ErrorCode::NotFound, text}));
}

/// Whoever is refused there looks at a page, in a browser or in an app.
bool is_for_people(const Route& route) {
  return route.caller == Caller::User || route.endpoint == browser_step;
}

bool has_faces(const Route& route) {
  return route.caller == Caller::User;
}

/// The assertion that a refused request has used up: who heard the answer cannot use it again. It is spared where the
/// client is told to come back with the same request (RFC9449-8, an overload).
std::optional<SingleUse> spent_by_refusal(const Exchange& exchange, const Error& error) {
  const bool comes_back = error.code == ErrorCode::UseDpopNonce || error.cause() == Cause::Unavailable;
  return comes_back || !exchange.caller ? std::nullopt : exchange.caller->assertion;
}

/// The form of a request that must be one. Fails: UnsupportedMediaType, InvalidRequest
Result<http::Form> parse_body(const http::Request& request) {
  if (request.fields.count("Content-Type") != 1 || http::media_type(request.fields.get("Content-Type")) != kFormType) {
    return fail(ErrorCode::UnsupportedMediaType, "The Content-Type must be application/x-www-form-urlencoded.");
  }
  auto form = http::Form::parse(request.body);
  if (!form) return fail_as(form.error(), ErrorCode::InvalidRequest, "The form in the body is malformed or too large.");
  TRY(oauth::check_no_duplicates(*form, oauth::kRepeatableParameters));
  return form;
}

}  // namespace

App::App(Context& context) : context_(context) {
  for (const auto& issuer : context_.issuers) {
    for (const Route& route : routes()) targets_[full_path(*issuer, route)].push_back({issuer.get(), &route});
  }
}

std::optional<App::Target> App::find_any_target(const http::Request& request) const {
  auto found = targets_.find(request.path());
  if (found == targets_.end()) found = targets_.find(with_wildcard(request.path()));
  if (found == targets_.end()) return std::nullopt;
  const auto& candidates = found->second;
  if (candidates.size() == 1) return candidates.front();
  // Several issuers share this path: the host decides.
  const std::string_view host = request.fields.get("Host");
  for (const Target& target : candidates) {
    if (target.issuer->is_at(host) || target.issuer->is_at_mtls(host)) return target;
  }
  return std::nullopt;
}

std::optional<App::Target> App::find_target(const http::Request& request) const {
  const auto target = find_any_target(request);
  const bool is_there = target && (!target->route->openid || target->issuer->profile().openid);
  return is_there ? target : std::nullopt;
}

Task<Result<http::Response>> App::run(Exchange& exchange, const Route& route) {
  const http::Request& request = exchange.request;
  if (request.body.size() > route.body_limit) co_return fail(ErrorCode::TooLarge, kLargeBody);
  if (route.caller == Caller::Client) {
    CO_TRY_ASSIGN(exchange.form, parse_body(request));
    auto caller = co_await authenticate_client(exchange, exchange.form);
    if (!caller) {
      context_.metrics.count(Metrics::Counter::ClientAuthFailures);
      co_return std::unexpected(std::move(caller).error());
    }
    exchange.caller = *std::move(caller);
  }
  if (exchange.is_app) co_return co_await authn::serve_app(exchange, route.endpoint);
  co_return co_await route.endpoint(exchange);
}

http::Response App::render_refusal(Exchange& exchange, const Route& route, const Error& error) {
  if (error.cause() == Cause::Bug) {
    context_.metrics.count(Metrics::Counter::ServerErrors);
    context_.log.failure("server.bug", error);
  }
  const bool is_audited = route.caller == Caller::Client || route.caller == Caller::Device;
  if (is_audited && !exchange.is_recorded) {
    exchange.record_refusal(
        AuditEvent("request", "refused").text("endpoint", route.path).client(exchange.client_id).error(error),
        spent_by_refusal(exchange, error));
  }
  if (is_for_people(route)) return authn::make_problem_page(exchange, error);
  log_refusal(exchange, error);
  http::Response response = http::make_json_response(oauth::wire_error(error.code).status, oauth::render_error(error));
  if (error.code == ErrorCode::UseDpopNonce) response.fields.set("DPoP-Nonce", context_.dpop_nonces.make(exchange.now));
  // RFC6749-5.2: whoever tried the Authorization field is answered with a challenge of that scheme.
  if (error.code == ErrorCode::InvalidClient && exchange.request.fields.count("Authorization") != 0) {
    response.fields.set("WWW-Authenticate", "Basic realm=\"" + exchange.issuer.url() + "\"");
  }
  if (error.cause() == Cause::Unavailable) response.fields.set("Retry-After", "1");
  return response;
}

Task<Exchange> App::make_exchange(const http::Request& request, Target target) {
  Exchange exchange{.context = context_,
                    .issuer = *target.issuer,
                    .request = request,
                    .now = context_.clock.now(),
                    .endpoint_path = target.route->path};
  if (has_faces(*target.route)) {
    exchange.is_app = authn::is_app_request(exchange);
    exchange.app_origin = co_await authn::find_app_origin(exchange);
  }
  co_return exchange;
}

void App::complete(const Exchange& exchange, const Route& route, http::Response& response) {
  add_cors(response, route);
  if (has_faces(route)) authn::add_face_fields(exchange, response);
  add_common_fields(response, exchange.request);
  log_answer(exchange, response.status);
  context_.metrics.count_request(static_cast<std::size_t>(&route - routes().data()), response.status);
}

Task<http::Response> App::handle(const http::Request& request) {
  const auto target = find_target(request);
  http::Response response;
  if (!target) {
    response = make_plain_error(404, "There is nothing at this address.");
    add_common_fields(response, request);
    co_return response;
  }
  const Route& route = *target->route;
  Exchange exchange = co_await make_exchange(request, *target);
  if (request.method == "OPTIONS" && route.cors) {
    response = make_preflight(route);
  } else if (request.method == "OPTIONS" && !exchange.app_origin.empty()) {
    response = authn::make_app_preflight(route.methods);
  } else if (!allows_method(route, request.method)) {
    response = make_plain_error(405, "The method is not allowed here.");
    response.fields.set("Allow", join(split_words(route.methods), ", "));  // RFC9110-15.5.6
  } else {
    auto answer = co_await run(exchange, route);
    response = answer ? *std::move(answer) : render_refusal(exchange, route, answer.error());
  }
  complete(exchange, route, response);
  co_return response;
}

Task<std::optional<http::Response>> App::refuse(const http::Request& request, int status, std::string_view incident) {
  const auto target = find_target(request);
  if (!target || !is_for_people(*target->route)) co_return std::nullopt;
  Exchange exchange = co_await make_exchange(request, *target);
  if (status == 500) context_.metrics.count(Metrics::Counter::ServerErrors);
  http::Response response = status == 413 ? authn::make_problem_page(exchange, {ErrorCode::TooLarge, kLargeBody})
                                          : authn::make_fault_page(exchange, incident);
  complete(exchange, *target->route, response);
  co_return response;
}

}  // namespace signet::server
