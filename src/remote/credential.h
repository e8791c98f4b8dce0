#pragma once
// How a party proves to an authorization server who it is. Spec: RFC7523-2.2, RFC8705-2, FAPI2-SP-FINAL-5.3.3.1

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/form.h"
#include "jose/jws.h"
#include "net/http_client.h"
#include "oauth/profile.h"

namespace signet::remote {

struct Credential {
  std::string client_id;
  oauth::ClientAuthMethod method = oauth::ClientAuthMethod::PrivateKeyJwt;
  std::optional<jose::Signer> signer;  ///< private_key_jwt
  std::string certificate_pem;         ///< of the TLS connection; also what mTLS-bound tokens are bound to
  SecretText private_key_pem;

  [[nodiscard]] bool has_certificate() const { return !certificate_pem.empty(); }
  [[nodiscard]] bool authenticates_by_tls() const {
    return method == oauth::ClientAuthMethod::TlsClientAuth ||
           method == oauth::ClientAuthMethod::SelfSignedTlsClientAuth;
  }
};

/// Does the credential hold what its method needs? Fails: InvalidClientMetadata
[[nodiscard]] Result<void> check_credential(const Credential& credential);

/// Adds what identifies the caller to a form. An assertion is new in every call and its audience is the issuer as one
/// string, whatever endpoint it is sent to. Fails: as jose::sign_jws
[[nodiscard]] Result<void> authenticate(const Credential& credential, std::string_view issuer, Random& random,
                                        Instant now, std::vector<http::Form::Entry>& form);

/// The TLS settings of a connection: the certificate is sent only where `with_certificate` says so.
[[nodiscard]] net::ClientTls make_tls(const Credential& credential, const std::string& ca_pem, bool with_certificate);

/// The algorithm a key signs with when nobody says which: ES256, ES384, ES512, EdDSA, PS256.
[[nodiscard]] crypto::SignatureAlgorithm default_algorithm(const crypto::PublicKey& key);

}  // namespace signet::remote
