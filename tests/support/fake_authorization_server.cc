#include "support/fake_authorization_server.h"

namespace signet::test {

jose::Signer new_signer(std::string kid, crypto::SignatureAlgorithm algorithm) {
  return {crypto::PrivateKey::generate(algorithm).value(), algorithm, std::move(kid)};
}

jose::JwkSet public_keys(const std::vector<jose::Signer>& signers) {
  std::vector<jose::Jwk> keys;
  for (const auto& signer : signers) {
    keys.push_back({signer.key.public_key(), signer.kid, "sig", signer.alg, {}, {}});
  }
  return jose::JwkSet(std::move(keys));
}

FakeAuthorizationServer::FakeAuthorizationServer(const Clock& time, std::string issuer_url)
    : issuer(std::move(issuer_url)), signer(new_signer("k1")), clock(time) {
  metadata.issuer = issuer;
  metadata.authorization_endpoint = issuer + "/authorize";
  metadata.token_endpoint = issuer + "/token";
  metadata.jwks_uri = issuer + "/jwks";
  metadata.revocation_endpoint = issuer + "/revoke";
  metadata.introspection_endpoint = issuer + "/introspect";
  metadata.userinfo_endpoint = issuer + "/userinfo";
  metadata.pushed_authorization_request_endpoint = issuer + "/par";
  metadata.dpop_signing_alg_values_supported = {"ES256", "PS256"};
  metadata.response_types_supported = {"code"};
  metadata.authorization_response_iss_parameter_supported = true;
  published = {signer};
  id_token.iss = issuer;
  id_token.sub = "alice";
  tokens.access_token = "access-token-1";
  tokens.token_type = "DPoP";
  tokens.expires_in = minutes{5};
  tokens.refresh_token = "refresh-token-1";
}

FakeAuthorizationServer::~FakeAuthorizationServer() = default;

Task<Result<http::Response>> FakeAuthorizationServer::send(net::OutgoingRequest request) {
  requests.push_back(request);
  auto response = answer(request);
  if (response && response->body.size() > request.max_response_bytes) {
    co_return fail(ErrorCode::TooLarge, "The answer is too large.");
  }
  co_return response;
}

void FakeAuthorizationServer::on(const std::string& path, Answer new_answer) {
  answers[path] = std::move(new_answer);
}

void FakeAuthorizationServer::on(const std::string& path, http::Response response) {
  on(path, [response](const net::OutgoingRequest&) { return Result<http::Response>(response); });
}

std::size_t FakeAuthorizationServer::count(std::string_view path) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [&](const net::OutgoingRequest& request) { return parse_url(request.url)->path == path; }));
}

const net::OutgoingRequest& FakeAuthorizationServer::last(std::string_view path) const {
  const auto found = std::ranges::find_if(requests.rbegin(), requests.rend(),
                                          [&](const auto& request) { return parse_url(request.url)->path == path; });
  if (found == requests.rend()) throw std::runtime_error("no request to " + std::string(path));
  return *found;
}

http::Form FakeAuthorizationServer::last_form(std::string_view path) const {
  return http::Form::parse(last(path).body).value();
}

std::string FakeAuthorizationServer::sign(std::string_view typ, std::string_view payload) const {
  return jose::sign_jws(signer, typ, payload).value();
}

std::string FakeAuthorizationServer::make_id_token() const {
  oauth::IdToken token = id_token;
  token.iat = clock.now();
  token.exp = clock.now() + minutes{5};
  if (token.aud.empty()) token.aud = client_id;
  if (!token.nonce && !pushed_nonce.empty()) token.nonce = pushed_nonce;
  return sign("", oauth::render_id_token_claims(token));
}

Result<http::Response> FakeAuthorizationServer::answer(const net::OutgoingRequest& request) {
  const std::string path = parse_url(request.url)->path;
  if (const auto found = answers.find(path); found != answers.end()) return found->second(request);
  if (path == "/.well-known/oauth-authorization-server") {
    return http::make_json_response(200, oauth::render_metadata(metadata));
  }
  if (path == "/jwks") return http::make_json_response(200, render_json(jose::to_json(public_keys(published))));
  if (path == "/par") return push(request);
  if (path == "/token") return token();
  if (path == "/introspect") return introspect(request);
  if (path == "/userinfo") return http::make_json_response(200, render_json(userinfo));
  if (path == "/revoke") return http::Response{};
  return http::Response{.status = 404, .fields = {}, .body = {}};
}

http::Response FakeAuthorizationServer::push(const net::OutgoingRequest& request) {
  const http::Form form = http::Form::parse(request.body).value();
  pushed_nonce = std::string(form.find("nonce").value_or(""));
  return http::make_json_response(201, R"({"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":90})");
}

http::Response FakeAuthorizationServer::token() const {
  oauth::TokenResponse response = tokens;
  if (id_token_text) {
    response.id_token = id_token_text();
  } else if (!pushed_nonce.empty()) {
    response.id_token = make_id_token();
  }
  return http::make_json_response(200, oauth::render_token_response(response));
}

http::Response FakeAuthorizationServer::introspect(const net::OutgoingRequest& request) const {
  if (request.fields.get("Accept") != oauth::kIntrospectionJwtMediaType) {
    return http::make_json_response(200, oauth::render_introspection(introspection));
  }
  http::Response response;
  response.fields.add("Content-Type", oauth::kIntrospectionJwtMediaType);
  response.body = sign(oauth::kIntrospectionJwtTyp,
                       oauth::render_introspection_claims(issuer, client_id, clock.now(), introspection));
  return response;
}

jose::Claims read_claims(std::string_view jwt) {
  return jose::parse_claims(jose::UnverifiedJws::parse(jwt).value().peek_payload()).value();
}

}  // namespace signet::test
