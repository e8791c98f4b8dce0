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

Result<void> check_issuers(const ResourceConfig& config) {
  if (config.issuers.empty()) return fail(kCode, "The API trusts no issuer.");
  const auto asks = [](const IssuerTrust& trust) { return trust.introspection.has_value(); };
  const auto count = std::ranges::count_if(config.issuers, asks);
  if (count > 1) return fail(kCode, "Only one issuer can be asked about opaque tokens.");
  if (config.introspect_jwt && count == 0) return fail(kCode, "Introspection needs a credential at the issuer.");
  if (!config.accept_jwt && count == 0) return fail(kCode, "Opaque tokens need a credential at the issuer.");
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
  return check_issuers(config);
}

}  // namespace signet::resource
