#include "support/client_fixture.h"

namespace signet::test {

Parameters with(Parameters form, const Parameters& more) {
  for (const auto& [name, value] : more) {
    std::erase_if(form, [&](const auto& entry) { return entry.name == name; });
    if (!value.empty()) form.push_back({name, value});
  }
  return form;
}

jose::Signer make_signer(std::string kid) {
  return {value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256)), crypto::SignatureAlgorithm::ES256,
          std::move(kid)};
}

jose::Jwk public_jwk(const jose::Signer& signer) {
  return {.key = signer.key.public_key(), .kid = signer.kid, .use = "sig", .alg = signer.alg, .key_ops = {}, .x5c = {}};
}

std::string make_proof(const jose::Signer& key, const oauth::DpopProofRequest& request) {
  return value_of(jose::sign_jws_with_header(key, oauth::render_dpop_header(key.key.public_key(), key.alg),
                                             oauth::render_dpop_claims(request)));
}

std::string jkt_of(const jose::Signer& key) {
  return jose::thumbprint(key.key.public_key());
}

TestClient::TestClient(std::string id, std::string redirect)
    : client_id(std::move(id)), redirect_uri(std::move(redirect)) {
  const jose::JwkSet keys({public_jwk(signer)});
  metadata = {{"client_id", client_id},
              {"client_name", "Acme Budget"},
              {"client_uri", "https://acme.example"},
              {"redirect_uris", json::array{json::string(redirect_uri)}},
              {"grant_types", json::array{"authorization_code", "refresh_token"}},
              {"response_types", json::array{"code"}},
              {"scope", "openid profile email offline_access accounts payments"},
              {"token_endpoint_auth_method", "private_key_jwt"},
              {"jwks", jose::to_json(keys)},
              {"dpop_bound_access_tokens", true}};
}

Parameters TestClient::authenticate(std::string_view issuer, Instant now, Random& random) const {
  const std::string claims = oauth::render_client_assertion_claims(client_id, issuer, make_random_id(random), now);
  return {{"client_id", client_id},
          {"client_assertion_type", std::string(oauth::kClientAssertionType)},
          {"client_assertion", value_of(jose::sign_jws(signer, oauth::kClientAssertionTyp, claims))}};
}

Parameters TestClient::authorization_request() const {
  return {{"client_id", client_id},
          {"response_type", "code"},
          {"redirect_uri", redirect_uri},
          {"scope", "openid accounts"},
          {"state", std::string(kState)},
          {"nonce", "nonce-of-the-client-19c2"},
          {"code_challenge", oauth::make_code_challenge(kVerifier)},
          {"code_challenge_method", "S256"}};
}

}  // namespace signet::test
