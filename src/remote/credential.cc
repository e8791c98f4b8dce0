#include "remote/credential.h"

#include "oauth/assertion_rfc7523.h"

namespace signet::remote {

Result<void> check_credential(const Credential& credential) {
  constexpr auto kCode = ErrorCode::InvalidClientMetadata;
  if (credential.client_id.empty()) return fail(kCode, "The client has no client_id.");
  const bool signs = credential.method == oauth::ClientAuthMethod::PrivateKeyJwt;
  if (signs && !credential.signer) return fail(kCode, "The method private_key_jwt needs a signing key.");
  if (signs && !credential.signer->key.public_key().fits(credential.signer->alg)) {
    return fail(kCode, "The signing key does not fit its algorithm.");
  }
  if (credential.authenticates_by_tls() && !credential.has_certificate()) {
    return fail(kCode, "The client authentication by TLS needs a certificate.");
  }
  if (credential.has_certificate() && credential.private_key_pem.empty()) {
    return fail(kCode, "The certificate has no private key.");
  }
  return {};
}

Result<void> authenticate(const Credential& credential, std::string_view issuer, Random& random, Instant now,
                          std::vector<http::Form::Entry>& form) {
  form.push_back({"client_id", credential.client_id});  // RFC8705-2: always there with TLS; RFC7521-4.2: may be
  if (credential.method != oauth::ClientAuthMethod::PrivateKeyJwt) return {};
  // FAPI2-SP-FINAL-5.3.3.1: the audience is the issuer and not the endpoint, so a hostile endpoint cannot use it
  // elsewhere
  const std::string claims =
      oauth::render_client_assertion_claims(credential.client_id, issuer, make_random_token(random), now);
  TRY_ASSIGN(std::string assertion, jose::sign_jws(*credential.signer, oauth::kClientAssertionTyp, claims));
  form.push_back({"client_assertion_type", std::string(oauth::kClientAssertionType)});
  form.push_back({"client_assertion", std::move(assertion)});
  return {};
}

net::ClientTls make_tls(const Credential& credential, const std::string& ca_pem, bool with_certificate) {
  net::ClientTls tls;
  tls.ca_pem = ca_pem;
  if (with_certificate && credential.has_certificate()) {
    tls.certificate_pem = credential.certificate_pem;
    tls.private_key_pem = credential.private_key_pem;
  }
  return tls;
}

crypto::SignatureAlgorithm default_algorithm(const crypto::PublicKey& key) {
  using enum crypto::SignatureAlgorithm;
  for (const auto algorithm : {ES256, ES384, ES512, EdDSA, PS256}) {
    if (key.fits(algorithm)) return algorithm;
  }
  return PS256;
}

}  // namespace signet::remote
