#include "client/configuration.h"

#include "base/url.h"

namespace signet::client {

Result<void> check_client_config(const ClientConfig& config) {
  constexpr auto kCode = ErrorCode::InvalidClientMetadata;
  const auto issuer = parse_url(config.issuer);
  if (!issuer) return fail(kCode, "The issuer is not a URL.");
  if (!issuer->is_https() && !issuer->is_loopback()) return fail(kCode, "The issuer must be an https URL.");
  TRY(remote::check_credential(config.credential));
  const bool binds_to_certificate = config.sender_constraint == oauth::SenderConstraint::Kind::Mtls;
  if (binds_to_certificate && !config.credential.has_certificate()) {
    return fail(kCode, "Tokens bound to a certificate need a client certificate.");
  }
  return {};
}

}  // namespace signet::client
