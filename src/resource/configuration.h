#pragma once
// What an API is called, whom it trusts and what it insists on.

#include <optional>
#include <string>
#include <vector>

#include "oauth/step_up_rfc9470.h"
#include "remote/credential.h"
#include "resource/introspection_cache.h"
#include "verify/verification.h"

namespace signet::resource {

/// How the authorization server's answers about tokens must come. Spec: RFC7662, RFC9701
enum class IntrospectionFormat { SignedJwt, Json };

struct IssuerTrust {
  std::string issuer;
  /// Who this API is at the issuer's introspection endpoint; nothing: tokens of this issuer are verified by their
  /// signature.
  std::optional<remote::Credential> introspection = {};
  IntrospectionFormat format = IntrospectionFormat::SignedJwt;
};

struct ResourceConfig {
  std::string resource;  ///< the identifier: the `aud` of its tokens, an https URL
  /// At most one of them may have an introspection credential: an opaque token does not say whose it is, and asking a
  /// server about another's token would hand that token over.
  std::vector<IssuerTrust> issuers;
  std::vector<std::string> scopes_supported;
  std::vector<std::string> authorization_details_types = {};  ///< it understands, for its metadata. Spec: RFC9396-10
  std::string resource_name;
  std::string realm;

  /// Behind a gateway: its phantom tokens are the only credential, from trusted proxies of the listener alone and with
  /// the key that it has seen proven. Introspection, proofs, nonces and replay are the gateway's part then.
  std::optional<verify::GatewayTrust> gateway;

  bool accept_dpop = true;
  bool accept_mtls = true;
  bool accept_bearer = false;       ///< unbound tokens; never for FAPI 2.0
  bool accept_jwt = true;           ///< verify at+jwt with the issuer's keys
  bool introspect_jwt = false;      ///< ask about those as well, to learn of revocation (FAPI2-SP-FINAL-5.3.4)
  bool require_dpop_nonce = false;  ///< demand proofs with a nonce of ours. Spec: RFC9449-9
  SecretBytes dpop_nonce_key;       ///< 32 bytes shared by all processes of this API; empty: made for this process

  std::vector<crypto::SignatureAlgorithm> algorithms = {
      crypto::SignatureAlgorithm::PS256, crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA};
  jose::ClockTolerance clock{};
  Duration dpop_lifetime = seconds{60};
  std::size_t replay_capacity = 1'000'000;
  IntrospectionCacheOptions introspection_cache;
  std::string ca_pem;  ///< trust anchors of the issuers; empty: the system's
  Duration timeout = seconds{5};
};

/// What one kind of request demands of its token.
struct Demand {
  std::vector<std::string> scope = {};
  oauth::StepUpDemand step_up = {};
};

/// Fails: InvalidClientMetadata (no issuer, several introspection endpoints, resource not https or loopback, nothing
/// accepted, a credential that lacks its key, a gateway without client_id or beside what is its part)
[[nodiscard]] Result<void> check_resource_config(const ResourceConfig& config);

}  // namespace signet::resource
