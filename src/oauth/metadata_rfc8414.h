#pragma once
// Authorization server metadata: what the server offers, written once and served at both well-known places.
// Spec: RFC8414-2, OIDC-DISCOVERY-3, RFC8705-5, RFC9126-5, RFC9207-3, RFC9449-5.1, RFC9701-7, RFC9396-10

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet::oauth {

/// Endpoints that exist a second time on a host that asks for client certificates. Spec: RFC8705-5
struct MtlsEndpointAliases {
  std::string token_endpoint;
  std::string revocation_endpoint;
  std::string introspection_endpoint;
  std::string userinfo_endpoint;
  std::string pushed_authorization_request_endpoint;
  std::string registration_endpoint;
};

/// Empty strings and lists are left out of the document.
struct AuthorizationServerMetadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string registration_endpoint;
  std::string revocation_endpoint;
  std::string introspection_endpoint;
  std::string userinfo_endpoint;
  std::string pushed_authorization_request_endpoint;
  std::string end_session_endpoint;
  MtlsEndpointAliases mtls_endpoint_aliases;

  std::vector<std::string> scopes_supported;
  std::vector<std::string> response_types_supported;
  std::vector<std::string> response_modes_supported;
  std::vector<std::string> grant_types_supported;
  std::vector<std::string> token_endpoint_auth_methods_supported;
  std::vector<std::string> token_endpoint_auth_signing_alg_values_supported;
  std::vector<std::string> revocation_endpoint_auth_methods_supported;
  std::vector<std::string> revocation_endpoint_auth_signing_alg_values_supported;
  std::vector<std::string> introspection_endpoint_auth_methods_supported;
  std::vector<std::string> introspection_endpoint_auth_signing_alg_values_supported;
  std::vector<std::string> introspection_signing_alg_values_supported;
  std::vector<std::string> code_challenge_methods_supported;
  std::vector<std::string> dpop_signing_alg_values_supported;
  std::vector<std::string> protected_resources;
  std::vector<std::string> acr_values_supported;
  std::vector<std::string> subject_types_supported;
  std::vector<std::string> id_token_signing_alg_values_supported;
  std::vector<std::string> userinfo_signing_alg_values_supported;
  std::vector<std::string> claims_supported;
  std::vector<std::string> prompt_values_supported;
  std::vector<std::string> ui_locales_supported;
  std::vector<std::string> display_values_supported;
  std::vector<std::string> authorization_details_types_supported;
  std::string service_documentation;
  std::string op_policy_uri;
  std::string op_tos_uri;

  bool require_pushed_authorization_requests = false;
  bool authorization_response_iss_parameter_supported = false;
  bool tls_client_certificate_bound_access_tokens = false;
  bool request_parameter_supported = false;
  bool request_uri_parameter_supported = false;  ///< written always: leaving it out would mean true (OIDC-DISCOVERY-3)
  bool claims_parameter_supported = false;
};

/// The JSON document. It holds registered members only (conformance.md 2.1).
[[nodiscard]] std::string render_metadata(const AuthorizationServerMetadata& metadata);

/// A document fetched for `issuer`. Unknown members are ignored. Fails: Malformed (types, no https where the issuer has
/// https), InvalidRequest when the document speaks for another issuer (RFC8414-3.3: exact string)
[[nodiscard]] Result<AuthorizationServerMetadata> parse_metadata(std::string_view body, std::string_view issuer);

/// Where the documents of an issuer are: OAuth inserts its well-known before the path, OpenID appends. Fails: Malformed
[[nodiscard]] Result<std::string> oauth_metadata_url(std::string_view issuer);
[[nodiscard]] Result<std::string> openid_metadata_url(std::string_view issuer);
/// Inserts "/.well-known/<name>" between host and path. Spec: RFC8414-3.1, RFC9728-3.1
[[nodiscard]] Result<std::string> insert_well_known(std::string_view url, std::string_view name);

}  // namespace signet::oauth
