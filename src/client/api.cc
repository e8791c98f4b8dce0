// Calls to protected resources, the userinfo endpoint among them: token, proof, one retry for a nonce, step-up.
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "client/client.h"

namespace signet::client {
namespace {

using Kind = oauth::SenderConstraint::Kind;

/// A token must not travel where anybody could read it. Spec: RFC6750-5.3, FAPI2-SP-FINAL-5.2.1
Result<void> check_api_url(std::string_view url) {
  const auto parsed = parse_url(url);
  if (!parsed) return fail(ErrorCode::Denied, "The API address is not a URL.");
  if (!parsed->is_https() && !(parsed->scheme == "http" && parsed->is_loopback())) {
    return fail(ErrorCode::Denied, "A token is only sent to an https URL.");
  }
  if (!parsed->userinfo.empty()) return fail(ErrorCode::Denied, "The API address must not have user information.");
  return {};
}

bool asks_for_nonce(const ApiResponse& answer) {
  return answer.response.status == 401 && std::ranges::any_of(answer.challenges, [](const oauth::Challenge& challenge) {
           return challenge.scheme == oauth::TokenScheme::Dpop && challenge.error == "use_dpop_nonce";  // RFC9449-9
         });
}

ApiResponse read_answer(http::Response response) {
  ApiResponse answer{.response = std::move(response)};
  if (answer.response.status < 400) return answer;
  const auto fields = answer.response.fields.all("WWW-Authenticate");
  // A malformed challenge is as good as none: the status says that the call was refused.
  if (auto challenges = oauth::parse_challenges(fields)) answer.challenges = *std::move(challenges);
  if (answer.response.status == 401) answer.step_up = oauth::find_step_up(answer.challenges);  // RFC9470-3
  return answer;
}

/// Fields a caller may not set itself: they would contradict the token or split the request.
bool is_reserved(std::string_view name) {
  return equals_ignoring_ascii_case(name, "Authorization") || equals_ignoring_ascii_case(name, "DPoP");
}

}  // namespace

Result<net::OutgoingRequest> Client::make_call(const Tokens& tokens, const ApiRequest& api_request) {
  net::OutgoingRequest request;
  request.method = api_request.method;
  request.url = api_request.url;
  request.body = api_request.body;
  request.timeout = config_.timeout;
  request.max_response_bytes = config_.max_api_response_bytes;
  for (const auto& field : api_request.fields.list()) {
    if (!is_reserved(field.name)) request.fields.add(field.name, field.value);
  }
  request.fields.add("Authorization", render_authorization(tokens));
  request.tls = remote::make_tls(config_.credential, config_.ca_pem, tokens.binding == Kind::Mtls);
  if (tokens.binding != Kind::Dpop) return request;
  if (!tokens.dpop_key) return fail(ErrorCode::InvalidToken, "The key of the access token is not at hand.");
  const std::string nonce = nonces_.find(NonceSpace::ResourceServer, api_request.url);
  TRY_ASSIGN(const std::string proof,
             make_dpop_proof(*tokens.dpop_key, random_, clock_.now(),
                             {api_request.method, api_request.url, nonce, tokens.access_token.reveal()}));
  request.fields.add("DPoP", proof);
  return request;
}

Task<Result<ApiResponse>> Client::call(Tokens tokens, ApiRequest request) {
  CO_TRY(check_api_url(request.url));
  for (bool retried = false;; retried = true) {
    CO_TRY_ASSIGN(net::OutgoingRequest outgoing, make_call(tokens, request));
    auto response = co_await transport_.send(std::move(outgoing));
    if (!response) co_return std::unexpected(std::move(response).error());
    const bool has_nonce = nonces_.remember(NonceSpace::ResourceServer, request.url, *response);
    ApiResponse answer = read_answer(*std::move(response));
    if (retried || tokens.binding != Kind::Dpop || !has_nonce || !asks_for_nonce(answer)) co_return answer;
  }
}

Task<Result<json::object>> Client::userinfo(Tokens tokens) {
  const auto metadata = co_await server_.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  ApiRequest request{.url =
                         choose((*metadata)->userinfo_endpoint, (*metadata)->mtls_endpoint_aliases.userinfo_endpoint)};
  if (request.url.empty()) co_return fail(ErrorCode::Unavailable, "The authorization server has no such endpoint.");
  request.fields.add("Accept", "application/json");
  const std::string sub = tokens.sub;
  const auto answer = co_await call(std::move(tokens), std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->response.status != 200) co_return std::unexpected(read_refusal(answer->response));
  CO_TRY_ASSIGN(json::object claims, parse_json_object(answer->response.body));
  // OIDC-5.3.4: claims of somebody else must not be used; without an ID token there is nothing to compare with
  if (sub.empty() || peek_string(claims, "sub") != sub) {
    co_return fail(ErrorCode::InvalidToken, "The userinfo answer is of another user than the ID token.");
  }
  co_return claims;
}

}  // namespace signet::client
