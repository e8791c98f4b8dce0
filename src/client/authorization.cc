// A login: what goes to the authorization server before the browser does, and what is checked when the browser returns.
#include "base/text.h"
#include "base/url.h"
#include "client/client.h"
#include "jose/jwk.h"
#include "oauth/core_openid.h"
#include "oauth/iss_rfc9207.h"
#include "oauth/par_rfc9126.h"
#include "oauth/pkce_rfc7636.h"

namespace signet::client {
namespace {

using Entries = std::vector<http::Form::Entry>;

void add_if(Entries& form, std::string name, std::string value) {
  if (!value.empty()) form.push_back({std::move(name), std::move(value)});
}

Entries make_request_form(const LoginRequest& request, const PendingLogin& pending,
                          const std::vector<std::string>& resource) {
  Entries form;
  form.push_back({"response_type", "code"});
  form.push_back({"redirect_uri", pending.redirect_uri});
  add_if(form, "scope", join(pending.scope, " "));
  form.push_back({"state", pending.state});
  add_if(form, "nonce", pending.nonce);
  form.push_back({"code_challenge", oauth::make_code_challenge(pending.code_verifier.reveal())});
  form.push_back({"code_challenge_method", "S256"});
  if (pending.dpop_key) {
    // RFC9449-10: the code is worthless to whoever has not got this key
    form.push_back({"dpop_jkt", jose::thumbprint(pending.dpop_key->public_key())});
  }
  for (const auto& one : resource) form.push_back({"resource", one});
  add_if(form, "prompt", join(request.prompt, " "));
  add_if(form, "acr_values", join(request.step_up.acr_values, " "));
  if (pending.max_age) {
    form.push_back({"max_age", std::to_string(std::chrono::floor<seconds>(*pending.max_age).count())});
  }
  add_if(form, "login_hint", request.login_hint);
  if (!request.authorization_details.empty()) {
    form.push_back({"authorization_details", render_json(request.authorization_details)});  // RFC9396-3
  }
  return form;
}

Error read_authorization_error(const oauth::AuthorizationResponse& answer) {
  const ErrorCode code = oauth::find_error_code(answer.error).value_or(ErrorCode::Denied);
  std::string detail = oauth::make_error_description(answer.error).substr(0, 64);
  if (!answer.error_description.empty()) {
    detail += ": " + oauth::make_error_description(answer.error_description).substr(0, 256);
  }
  return Error{code, "The login was refused.", std::move(detail)};
}

}  // namespace

Result<std::optional<crypto::PrivateKey>> Client::make_dpop_key() const {
  if (config_.sender_constraint != oauth::SenderConstraint::Kind::Dpop) return std::optional<crypto::PrivateKey>();
  TRY_ASSIGN(crypto::PrivateKey key, crypto::PrivateKey::generate(config_.dpop_algorithm));
  return std::optional(std::move(key));
}

Result<PendingLogin> Client::make_pending(const LoginRequest& request) {
  PendingLogin pending;
  pending.issuer = config_.issuer;
  pending.redirect_uri = request.redirect_uri.empty() ? config_.redirect_uri : request.redirect_uri;
  if (pending.redirect_uri.empty()) return fail(ErrorCode::InvalidRequest, "The client has no redirect_uri.");
  pending.scope = request.scope.empty() ? config_.scope : request.scope;
  pending.state = make_random_token(random_);
  if (contains(pending.scope, "openid")) pending.nonce = make_random_token(random_);
  pending.code_verifier = SecretText(make_random_token(random_));  // FAPI2-SP-FINAL-5.3.3.2: a new one for each request
  pending.max_age = request.step_up.max_age;
  TRY_ASSIGN(pending.dpop_key, make_dpop_key());
  return pending;
}

Task<Result<StartedLogin>> Client::start(LoginRequest request) {
  const auto metadata = co_await server_.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  const oauth::AuthorizationServerMetadata& server = **metadata;
  CO_TRY_ASSIGN(PendingLogin pending, make_pending(request));
  const auto& algorithms = server.dpop_signing_alg_values_supported;
  if (pending.dpop_key && !algorithms.empty() && !contains(algorithms, crypto::name_of(config_.dpop_algorithm))) {
    co_return fail(ErrorCode::UnsupportedAlgorithm,
                   "The authorization server does not take DPoP proofs of our algorithm.");
  }
  // FAPI2-SP-FINAL-5.3.3.2: pushed or not at all
  const std::string url = choose(server.pushed_authorization_request_endpoint,
                                 server.mtls_endpoint_aliases.pushed_authorization_request_endpoint);
  Post push{url, make_request_form(request, pending, request.resource.empty() ? config_.resource : request.resource),
            pending.dpop_key};
  auto response = co_await post(std::move(push));
  if (!response) co_return std::unexpected(std::move(response).error());
  if (response->status != 201) co_return std::unexpected(read_refusal(*response));  // RFC9126-2.2
  CO_TRY_ASSIGN(const oauth::PushedResponse pushed, oauth::parse_pushed_response(response->body));
  if (server.authorization_endpoint.empty()) {
    co_return fail(ErrorCode::Unavailable, "The authorization server has no such endpoint.");
  }
  // FAPI2-SP-FINAL-5.3.3.2: the browser carries client_id and request_uri, nothing that it could change
  std::string authorization_url =
      with_query_parameter(server.authorization_endpoint, "client_id", config_.credential.client_id);
  authorization_url = with_query_parameter(std::move(authorization_url), "request_uri", pushed.request_uri);
  co_return StartedLogin{std::move(authorization_url), pushed.expires_in, std::move(pending)};
}

Task<Result<Login>> Client::finish(std::string query, PendingLogin pending) {
  if (pending.issuer != config_.issuer) {  // a callback handed to the client of another server is a mix-up
    co_return fail(ErrorCode::InvalidRequest, "The login was started at another authorization server.");
  }
  CO_TRY_ASSIGN(const http::Form form, http::Form::parse(query));
  // RFC9207-2.4, FAPI2-SP-FINAL-5.3.3.2: `iss` is required whatever the metadata says
  CO_TRY_ASSIGN(const oauth::AuthorizationResponse answer,
                oauth::check_authorization_response(form, {config_.issuer, pending.state, true}));
  if (!answer.error.empty()) co_return std::unexpected(read_authorization_error(answer));

  auto response = co_await redeem(answer.code, pending.redirect_uri, pending.code_verifier, pending.dpop_key);
  if (!response) co_return std::unexpected(std::move(response).error());
  const std::string id_token = response->id_token;
  CO_TRY_ASSIGN(Tokens tokens, make_tokens(*std::move(response), pending.scope, pending.dpop_key));
  if (!contains(pending.scope, "openid")) co_return Login{std::move(tokens), std::nullopt};

  if (id_token.empty()) co_return fail(ErrorCode::InvalidToken, "The token response has no ID token.");  // OIDC-3.1.3.3
  auto claims = co_await verify_id_token(id_token, tokens.access_token.reveal(), pending.nonce, pending.max_age);
  if (!claims) co_return std::unexpected(std::move(claims).error());
  tokens.id_token = SecretText(id_token);
  tokens.sub = *claims->sub;
  tokens.nonce = pending.nonce;
  co_return Login{std::move(tokens), *std::move(claims)};
}

Task<Result<oauth::TokenResponse>> Client::redeem(std::string code, std::string redirect_uri, SecretText code_verifier,
                                                  std::optional<crypto::PrivateKey> dpop_key) {
  Entries form;
  form.push_back({"grant_type", "authorization_code"});
  form.push_back({"code", std::move(code)});
  form.push_back({"redirect_uri", std::move(redirect_uri)});
  add_if(form, "code_verifier", code_verifier.reveal());
  return request_token(std::move(form), std::move(dpop_key));
}

Task<Result<jose::Claims>> Client::verify_id_token(std::string id_token, std::string access_token,
                                                   std::optional<std::string> nonce, std::optional<Duration> max_age) {
  CO_TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(id_token));
  const auto keys = co_await server_.keys_for(jws);
  if (!keys) co_return std::unexpected(keys.error());
  const oauth::IdTokenExpectation expected{.issuer = config_.issuer,
                                           .client_id = config_.credential.client_id,
                                           .nonce = nonce,
                                           .max_age = max_age,
                                           .access_token = access_token,
                                           .algorithms = config_.id_token_algorithms,
                                           .now = clock_.now(),
                                           .clock = config_.clock};
  CO_TRY_ASSIGN(jose::Claims claims, oauth::verify_id_token(id_token, **keys, expected));
  if (!claims.sub || claims.sub->empty()) co_return fail(ErrorCode::InvalidToken, "The ID token has no sub.");
  co_return claims;
}

}  // namespace signet::client
