#include "resource/configuration.h"

#include <algorithm>

#include "base/url.h"

namespace signet::resource {
namespace {

constexpr auto kCode = ErrorCode::InvalidClientMetadata;

bool is_safe_url(std::string_view text) {
  const auto url = parse_url(text);
  return url && (url->is_https() || url->is_loopback());
}

std::ptrdiff_t count_credentials(const ResourceConfig& config) {
  return std::ranges::count_if(config.issuers,
                               [](const IssuerTrust& trust) { return trust.introspection.has_value(); });
}

Result<void> check_gateway(const ResourceConfig& config, const verify::GatewayTrust& gateway) {
  const bool has_nameless = std::ranges::any_of(gateway.client_ids, &std::string::empty);
  if (gateway.client_ids.empty() || has_nameless) return fail(kCode, "The gateway needs its client_id.");
  if (gateway.phantom_max_age <= Duration{}) return fail(kCode, "The age of a phantom token must be allowed.");
  // Whoever sets one of these expects it to be done, and here nothing would do it
  if (count_credentials(config) > 0 || config.introspect_jwt) {
    return fail(kCode, "Behind a gateway the API asks the issuer nothing.");
  }
  if (config.require_dpop_nonce) return fail(kCode, "Behind a gateway DPoP nonces are the gateway's.");
  return {};
}

Result<void> check_introspection(const ResourceConfig& config) {
  const auto count = count_credentials(config);
  if (count > 1) return fail(kCode, "Only one issuer can be asked about opaque tokens.");
  if (config.introspect_jwt && count == 0) return fail(kCode, "Introspection needs a credential at the issuer.");
  if (!config.accept_jwt && count == 0) return fail(kCode, "Opaque tokens need a credential at the issuer.");
  return {};
}

Result<void> check_issuers(const ResourceConfig& config) {
  if (config.issuers.empty()) return fail(kCode, "The API trusts no issuer.");
  for (const IssuerTrust& trust : config.issuers) {
    if (!is_safe_url(trust.issuer)) return fail(kCode, "An issuer must be an https URL.");
    if (trust.introspection) TRY(remote::check_credential(*trust.introspection));
  }
  return {};
}

}  // namespace

Result<void> check_resource_config(const ResourceConfig& config) {
  if (!is_safe_url(config.resource)) return fail(kCode, "The resource identifier must be an https URL.");
  if (!config.accept_dpop && !config.accept_mtls && !config.accept_bearer) {
    return fail(kCode, "The API accepts no kind of token.");
  }
  TRY(check_issuers(config));
  return config.gateway ? check_gateway(config, *config.gateway) : check_introspection(config);
}

}  // namespace signet::resource
