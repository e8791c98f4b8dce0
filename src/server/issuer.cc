#include "server/issuer.h"

#include <fstream>
#include <iterator>

#include "base/text.h"
#include "net/address.h"
#include "oauth/core_openid.h"
#include "oauth/hypermedia.h"
#include "oauth/metadata_rfc8414.h"

namespace signet::server {
namespace {

std::vector<std::string> algorithm_names(const std::vector<crypto::SignatureAlgorithm>& algorithms) {
  std::vector<std::string> names;
  for (const auto algorithm : algorithms) {
    names.emplace_back(crypto::name_of(algorithm));
    // RFC9864: the fully specified name is accepted wherever the old one is.
    if (algorithm == crypto::SignatureAlgorithm::EdDSA) names.emplace_back("Ed25519");
  }
  return names;
}

std::vector<std::string> auth_method_names(const IssuerConfig& config, bool public_clients) {
  std::vector<std::string> names;
  for (const auto method : config.profile->client_auth_methods) {
    const bool is_offered = (method != oauth::ClientAuthMethod::None || public_clients) &&
                            (!oauth::is_by_certificate(method) || config.mutual_tls);
    if (is_offered) names.emplace_back(oauth::name_of(method));
  }
  return names;
}

std::vector<std::string> offered_claims() {
  std::vector<std::string> claims = {"sub", "iss", "auth_time", "acr"};
  for (const std::string_view scope : {"profile", "email", "address", "phone"}) {
    for (const auto claim : oauth::claims_of_scope(scope)) claims.emplace_back(claim);
  }
  return claims;
}

oauth::MtlsEndpointAliases mtls_aliases(const Issuer& issuer) {
  if (issuer.config().mtls_url.empty()) return {};
  return {.token_endpoint = issuer.endpoint_url("/token", true),
          .revocation_endpoint = issuer.endpoint_url("/revoke", true),
          .introspection_endpoint = issuer.endpoint_url("/introspect", true),
          .userinfo_endpoint = issuer.profile().openid ? issuer.endpoint_url("/userinfo", true) : std::string(),
          .pushed_authorization_request_endpoint = issuer.endpoint_url("/par", true),
          .registration_endpoint = {}};
}

void add_openid(oauth::AuthorizationServerMetadata& metadata, const Issuer& issuer) {
  metadata.userinfo_endpoint = issuer.endpoint_url("/userinfo");
  metadata.subject_types_supported = {"public", "pairwise"};
  metadata.id_token_signing_alg_values_supported = algorithm_names(issuer.config().signing_algorithms);
  metadata.claims_supported = offered_claims();
  metadata.claims_parameter_supported = true;
  metadata.display_values_supported = {"page"};
}

oauth::AuthorizationServerMetadata describe(const Issuer& issuer) {
  const IssuerConfig& config = issuer.config();
  const oauth::Profile& profile = issuer.profile();
  oauth::AuthorizationServerMetadata metadata;
  metadata.issuer = config.url;
  metadata.authorization_endpoint = issuer.endpoint_url("/authorize");
  metadata.token_endpoint = issuer.endpoint_url("/token");
  metadata.jwks_uri = issuer.endpoint_url("/jwks");
  metadata.revocation_endpoint = issuer.endpoint_url("/revoke");
  metadata.introspection_endpoint = issuer.endpoint_url("/introspect");
  metadata.pushed_authorization_request_endpoint = issuer.endpoint_url("/par");
  metadata.mtls_endpoint_aliases = mtls_aliases(issuer);
  metadata.scopes_supported = issuer.scopes();
  metadata.response_types_supported = {"code"};
  metadata.response_modes_supported = {"query"};
  metadata.grant_types_supported = {"authorization_code", "refresh_token", "client_credentials"};
  metadata.token_endpoint_auth_methods_supported = auth_method_names(config, profile.allow_public_clients);
  metadata.revocation_endpoint_auth_methods_supported = metadata.token_endpoint_auth_methods_supported;
  metadata.introspection_endpoint_auth_methods_supported = auth_method_names(config, false);
  const auto accepted = algorithm_names(profile.signing_algorithms);
  metadata.token_endpoint_auth_signing_alg_values_supported = accepted;
  metadata.revocation_endpoint_auth_signing_alg_values_supported = accepted;
  metadata.introspection_endpoint_auth_signing_alg_values_supported = accepted;
  metadata.dpop_signing_alg_values_supported = accepted;
  metadata.introspection_signing_alg_values_supported = algorithm_names(config.signing_algorithms);
  metadata.code_challenge_methods_supported = {"S256"};
  metadata.prompt_values_supported = {"none", "login", "consent", "select_account"};
  metadata.acr_values_supported = config.acr_values;
  metadata.authorization_details_types_supported = config.authorization_details_types;  // RFC9396-10
  metadata.require_pushed_authorization_requests = profile.require_pushed_authorization_requests;
  for (const authn::Language* language : issuer.themes().find().languages)
    metadata.ui_locales_supported.push_back(language->tag());
  metadata.authorization_response_iss_parameter_supported = true;
  metadata.tls_client_certificate_bound_access_tokens = config.mutual_tls;  // RFC8705-3.3
  if (profile.openid) add_openid(metadata, issuer);
  return metadata;
}

Result<x509::TrustAnchors> load_anchors(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::Malformed, "The file of client_certificate_ca_file cannot be read.", file);
  return x509::TrustAnchors::from_pem(std::string(std::istreambuf_iterator<char>(in), {}));
}

/// RFC9110-4.2.3: hosts have no case, and the default port may stand or not.
bool is_authority_of(std::string_view origin, std::string_view authority) {
  if (origin.empty() || authority.empty()) return false;
  const std::string_view scheme = origin.substr(0, origin.find("://"));
  const std::string_view default_port = scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(default_port)) authority.remove_suffix(default_port.size());
  return equals_ignoring_ascii_case(origin.substr(scheme.size() + 3), authority);
}

/// WEBAUTHN-5.4: an RP ID is a domain, and an IP address is none.
webauthn::RelyingParty make_relying_party(const IssuerConfig& config, const Url& url) {
  webauthn::RelyingParty party{.id = config.webauthn_rp_id, .origins = config.webauthn_origins};
  if (party.id.empty() && !net::IpAddress::parse(url.host)) party.id = url.host;
  party.origins.push_back(url.origin());
  return party;
}

}  // namespace

std::vector<std::string> offered_scopes(const IssuerConfig& config) {
  std::vector<std::string> scopes;
  if (config.profile->openid) scopes = {"openid", "profile", "email", "address", "phone"};
  scopes.emplace_back("offline_access");
  for (const auto& scope : config.scopes) {
    if (!contains(scopes, scope)) scopes.push_back(scope);
  }
  if (config.hypermedia_authentication) scopes.emplace_back(oauth::kHypermediaScope);
  return scopes;
}

const jose::Signer* KeyRing::find(crypto::SignatureAlgorithm algorithm) const {
  for (const auto& signer : current) {
    if (signer.alg == algorithm) return &signer;
  }
  return nullptr;
}

Result<std::unique_ptr<Issuer>> Issuer::make(IssuerConfig config) {
  if (config.levels.empty()) config.levels = levels_of(config, {});
  std::unique_ptr<Issuer> issuer(new Issuer(std::move(config)));
  issuer->scopes_ = offered_scopes(issuer->config_);
  TRY_ASSIGN(const Url url, parse_url(issuer->config_.url));
  issuer->origin_ = url.origin();
  issuer->host_ = url.host;
  issuer->path_ = url.path == "/" ? "" : url.path;
  issuer->relying_party_ = make_relying_party(issuer->config_, url);
  if (!issuer->config_.mtls_url.empty()) {
    TRY_ASSIGN(const Url mtls_url, parse_url(issuer->config_.mtls_url));
    issuer->mtls_origin_ = mtls_url.origin();
  }
  if (!issuer->config_.client_certificate_ca_file.empty()) {
    TRY_ASSIGN(issuer->client_anchors_, load_anchors(issuer->config_.client_certificate_ca_file));
  }
  TRY_ASSIGN(issuer->themes_, authn::Themes::load(issuer->config_.theme_directory));
  issuer->metadata_document_ = oauth::render_metadata(describe(*issuer));
  return issuer;
}

bool Issuer::is_at(std::string_view authority) const {
  return is_authority_of(origin_, authority);
}

bool Issuer::is_at_mtls(std::string_view authority) const {
  return is_authority_of(mtls_origin_, authority);
}

Result<const jose::Signer*> Issuer::choose_signer(const KeyRing& keys, std::optional<crypto::SignatureAlgorithm> wanted,
                                                  PublicText refusal) const {
  const jose::Signer* signer = keys.find(wanted.value_or(config_.signing_algorithms.front()));
  if (signer != nullptr) return signer;
  if (!wanted) return fail(ErrorCode::Bug, "internal error", "the issuer has no key of its default algorithm");
  return fail(ErrorCode::UnauthorizedClient, refusal, std::string(crypto::name_of(*wanted)));
}

std::string Issuer::endpoint_url(std::string_view endpoint_path, bool mtls) const {
  return (mtls ? mtls_origin_ : origin_) + path_ + std::string(endpoint_path);
}

std::string login_audience(const Issuer& issuer) {
  return issuer.endpoint_url("/authorize");
}

std::vector<std::string> allowed_scopes(const oauth::ClientMetadata& client, const Issuer& issuer) {
  std::vector<std::string> allowed;
  for (const auto& scope : client.scope) {
    const bool is_idle = scope == "offline_access" && !client.may_use_grant("refresh_token");
    if (!is_idle && contains(issuer.scopes(), scope)) allowed.push_back(scope);
  }
  return allowed;
}

std::vector<std::string> allowed_resources(const oauth::ClientMetadata& client, const Issuer& issuer) {
  if (!client.resource.empty()) return client.resource;
  if (!issuer.config().default_resource.empty()) return issuer.config().default_resource;
  return {issuer.url()};
}

}  // namespace signet::server
