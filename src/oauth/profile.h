#pragma once
// Security profiles as data: what an issuer demands of every client. A client may be stricter than its issuer, never
// laxer.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/key.h"
#include "jose/jwt.h"

namespace signet::oauth {

/// Client authentication methods by their registered names. Spec: RFC7591-2, RFC8705-2, OIDC-9
enum class ClientAuthMethod { None, PrivateKeyJwt, TlsClientAuth, SelfSignedTlsClientAuth };
[[nodiscard]] std::string_view name_of(ClientAuthMethod method);
/// Does the client prove itself with its TLS certificate? Spec: RFC8705-2
[[nodiscard]] bool is_by_certificate(ClientAuthMethod method);
[[nodiscard]] std::optional<ClientAuthMethod> find_client_auth_method(std::string_view name);

/// Which `aud` a client assertion may carry.
enum class AssertionAudience {
  IssuerString,      ///< exactly the issuer, as a JSON string (FAPI2-SP-FINAL-5.3.2.1)
  Issuer,            ///< the issuer as a string or a one-element array (RFC 10070)
  IssuerOrEndpoint,  ///< the issuer or the URL of the endpoint that is called (FAPI 1, older clients)
};

enum class RefreshRotation {
  Never,          ///< the token stays (FAPI2-SP-FINAL-5.3.2.1)
  PublicClients,  ///< rotated for clients without authentication (RFC9700-4.14)
  Always,
};

struct Profile {
  std::string_view name;

  bool require_pushed_authorization_requests = false;
  bool require_pkce = true;
  bool require_sender_constraint = false;
  bool allow_public_clients = false;
  bool openid = true;  ///< may clients ask for the scope `openid`
  bool require_registered_redirect_uri = true;
  bool ignore_unknown_scopes = false;  ///< of a request: those that the issuer does not offer

  std::vector<ClientAuthMethod> client_auth_methods;
  std::vector<crypto::SignatureAlgorithm>
      signing_algorithms;  ///< accepted in assertions and proofs, offered for tokens
  /// Keys that an issuer keeps unless it says otherwise; clients without a wish get the first.
  std::vector<crypto::SignatureAlgorithm> default_signing_algorithms;
  AssertionAudience assertion_audience = AssertionAudience::IssuerString;
  RefreshRotation refresh_rotation = RefreshRotation::Never;
  Duration refresh_rotation_grace = seconds{60};

  Duration request_uri_lifetime = seconds{90};
  Duration authorization_code_lifetime = seconds{60};
  Duration access_token_lifetime = minutes{10};
  Duration id_token_lifetime = minutes{10};
  Duration refresh_token_lifetime = days{90};
  Duration max_assertion_lifetime = minutes{10};  ///< `exp` at most this far in the future
  Duration dpop_proof_lifetime = seconds{60};     ///< `iat` at most this far in the past
  jose::ClockTolerance clock{};

  [[nodiscard]] bool allows(ClientAuthMethod method) const;
  [[nodiscard]] bool allows(crypto::SignatureAlgorithm algorithm) const;
};

/// All profiles, one row each: fapi2_security (the default), oauth2, openid.
[[nodiscard]] std::span<const Profile> profiles();
[[nodiscard]] const Profile* find_profile(std::string_view name);

}  // namespace signet::oauth
