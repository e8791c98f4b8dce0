#include "oauth/profile.h"

#include <algorithm>
#include <array>

namespace signet::oauth {
namespace {

using crypto::SignatureAlgorithm;

struct MethodName {
  ClientAuthMethod method;
  std::string_view name;
};
constexpr std::array<MethodName, 4> kMethodNames = {{
    {ClientAuthMethod::None, "none"},
    {ClientAuthMethod::PrivateKeyJwt, "private_key_jwt"},
    {ClientAuthMethod::TlsClientAuth, "tls_client_auth"},
    {ClientAuthMethod::SelfSignedTlsClientAuth, "self_signed_tls_client_auth"},
}};

/// The defaults of the struct are FAPI 2.0; each row below says where it is laxer.
Profile make_fapi2_security() {
  Profile profile;
  profile.name = "fapi2_security";
  profile.require_pushed_authorization_requests = true;  // FAPI2-SP-FINAL-5.3.2.2
  profile.require_pkce = true;                           // FAPI2-SP-FINAL-5.3.2.2
  profile.require_sender_constraint = true;              // FAPI2-SP-FINAL-5.3.2.1
  profile.allow_public_clients = false;                  // FAPI2-SP-FINAL-5.3.2.1
  profile.client_auth_methods = {ClientAuthMethod::PrivateKeyJwt, ClientAuthMethod::TlsClientAuth,
                                 ClientAuthMethod::SelfSignedTlsClientAuth};  // FAPI2-SP-FINAL-5.3.2.1
  profile.signing_algorithms = {SignatureAlgorithm::PS256, SignatureAlgorithm::ES256,
                                SignatureAlgorithm::EdDSA};  // FAPI2-SP-FINAL-5.4.1
  profile.default_signing_algorithms = {SignatureAlgorithm::ES256};
  profile.assertion_audience = AssertionAudience::IssuerString;  // FAPI2-SP-FINAL-5.3.2.1
  profile.refresh_rotation = RefreshRotation::Never;             // FAPI2-SP-FINAL-5.3.2.1
  return profile;
}

Profile make_oauth2() {
  Profile profile = make_fapi2_security();
  profile.name = "oauth2";
  profile.openid = false;
  profile.require_pushed_authorization_requests = false;
  profile.require_sender_constraint = false;
  profile.allow_public_clients = true;
  profile.client_auth_methods.push_back(ClientAuthMethod::None);
  profile.signing_algorithms.push_back(SignatureAlgorithm::RS256);
  profile.assertion_audience = AssertionAudience::Issuer;     // RFC 10070
  profile.refresh_rotation = RefreshRotation::PublicClients;  // RFC9700-4.14
  return profile;
}

Profile make_openid() {
  Profile profile = make_oauth2();
  profile.name = "openid";
  profile.openid = true;
  profile.ignore_unknown_scopes = true;                                     // OIDC-3.1.2.1
  profile.default_signing_algorithms.push_back(SignatureAlgorithm::RS256);  // OIDC-DISCOVERY-3
  profile.require_pkce = false;  // of public clients it is required anyway, see check_pkce
  return profile;
}

}  // namespace

std::string_view name_of(ClientAuthMethod method) {
  return std::ranges::find(kMethodNames, method, &MethodName::method)->name;
}

bool is_by_certificate(ClientAuthMethod method) {
  return method == ClientAuthMethod::TlsClientAuth || method == ClientAuthMethod::SelfSignedTlsClientAuth;
}

std::optional<ClientAuthMethod> find_client_auth_method(std::string_view name) {
  const auto* const row = std::ranges::find(kMethodNames, name, &MethodName::name);
  if (row == kMethodNames.end()) return std::nullopt;
  return row->method;
}

bool Profile::allows(ClientAuthMethod method) const {
  return std::ranges::find(client_auth_methods, method) != client_auth_methods.end();
}

bool Profile::allows(crypto::SignatureAlgorithm algorithm) const {
  return std::ranges::find(signing_algorithms, algorithm) != signing_algorithms.end();
}

std::span<const Profile> profiles() {
  static const std::array<Profile, 3> rows = {make_fapi2_security(), make_oauth2(), make_openid()};
  return rows;
}

const Profile* find_profile(std::string_view name) {
  const auto rows = profiles();
  const auto row = std::ranges::find(rows, name, &Profile::name);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace signet::oauth
