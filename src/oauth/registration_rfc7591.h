#pragma once
// Client metadata: the registered names, their types and their rules. Spec: RFC7591-2, RFC8705-2.1.2, RFC9449-5.2, OIDC
// DCR-2

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "jose/jwks.h"
#include "oauth/profile.h"

namespace signet::oauth {

enum class SubjectType { Public, Pairwise };
enum class AccessTokenFormat { Opaque, Jwt };

/// The one subject a certificate of a tls_client_auth client must have. Spec: RFC8705-2.1.2
struct CertificateSubject {
  enum class Kind { Dn, San_dns, San_uri, San_ip, San_email };
  Kind kind = Kind::Dn;
  std::string value;
};

/// A registered client. Absent members have the defaults of the issuer's profile, filled in when the metadata is
/// parsed.
struct ClientMetadata {
  std::string client_id;
  std::string client_name;
  std::string client_uri;
  std::string logo_uri;
  std::string policy_uri;
  std::string tos_uri;
  std::vector<std::string> contacts;
  std::string theme;  ///< `theme`: which look of the issuer's pages its users see; empty: the issuer's

  std::vector<std::string> redirect_uris;
  /// `allowed_origins` of Signet's own: web apps of this client that may call the hypermedia API
  std::vector<std::string> allowed_origins;
  std::vector<std::string> grant_types;
  std::vector<std::string> response_types;
  std::vector<std::string> scope;  ///< what the client may ask for
  /// The types it may ask for. Spec: RFC9396-10
  std::vector<std::string> authorization_details_types;
  std::vector<std::string> resource;  ///< audiences its tokens may have; `resource` of Signet's own, RFC 8707 values

  ClientAuthMethod token_endpoint_auth_method = ClientAuthMethod::PrivateKeyJwt;
  std::optional<crypto::SignatureAlgorithm> token_endpoint_auth_signing_alg;
  std::optional<CertificateSubject> tls_client_auth_subject;
  std::string jwks_uri;
  std::optional<jose::JwkSet> jwks;

  bool dpop_bound_access_tokens = false;
  bool tls_client_certificate_bound_access_tokens = false;
  bool use_mtls_endpoint_aliases = false;
  bool require_pushed_authorization_requests = false;

  AccessTokenFormat access_token_format = AccessTokenFormat::Opaque;  ///< `access_token_format`: "opaque" or "jwt"
  // Absent: whatever the issuer's default is when it signs.
  std::optional<crypto::SignatureAlgorithm> access_token_signed_response_alg;
  std::optional<crypto::SignatureAlgorithm> id_token_signed_response_alg;
  std::optional<crypto::SignatureAlgorithm> introspection_signed_response_alg;

  SubjectType subject_type = SubjectType::Public;
  std::string sector_identifier_uri;

  std::optional<Duration> default_max_age;
  bool require_auth_time = false;
  std::vector<std::string> default_acr_values;
  bool introspection_allowed =
      false;  ///< `introspection_allowed`: may call the introspection endpoint as a resource server

  [[nodiscard]] bool is_public() const { return token_endpoint_auth_method == ClientAuthMethod::None; }
  [[nodiscard]] bool may_use_grant(std::string_view grant_type) const;
  /// Must its tokens be bound to a key, and which proof is it registered for? Neither flag: the profile decides.
  [[nodiscard]] bool wants_bound_tokens() const {
    return dpop_bound_access_tokens || tls_client_certificate_bound_access_tokens;
  }
};

/// Client metadata from a JSON object, checked against the profile. `client_id` must be inside. Unknown members are
/// refused, so that a misspelt security setting is never silently dropped. Fails: InvalidClientMetadata,
/// InvalidRedirectUri; the public text names the member
[[nodiscard]] Result<ClientMetadata> parse_client_metadata(const json::object& object, const Profile& profile);

/// The complete metadata with RFC 7591 names, defaults written out but for those that are the issuer's.
[[nodiscard]] json::object to_json(const ClientMetadata& client);

/// Host of the sector: of sector_identifier_uri, else of the one redirect host. Spec: OIDC-8.1
/// Fails: InvalidClientMetadata when several hosts are registered without a sector_identifier_uri
[[nodiscard]] Result<std::string> sector_of(const ClientMetadata& client);

}  // namespace signet::oauth
