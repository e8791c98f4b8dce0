// What an authorization server answers a gateway: as it stands, and as header and claims on two lines that are signed
// here, so that mutations reach the checks behind the signature.

#include "gateway/phantom_token.h"
#include "require.h"

namespace signet {
namespace {

using gateway::PhantomForm;

constexpr std::string_view kIssuer = "https://as.example";
constexpr crypto::SignatureAlgorithm kAlgorithms[] = {
    crypto::SignatureAlgorithm::PS256, crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA};

const jose::Signer& server_key() {
  static const jose::Signer kSigner{crypto::PrivateKey::from_ed25519(SecretBytes(Bytes(32, 7))).value(),
                                    crypto::SignatureAlgorithm::EdDSA, "key-1"};
  return kSigner;
}
const jose::JwkSet& server_keys() {
  static const jose::JwkSet kKeys(
      {{.key = server_key().key.public_key(), .kid = "key-1", .use = "sig", .alg = {}, .key_ops = {}, .x5c = {}}});
  return kKeys;
}

void check_as(std::string_view jwt, PhantomForm form) {
  const auto known = gateway::verify_phantom(jwt, server_keys(),
                                             {.form = form,
                                              .issuer = kIssuer,
                                              .client_id = "gateway",
                                              .now = from_unix_seconds(1'800'000'000),
                                              .algorithms = kAlgorithms});
  if (!known) return fuzz::require(known.error().code == ErrorCode::Unavailable);
  fuzz::require(gateway::peek_kid(jwt).has_value());
  fuzz::require(known->phantom == (known->response.active ? jwt : ""));
  fuzz::require(known->response.iss == (known->response.active ? kIssuer : ""));
  std::string snapshot;
  gateway::append_snapshot(snapshot, *known);
  fuzz::require(gateway::parse_snapshot(snapshot).has_value());
}

void check(std::string_view jwt) {
  check_as(jwt, PhantomForm::IntrospectionJwt);
  check_as(jwt, PhantomForm::AccessTokenJwt);
}

void check_input(std::string_view text) {
  check(text);
  (void)gateway::cache_lifetime(text);
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return;
  const auto jwt = jose::sign_jws_with_header(server_key(), text.substr(0, line), text.substr(line + 1));
  if (jwt) check(*jwt);
}

}  // namespace
}  // namespace signet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signet::check_input(signet::as_text({data, size}));
  return 0;
}
