// tls_client_auth: a certificate from a trusted CA with the registered subject. Spec: RFC8705-2.1
#include <map>

#include "crypto/digest.h"
#include "oauth/mtls_rfc8705.h"
#include "server/client_auth/client_auth.h"
#include "server/client_certificate.h"

namespace signet::server {
namespace {

constexpr Duration kChainTrustedFor = seconds{60};
constexpr std::size_t kRememberedChains = 1024;

/// Verifying a chain costs several signatures; a verdict is good for a minute on this thread, for this issuer.
Result<void> verify_chain(const Exchange& exchange, const ClientCertificate& presented) {
  struct Verdict {
    const x509::TrustAnchors* anchors;
    Instant until;
  };
  thread_local std::map<std::string, Verdict> trusted;
  const x509::TrustAnchors* anchors = exchange.issuer.client_anchors();
  if (anchors == nullptr) {
    return fail(ErrorCode::InvalidClient, kClientAuthFailed,
                "the issuer has no client_certificate_ca_file, so no chain can be trusted");
  }
  const auto known = trusted.find(presented.thumbprint);
  const bool fresh = known != trusted.end() && known->second.anchors == anchors && exchange.now < known->second.until;
  if (fresh && exchange.now <= presented.certificate.not_after()) return {};
  auto verdict = anchors->verify_client_chain(presented.certificate, exchange.request.peer.chain, exchange.now);
  if (!verdict) return fail_as(verdict.error(), ErrorCode::InvalidClient, kClientAuthFailed);
  if (trusted.size() >= kRememberedChains) trusted.clear();
  trusted[presented.thumbprint] = {anchors, exchange.now + kChainTrustedFor};
  return {};
}

}  // namespace

Result<void> authenticate_by_tls_client_auth(const Exchange& exchange, const oauth::ClientMetadata& client) {
  TRY_ASSIGN(const auto presented, find_client_certificate(exchange.request.peer));
  if (presented == nullptr) {
    return fail(ErrorCode::InvalidClient,
                "A client certificate is required: call the endpoint of mtls_endpoint_aliases.");
  }
  if (!client.tls_client_auth_subject)
    return fail(ErrorCode::InvalidClient, kClientAuthFailed, "no certificate subject is registered");
  auto fits = oauth::check_certificate_subject(*client.tls_client_auth_subject, presented->certificate);
  if (!fits) return fail_as(fits.error(), ErrorCode::InvalidClient, kClientAuthFailed);
  return verify_chain(exchange, *presented);
}

}  // namespace signet::server
