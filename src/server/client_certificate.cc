#include "server/client_certificate.h"

#include <map>

#include "crypto/digest.h"

namespace signet::server {
namespace {

constexpr std::size_t kCachedCertificates = 1024;
using Cache = std::map<Digest256, std::shared_ptr<const ClientCertificate>>;

}  // namespace

Result<std::shared_ptr<const ClientCertificate>> find_client_certificate(const http::Peer& peer) {
  if (peer.certificate.empty()) return std::shared_ptr<const ClientCertificate>{};
  thread_local Cache cache;
  const Digest256 digest = crypto::sha256(peer.certificate);
  if (const auto known = cache.find(digest); known != cache.end()) return known->second;
  auto certificate = x509::Certificate::from_der(peer.certificate);
  if (!certificate)
    return fail_as(certificate.error(), ErrorCode::InvalidClient, "The client certificate cannot be read.");
  if (cache.size() >= kCachedCertificates) cache.clear();
  auto parsed = std::make_shared<const ClientCertificate>(
      ClientCertificate{.certificate = *std::move(certificate), .thumbprint = encode_base64url(digest)});
  cache.emplace(digest, parsed);
  return parsed;
}

}  // namespace signet::server
