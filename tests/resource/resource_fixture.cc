#include "resource/resource_fixture.h"

namespace signet::test {

resource::ResourceConfig make_resource_config() {
  resource::ResourceConfig config;
  config.resource = kApi;
  resource::IssuerTrust trust{.issuer = "https://as.test", .introspection = remote::Credential{}};
  trust.introspection->client_id = "api";
  trust.introspection->signer = new_signer("api-key");
  config.issuers.push_back(std::move(trust));
  config.scopes_supported = {"accounts", "payments"};
  return config;
}

ResourceFixture::ResourceFixture(resource::ResourceConfig config)
    : api_(resource::ResourceServer::make(std::move(config), server_, clock_, random_).value()),
      guard_(api_->guard({.scope = {"accounts"}})) {
  server_.client_id = "api";
  server_.introspection.active = true;
  server_.introspection.iss = server_.issuer;
  server_.introspection.sub = "alice";
  server_.introspection.client_id = "demo";
  server_.introspection.scope = {"openid", "accounts"};
  server_.introspection.aud = {std::string(kApi)};
  server_.introspection.exp = clock_.now() + minutes{5};
  server_.introspection.cnf = oauth::SenderConstraint::dpop(jose::thumbprint(key_.public_key()));
}

ResourceFixture::~ResourceFixture() = default;

std::string ResourceFixture::make_jwt(std::function<void(oauth::JwtAccessToken&)> change) const {
  oauth::JwtAccessToken token;
  token.iss = server_.issuer;
  token.sub = "alice";
  token.aud = {std::string(kApi)};
  token.client_id = "demo";
  token.iat = clock_.now();
  token.exp = clock_.now() + minutes{5};
  token.jti = "t1";
  token.scope = {"accounts"};
  token.cnf = oauth::SenderConstraint::dpop(jose::thumbprint(key_.public_key()));
  if (change) change(token);
  return server_.sign(oauth::kAccessTokenTyp, oauth::render_access_token_claims(token));
}

ProofParts ResourceFixture::proof_parts(std::string_view token) {
  const auto header = oauth::render_dpop_header(key_.public_key(), crypto::SignatureAlgorithm::ES256);
  const std::string jti = make_random_token(random_);
  const auto claims = oauth::render_dpop_claims(
      {.method = "GET", .url = kAccounts, .jti = jti, .now = clock_.now(), .access_token = token});
  return {parse_json_object(header).value(), parse_json_object(claims).value()};
}

std::string ResourceFixture::sign(const ProofParts& parts) const {
  return jose::sign_jws_with_header({key_, crypto::SignatureAlgorithm::ES256, {}}, render_json(parts.header),
                                    render_json(parts.claims))
      .value();
}

std::string ResourceFixture::make_proof(std::string_view token) {
  return sign(proof_parts(token));
}

http::Request ResourceFixture::make_request(std::string_view token) {
  http::Request request = bare_request();
  request.fields.add("Authorization", "DPoP " + std::string(token));
  request.fields.add("DPoP", make_proof(token));
  return request;
}

http::Request ResourceFixture::bare_request() {
  http::Request request;
  request.method = "GET";
  request.target = "/accounts";
  return request;
}

void ResourceFixture::publish_nameless_key() {
  server_.signer = new_signer("");
  server_.published = {server_.signer};
}

verify::Verdict ResourceFixture::check(const http::Request& request) {
  return run_blocking(guard_.check(request, std::string(kAccounts)));
}

int ResourceFixture::status(const http::Request& request) {
  const auto verdict = check(request);
  const auto* refusal = std::get_if<verify::Refusal>(&verdict);
  return refusal == nullptr ? 200 : refusal->status;
}

int ResourceFixture::status_with_proof(const std::function<void(ProofParts&)>& change) {
  const std::string token = "opaque";
  ProofParts parts = proof_parts(token);
  change(parts);
  http::Request request = bare_request();
  request.fields.add("Authorization", "DPoP " + token);
  request.fields.add("DPoP", sign(parts));
  return status(request);
}

}  // namespace signet::test
