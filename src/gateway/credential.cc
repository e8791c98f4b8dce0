#include "gateway/credential.h"

#include "base/url.h"
#include "http/form.h"
#include "jose/jwk.h"
#include "oauth/assertion_rfc7523.h"

namespace signet::gateway {
namespace {

/// The algorithm a key signs with when it does not say so itself.
Result<crypto::SignatureAlgorithm> algorithm_of(const jose::PrivateJwk& jwk) {
  if (jwk.alg) return *jwk.alg;
  using enum crypto::SignatureAlgorithm;
  for (const auto algorithm : {ES256, EdDSA, PS256}) {
    if (jwk.key.public_key().fits(algorithm)) return algorithm;
  }
  return fail(ErrorCode::UnsupportedAlgorithm, "The key fits none of ES256, EdDSA and PS256.");
}

}  // namespace

Result<jose::Signer> parse_signer(std::string_view json_text) {
  TRY_ASSIGN(const json::object object, parse_json_object(json_text));
  const json::object* key = &object;
  if (const auto* keys = object.if_contains("keys")) {
    if (!keys->is_array() || keys->get_array().size() != 1 || !keys->get_array().front().is_object()) {
      return fail(ErrorCode::Malformed, "The key set must have one key.");
    }
    key = &keys->get_array().front().get_object();
  }
  TRY_ASSIGN(jose::PrivateJwk jwk, jose::parse_private_jwk(*key));
  TRY_ASSIGN(const auto algorithm, algorithm_of(jwk));
  return jose::Signer{std::move(jwk.key), algorithm, std::move(jwk.kid)};
}

Result<void> check_signer(const jose::Signer& signer) {
  TRY_ASSIGN(const std::string signed_text, jose::sign_jws(signer, {}, "{}"));
  TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(signed_text));
  TRY(jws.verify(signer.key.public_key()));
  return {};
}

Result<std::string> make_question(const Credential& credential, std::vector<http::Form::Entry> asks, Random& random,
                                  Instant now) {
  std::vector<http::Form::Entry> form = std::move(asks);
  std::erase_if(form, [](const http::Form::Entry& entry) { return entry.value.empty(); });
  form.push_back({"client_id", credential.client_id});
  if (credential.signer) {
    const std::string claims =
        oauth::render_client_assertion_claims(credential.client_id, credential.issuer, make_random_token(random), now);
    TRY_ASSIGN(std::string assertion, jose::sign_jws(*credential.signer, oauth::kClientAssertionTyp, claims));
    form.push_back({"client_assertion_type", std::string(oauth::kClientAssertionType)});
    form.push_back({"client_assertion", std::move(assertion)});
  }
  return http::render_form(form);
}

}  // namespace signet::gateway
