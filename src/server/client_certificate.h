#pragma once
// The client certificate of a connection, parsed once: the same few certificates come back with every request.

#include <memory>

#include "http/message.h"
#include "x509/certificate.h"

namespace signet::server {

struct ClientCertificate {
  x509::Certificate certificate;
  std::string thumbprint;  ///< `x5t#S256`
};

/// Null without a certificate. Kept in a small cache of this thread. Fails: InvalidClient (unreadable certificate)
[[nodiscard]] Result<std::shared_ptr<const ClientCertificate>> find_client_certificate(const http::Peer& peer);

}  // namespace signet::server
