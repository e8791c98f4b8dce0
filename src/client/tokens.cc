// The token endpoint and the two endpoints that speak of tokens: revocation and introspection.
#include "client/tokens.h"

#include "base/text.h"
#include "client/client.h"
#include "oauth/jwt_introspection_rfc9701.h"

namespace signet::client {
namespace {

using Entries = std::vector<http::Form::Entry>;
using Kind = oauth::SenderConstraint::Kind;

void add_if(Entries& form, std::string name, std::string value) {
  if (!value.empty()) form.push_back({std::move(name), std::move(value)});
}

/// The type must be the one of our binding: a server that answers a DPoP request with "Bearer" has issued a token that
/// anybody can use. Spec: RFC9449-5, RFC6749-7.1 (compared without case)
Result<void> check_token_type(const oauth::TokenResponse& response, Kind binding) {
  const std::string_view expected = binding == Kind::Dpop ? "DPoP" : "Bearer";
  if (equals_ignoring_ascii_case(response.token_type, expected)) return {};
  return fail(ErrorCode::InvalidToken, "The access token is not of the type that was asked for.");
}

bool has_nonce(std::string_view id_token) {
  const auto jws = jose::UnverifiedJws::parse(id_token);
  const auto claims = jws ? jose::parse_claims(jws->peek_payload()) : Result<jose::Claims>(jose::Claims{});
  return claims && claims->members.contains("nonce");
}

bool is_jwt_answer(const http::Response& response) {
  return http::media_type(response.fields.get("Content-Type")) == oauth::kIntrospectionJwtMediaType;
}

}  // namespace

std::string render_authorization(const Tokens& tokens) {
  return (tokens.binding == Kind::Dpop ? "DPoP " : "Bearer ") + tokens.access_token.reveal();
}

Task<Result<oauth::TokenResponse>> Client::request_token(Entries form, std::optional<crypto::PrivateKey> dpop_key) {
  const auto metadata = co_await server_.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  Post token{choose((*metadata)->token_endpoint, (*metadata)->mtls_endpoint_aliases.token_endpoint), std::move(form),
             std::move(dpop_key)};
  auto response = co_await post(std::move(token));
  if (!response) co_return std::unexpected(std::move(response).error());
  if (response->status != 200) co_return std::unexpected(read_refusal(*response));
  co_return oauth::parse_token_response(response->body);
}

Result<Tokens> Client::make_tokens(oauth::TokenResponse response, std::vector<std::string> asked_scope,
                                   std::optional<crypto::PrivateKey> dpop_key) const {
  TRY(check_token_type(response, config_.sender_constraint));
  Tokens tokens;
  tokens.access_token = SecretText(std::move(response.access_token));
  tokens.binding = config_.sender_constraint;
  tokens.dpop_key = std::move(dpop_key);
  if (response.expires_in > Duration{}) tokens.expires_at = clock_.now() + response.expires_in;
  tokens.refresh_token = SecretText(std::move(response.refresh_token));
  // RFC6749-5.1: scope is left out when it is what was asked for
  tokens.scope = response.scope.empty() ? std::move(asked_scope) : std::move(response.scope);
  if (response.authorization_details.empty()) return tokens;
  TRY_ASSIGN(const json::value details, parse_json(response.authorization_details));
  if (details.is_array()) tokens.authorization_details = details.get_array();  // RFC9396-7
  return tokens;
}

Task<Result<Tokens>> Client::refresh(Tokens tokens) {
  if (tokens.refresh_token.empty()) co_return fail(ErrorCode::InvalidGrant, "There is no refresh token.");
  Entries form;
  form.push_back({"grant_type", "refresh_token"});
  form.push_back({"refresh_token", tokens.refresh_token.reveal()});
  auto response = co_await request_token(std::move(form), tokens.dpop_key);
  if (!response) co_return std::unexpected(std::move(response).error());
  const std::string id_token = response->id_token;
  CO_TRY_ASSIGN(Tokens fresh, make_tokens(*std::move(response), tokens.scope, tokens.dpop_key));
  // RFC6749-6: a server that rotates sends the next one; one that does not leaves the old one valid
  if (fresh.refresh_token.empty()) fresh.refresh_token = tokens.refresh_token;
  fresh.id_token = tokens.id_token;
  fresh.sub = tokens.sub;
  fresh.nonce = tokens.nonce;
  if (id_token.empty() || tokens.sub.empty()) co_return fresh;
  // OIDC-12.2: the same person; a nonce need not be there, but only the one of the login may be
  std::optional<std::string> nonce;
  if (has_nonce(id_token)) nonce = tokens.nonce;
  const auto claims = co_await verify_id_token(id_token, fresh.access_token.reveal(), nonce, std::nullopt);
  if (!claims) co_return std::unexpected(claims.error());
  if (*claims->sub != tokens.sub) co_return fail(ErrorCode::InvalidToken, "The refreshed ID token is of another user.");
  fresh.id_token = SecretText(id_token);
  co_return fresh;
}

Task<Result<Tokens>> Client::request_client_token(std::vector<std::string> scope, std::vector<std::string> resource) {
  Entries form;
  form.push_back({"grant_type", "client_credentials"});
  add_if(form, "scope", join(scope, " "));
  for (const auto& one : resource) form.push_back({"resource", one});
  CO_TRY_ASSIGN(const auto dpop_key, make_dpop_key());
  auto response = co_await request_token(std::move(form), dpop_key);
  if (!response) co_return std::unexpected(std::move(response).error());
  co_return make_tokens(*std::move(response), std::move(scope), dpop_key);
}

Task<Result<Tokens>> Client::client_credentials(std::vector<std::string> scope, std::vector<std::string> resource) {
  if (scope.empty()) scope = config_.scope;
  if (resource.empty()) resource = config_.resource;
  return request_client_token(std::move(scope), std::move(resource));
}

Task<Result<Tokens>> Client::in_app_credentials(std::string scope) {
  return request_client_token({std::move(scope)}, {});
}

Task<Result<void>> Client::revoke(SecretText token, std::string token_type_hint) {
  const auto metadata = co_await server_.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  Post revocation{choose((*metadata)->revocation_endpoint, (*metadata)->mtls_endpoint_aliases.revocation_endpoint),
                  {{"token", token.reveal()}}};
  add_if(revocation.form, "token_type_hint", std::move(token_type_hint));
  const auto response = co_await post(std::move(revocation));
  if (!response) co_return std::unexpected(response.error());
  if (response->status != 200) co_return std::unexpected(read_refusal(*response));
  co_return Result<void>{};
}

Task<Result<oauth::IntrospectionResponse>> Client::introspect(SecretText token, bool accept_json) {
  const auto metadata = co_await server_.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  Post question{choose((*metadata)->introspection_endpoint, (*metadata)->mtls_endpoint_aliases.introspection_endpoint),
                {{"token", token.reveal()}}};
  question.accept = accept_json ? "application/json" : std::string(oauth::kIntrospectionJwtMediaType);
  const auto response = co_await post(std::move(question));
  if (!response) co_return std::unexpected(response.error());
  if (response->status != 200) co_return std::unexpected(read_refusal(*response));
  if (accept_json) co_return oauth::parse_introspection(response->body);
  if (!is_jwt_answer(*response)) co_return fail(ErrorCode::InvalidToken, "The introspection answer is not signed.");
  CO_TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(response->body));
  const auto keys = co_await server_.keys_for(jws);
  if (!keys) co_return std::unexpected(keys.error());
  co_return oauth::verify_introspection_jwt(response->body, **keys,
                                            {.issuer = config_.issuer,
                                             .resource_server = config_.credential.client_id,
                                             .now = clock_.now(),
                                             .algorithms = config_.id_token_algorithms,
                                             .clock = config_.clock});
}

}  // namespace signet::client
