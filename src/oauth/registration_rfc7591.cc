#include "oauth/registration_rfc7591.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "base/url.h"
#include "oauth/claims.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "oauth/fapi2_security.h"
#include "oauth/mtls_rfc8705.h"
#include "oauth/rar_rfc9396.h"
#include "oauth/registration_members.h"
#include "oauth/resource_rfc8707.h"

namespace signet::oauth {
namespace {

constexpr auto kCode = ErrorCode::InvalidClientMetadata;
constexpr std::string_view kThemeCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::array<std::string_view, 3> kGrantTypes = {"authorization_code", "refresh_token", "client_credentials"};

Result<void> check_names(const ClientMetadata& client) {
  if (!is_client_id(client.client_id))
    return fail(kCode, "The member client_id must be 1 to 255 visible ASCII characters.");
  if (client.client_name.size() > 200 ||
      std::ranges::any_of(client.client_name, [](char c) { return c >= 0 && c < 0x20; })) {
    return fail(kCode, "The member client_name must be at most 200 bytes without control characters.");
  }
  if (client.theme.size() > 64 || client.theme.find_first_not_of(kThemeCharacters) != std::string::npos) {
    return fail(kCode, "The member theme must be at most 64 letters, digits, - and _.");
  }
  return {};
}

bool is_https_url(std::string_view text) {
  const auto url = parse_url(text);
  return text.size() <= 2048 && url && url->is_https() && url->userinfo.empty();
}

Result<void> check_urls(const ClientMetadata& client) {
  for (const auto* text : {&client.client_uri, &client.logo_uri, &client.policy_uri, &client.tos_uri}) {
    if (!text->empty() && !is_https_url(*text)) {
      return fail(kCode, "The members client_uri, logo_uri, policy_uri and tos_uri must be https URLs.");
    }
  }
  if (!client.jwks_uri.empty() && !is_https_url(client.jwks_uri)) {  // FAPI2-SP-FINAL-5.4
    return fail(kCode, "The member jwks_uri must be an https URL.");
  }
  if (!client.sector_identifier_uri.empty() && !is_https_url(client.sector_identifier_uri)) {  // OIDC-8.1
    return fail(kCode, "The member sector_identifier_uri must be an https URL.");
  }
  return {};
}

Result<void> check_redirect_uris(const ClientMetadata& client, const Profile& profile) {
  if (client.redirect_uris.size() > 64) return fail(ErrorCode::InvalidRedirectUri, "There are too many redirect_uris.");
  for (const auto& uri : client.redirect_uris) TRY(check_redirect_uri_allowed(uri, profile));
  if (client.may_use_grant("authorization_code") && client.redirect_uris.empty() &&
      profile.require_registered_redirect_uri) {
    return fail(ErrorCode::InvalidRedirectUri, "The member redirect_uris is missing.");
  }
  return {};
}

/// Exactly as a browser sends it in Origin (RFC6454-6.2), because it is compared as text.
bool is_web_origin(std::string_view text) {
  const auto url = parse_url(text);
  return url && url->origin() == text && (url->is_https() || (url->scheme == "http" && url->is_loopback()));
}

Result<void> check_origins(const ClientMetadata& client) {
  if (std::ranges::all_of(client.allowed_origins, is_web_origin)) return {};
  return fail(kCode, "The member allowed_origins must hold https origins like https://app.example, or loopback ones.");
}

Result<void> check_grants(const ClientMetadata& client) {
  for (const auto& grant : client.grant_types) {
    if (std::ranges::find(kGrantTypes, grant) == kGrantTypes.end()) {
      return fail(kCode, "The member grant_types has a value that is not supported.");
    }
  }
  const bool code = client.may_use_grant("authorization_code");
  // RFC7591-2.1: grant_types and response_types must agree
  if (client.response_types != (code ? std::vector<std::string>{"code"} : std::vector<std::string>{})) {
    return fail(kCode, "The member response_types must be code exactly when grant_types has authorization_code.");
  }
  if (client.may_use_grant("refresh_token") && !code) {
    return fail(kCode, "The grant type refresh_token needs authorization_code.");
  }
  if (client.may_use_grant("client_credentials") && client.is_public()) {  // RFC6749-4.4
    return fail(kCode, "A public client cannot use the grant type client_credentials.");
  }
  return {};
}

bool has_signing_key(const ClientMetadata& client, const Profile& profile) {
  if (!client.jwks) return true;  // behind jwks_uri, seen when it is fetched
  const auto fits = [&](crypto::SignatureAlgorithm algorithm) {
    return !client.jwks->candidates("", algorithm).empty();
  };
  if (client.token_endpoint_auth_signing_alg) return fits(*client.token_endpoint_auth_signing_alg);
  return std::ranges::any_of(profile.signing_algorithms, fits);
}

Result<void> check_authentication(const ClientMetadata& client, const Profile& profile) {
  const auto method = client.token_endpoint_auth_method;
  const bool wants_keys =
      method == ClientAuthMethod::PrivateKeyJwt || method == ClientAuthMethod::SelfSignedTlsClientAuth;
  if (!profile.allows(method)) {  // FAPI2-SP-FINAL-5.3.2.1
    return fail(kCode, "The member token_endpoint_auth_method has a value that the profile does not allow.");
  }
  if (client.jwks && !client.jwks_uri.empty())
    return fail(kCode, "The members jwks and jwks_uri exclude each other.");  // RFC7591-2
  if (wants_keys && !client.jwks && client.jwks_uri.empty())
    return fail(kCode, "The member jwks or jwks_uri is missing.");
  if (client.jwks && !has_own_certificates(*client.jwks)) {  // RFC7517-4.7
    return fail(kCode, "The member jwks has a key whose first certificate in x5c is of another key.");
  }
  if (method == ClientAuthMethod::PrivateKeyJwt && !has_signing_key(client, profile)) {
    return fail(kCode, "The member jwks has no key for an allowed signature algorithm.");
  }
  // RFC8705-2.1.2: exactly one subject with tls_client_auth; with another method it would be a rule nobody checks
  if ((method == ClientAuthMethod::TlsClientAuth) != client.tls_client_auth_subject.has_value()) {
    return fail(kCode,
                "Exactly one tls_client_auth member must stand with the method tls_client_auth, and none without it.");
  }
  if (client.token_endpoint_auth_signing_alg && method != ClientAuthMethod::PrivateKeyJwt) {
    return fail(kCode, "The member token_endpoint_auth_signing_alg needs the method private_key_jwt.");
  }
  return {};
}

Result<void> check_algorithms(const ClientMetadata& client, const Profile& profile) {
  const auto allowed = [&](const std::optional<crypto::SignatureAlgorithm>& algorithm) {
    return !algorithm || profile.allows(*algorithm);
  };
  if (!allowed(client.token_endpoint_auth_signing_alg)) {
    return fail(kCode, "The member token_endpoint_auth_signing_alg is not allowed by the profile.");
  }
  if (!allowed(client.access_token_signed_response_alg) || !allowed(client.id_token_signed_response_alg) ||
      !allowed(client.introspection_signed_response_alg)) {  // FAPI2-SP-FINAL-5.4.1
    return fail(kCode, "A signed_response_alg is not allowed by the profile.");
  }
  return {};
}

Result<void> check_tokens(const ClientMetadata& client, const Profile& profile) {
  if (client.dpop_bound_access_tokens &&
      client.tls_client_certificate_bound_access_tokens) {  // RFC7800-3.1, RFC8705-3.4
    return fail(kCode, "Access tokens cannot be bound to a DPoP key and to a certificate at once.");
  }
  for (const auto& scope : client.scope) {
    if (!is_scope_token(scope)) return fail(kCode, "The member scope has a character that no scope may have.");
  }
  if (contains(client.scope, "openid") && !profile.openid) return fail(kCode, "The scope openid is not offered here.");
  if (!std::ranges::all_of(client.authorization_details_types, is_known_detail_type)) {  // RFC9396-10
    return fail(kCode, "The member authorization_details_types names a type that is not known.");
  }
  for (const auto& resource : client.resource) {
    if (!check_resource_indicator(resource)) {
      return fail(kCode, "The member resource must hold absolute URIs without fragment.");
    }
  }
  return {};
}

Result<void> check_subject(const ClientMetadata& client) {
  if (client.subject_type != SubjectType::Pairwise) return {};
  TRY(sector_of(client));
  return {};
}

}  // namespace

bool ClientMetadata::may_use_grant(std::string_view grant_type) const {
  return contains(grant_types, grant_type);
}

Result<ClientMetadata> parse_client_metadata(const json::object& object, const Profile& profile) {
  TRY_ASSIGN(ClientMetadata client, read_client_members(object));
  TRY(check_names(client));
  TRY(check_grants(client));
  TRY(check_urls(client));
  TRY(check_redirect_uris(client, profile));
  TRY(check_origins(client));
  TRY(check_authentication(client, profile));
  TRY(check_algorithms(client, profile));
  TRY(check_tokens(client, profile));
  TRY(check_subject(client));
  return client;
}

Result<std::string> sector_of(const ClientMetadata& client) {
  if (!client.sector_identifier_uri.empty()) {
    TRY_ASSIGN(const Url url, parse_url(client.sector_identifier_uri));
    return url.host;
  }
  std::set<std::string> hosts;
  for (const auto& uri : client.redirect_uris) {
    const auto url = parse_url(uri);
    hosts.insert(url ? url->host : uri);  // an app's private-use URI has no host: it is its own sector
  }
  if (hosts.size() > 1) {  // OIDC-8.1
    return fail(kCode, "The member sector_identifier_uri is required, since the redirect_uris have several hosts.");
  }
  return hosts.empty() ? client.client_id : *hosts.begin();
}

}  // namespace signet::oauth
