#pragma once
// What a client is and what it insists on.

#include <string>
#include <vector>

#include "jose/jwt.h"
#include "oauth/sender_constraint.h"
#include "remote/credential.h"

namespace signet::client {

struct ClientConfig {
  std::string issuer;  ///< of the authorization server, from an authoritative source, compared as an exact string
  remote::Credential credential;
  /// What access tokens must be bound to. `None` (bearer) is for profiles that allow it, never for FAPI 2.0.
  oauth::SenderConstraint::Kind sender_constraint = oauth::SenderConstraint::Kind::Dpop;
  crypto::SignatureAlgorithm dpop_algorithm = crypto::SignatureAlgorithm::ES256;
  std::string redirect_uri;
  std::vector<std::string> scope;     ///< asked for unless a call says otherwise
  std::vector<std::string> resource;  ///< audiences asked for. Spec: RFC8707-2
  /// Use the mtls_endpoint_aliases even where neither authentication nor token binding needs mutual TLS.
  bool use_mtls_endpoint_aliases = false;
  std::string ca_pem;  ///< trust anchors of server and API; empty: the system's
  std::vector<crypto::SignatureAlgorithm> id_token_algorithms = {
      crypto::SignatureAlgorithm::PS256, crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA};
  jose::ClockTolerance clock{};
  Duration timeout = seconds{10};
  std::size_t max_response_bytes = 256 * 1024;   ///< of the authorization server
  std::size_t max_api_response_bytes = 4 << 20;  ///< of an API

  /// Does it speak mutual TLS, so that the aliases are the endpoints to use? Spec: RFC8705-5, FAPI2-SP-FINAL-5.2.2.1.1
  [[nodiscard]] bool wants_mtls_endpoints() const {
    return use_mtls_endpoint_aliases || credential.authenticates_by_tls() ||
           sender_constraint == oauth::SenderConstraint::Kind::Mtls;
  }
};

/// Fails: InvalidClientMetadata (issuer neither https nor loopback, credential incomplete, no certificate to bind to)
[[nodiscard]] Result<void> check_client_config(const ClientConfig& config);

}  // namespace signet::client
