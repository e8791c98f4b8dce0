#pragma once
// Certificates for the attacks: an authority that is trusted, and whoever only looks like it.

#include <optional>
#include <string>

#include "crypto/random.h"
#include "support/database.h"
#include "x509/issue.h"

namespace signet::test {

class Authority {
 public:
  Authority(std::string name, Instant now);

  /// DER of a client certificate with a key of its own.
  Bytes issue_client(std::string common_name);
  /// DER of a certificate that nobody but its owner has signed.
  Bytes self_sign(std::string common_name);
  /// The authority's certificate as a file of trust anchors.
  [[nodiscard]] std::string file() const;

 private:
  [[nodiscard]] x509::CertificateRequest request_for(std::string common_name) const;

  TemporaryDirectory directory_;
  Instant now_;
  crypto::SystemRandom random_;
  crypto::PrivateKey key_ = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  std::optional<x509::Certificate> certificate_;
};

}  // namespace signet::test
