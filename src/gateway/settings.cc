#include "gateway/settings.h"

#include "base/url.h"
#include "oauth/core_rfc6749.h"
#include "oauth/protected_resource_rfc9728.h"

namespace signet::gateway {
namespace {

std::unexpected<Error> refuse(PublicText text) {
  return fail(ErrorCode::InvalidRequest, text);
}

/// https, or http on this machine, and nothing that does not belong into an identifier.
bool is_secure_url(const Url& url) {
  const bool is_secure = url.is_https() || (url.scheme == "http" && url.is_loopback());
  return is_secure && url.userinfo.empty() && !url.has_query && !url.has_fragment;
}

Result<void> check_issuer(const Settings& settings) {
  if (settings.issuer.empty()) return refuse("signet_issuer is missing");
  const auto url = parse_url(settings.issuer);
  if (!url || !is_secure_url(*url)) {
    return refuse("signet_issuer must be an https URL without query and fragment");
  }
  return {};
}

Result<std::string> find_public_origin(const Settings& settings) {
  if (settings.audience.empty()) return refuse("signet_audience is missing");
  if (!is_absolute_uri(settings.audience)) return refuse("signet_audience must be an absolute URI");
  const auto audience = parse_url(settings.audience);
  if (settings.public_url.empty()) {
    if (!audience || !is_secure_url(*audience)) {
      return refuse("signet_public_url is missing, and signet_audience is no https URL that could stand for it");
    }
    return audience->origin();
  }
  const auto url = parse_url(settings.public_url);
  if (!url || !is_secure_url(*url) || url->path != "/") {
    return refuse("signet_public_url must be an https origin without a path");
  }
  return url->origin();
}

Result<void> check_demands(const Settings& settings) {
  if (!settings.scopes) return refuse("signet_scopes is missing; say \"signet_scopes off\" when no scope is needed");
  for (const auto& scope : *settings.scopes) {
    if (!oauth::is_scope_token(scope))
      return refuse("signet_scopes has a scope with characters that no scope can have");
  }
  if (!settings.accept_dpop && !settings.accept_mtls && !settings.accept_bearer) {
    return refuse("signet_accept accepts nothing");
  }
  if (!settings.opaque_tokens && !settings.jwt_tokens) return refuse("signet_tokens accepts nothing");
  return {};
}

Result<void> check_server(const Settings& settings) {
  if (settings.jwks.empty()) return refuse("signet_jwks is missing");
  if (settings.opaque_tokens && settings.introspection.empty()) {
    return refuse("signet_introspection is missing; without it only \"signet_tokens jwt\" can be checked");
  }
  const bool asks = !settings.introspection.empty() || !settings.revocations.empty();
  if (!asks) return {};
  if (!oauth::is_client_id(settings.client_id)) return refuse("signet_client_id is missing or malformed");
  if (settings.client_auth == ClientAuth::Unset) return refuse("signet_client_auth is missing");
  return {};
}

Result<void> check_cache(const Settings& settings) {
  if (!settings.has_cache) return refuse("signet_cache is missing");
  if (settings.ceiling < seconds{1}) return refuse("signet_cache: the ceiling must be at least 1s");
  if (settings.ceiling > kMostCeiling) return refuse("signet_cache: the ceiling must be at most 1h");
  if (settings.negative_lifetime > settings.ceiling) {
    return refuse("signet_cache: negative must not be longer than the ceiling");
  }
  return {};
}

Result<void> check_proofs(const Settings& settings) {
  if (!settings.accept_dpop) {
    if (!settings.nonce_group.empty()) return refuse("signet_dpop_nonce is set, but signet_accept has no dpop");
    return {};
  }
  if (!settings.has_replay && !settings.replay_off) {
    return refuse("signet_replay is missing: name a zone, or say \"signet_replay off\"");
  }
  if (!settings.nonce_group.empty() && settings.nonce_key_hex.empty() && !settings.has_replay) {
    return refuse("signet_dpop_nonce needs a replay zone or key=FILE");
  }
  if (settings.dpop_lifetime < seconds{5} || settings.dpop_lifetime > minutes{10}) {
    return refuse("signet_dpop_lifetime must be from 5s to 10m");
  }
  return {};
}

verify::Policy make_policy(const Settings& settings) {
  verify::Policy policy;
  policy.issuers.push_back({settings.issuer, {}});
  policy.audience = settings.audience;
  policy.required_scope = *settings.scopes;
  policy.step_up.acr_values = settings.acr_values;
  policy.step_up.max_age = settings.max_age;
  policy.accept_dpop = settings.accept_dpop;
  policy.accept_mtls = settings.accept_mtls;
  policy.accept_bearer = settings.accept_bearer;
  policy.accept_jwt = settings.jwt_tokens;
  policy.accept_opaque = settings.opaque_tokens;
  policy.dpop_lifetime = settings.dpop_lifetime;
  policy.check_dpop_replay = !settings.replay_off;
  policy.realm = settings.realm;
  if (const auto url = oauth::resource_metadata_url(settings.audience)) policy.resource_metadata = *url;
  return policy;
}

Result<Credential> make_credential(const Settings& settings) {
  Credential credential{settings.client_id, settings.issuer, {}};
  if (settings.client_auth != ClientAuth::PrivateKeyJwt) return credential;
  auto signer = parse_signer(settings.client_key.reveal());
  if (signer) {
    if (auto matched = check_signer(*signer); !matched) signer = std::unexpected(std::move(matched).error());
  }
  if (!signer) {
    return fail_as(std::move(signer).error(), ErrorCode::InvalidRequest,
                   "signet_client_auth: the file must hold one private key, as a JWK or a JWK set");
  }
  credential.signer = *std::move(signer);
  return credential;
}

}  // namespace

Result<Location> make_location(Settings settings) {
  TRY(check_issuer(settings));
  TRY_ASSIGN(std::string origin, find_public_origin(settings));
  TRY(check_demands(settings));
  TRY(check_server(settings));
  TRY(check_cache(settings));
  TRY(check_proofs(settings));
  TRY_ASSIGN(Credential credential, make_credential(settings));
  verify::Policy policy = make_policy(settings);
  verify::Policy asking_policy = policy;
  asking_policy.introspect_jwt = true;
  return Location{std::move(settings), std::move(origin), std::move(policy), std::move(asking_policy),
                  std::move(credential)};
}

}  // namespace signet::gateway
