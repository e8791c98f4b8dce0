#pragma once
// Certificates for the attacks: an authority that is trusted, and whoever only looks like it.

#include <fstream>

#include "crypto/random.h"
#include "support/database.h"
#include "x509/issue.h"

namespace signet::test {

class Authority {
 public:
  Authority(std::string name, Instant now) : now_(now) {
    x509::CertificateRequest request = request_for(std::move(name));
    request.is_ca = true;
    certificate_.emplace(value_of(x509::issue_certificate(request, key_.public_key(), key_, nullptr, random_)));
  }

  /// DER of a client certificate with a key of its own.
  Bytes issue_client(std::string common_name) {
    x509::CertificateRequest request = request_for(std::move(common_name));
    request.client_auth = true;
    const auto key = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
    return value_of(x509::issue_certificate(request, key.public_key(), key_, &*certificate_, random_)).der();
  }
  /// DER of a certificate that nobody but its owner has signed.
  Bytes self_sign(std::string common_name) {
    x509::CertificateRequest request = request_for(std::move(common_name));
    request.client_auth = true;
    const auto key = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
    return value_of(x509::issue_certificate(request, key.public_key(), key, nullptr, random_)).der();
  }
  /// The authority's certificate as a file of trust anchors.
  [[nodiscard]] std::string file() const {
    const std::string path = directory_.file("ca.pem");
    std::ofstream(path) << x509::to_pem(*certificate_);
    return path;
  }

 private:
  [[nodiscard]] x509::CertificateRequest request_for(std::string common_name) const {
    x509::CertificateRequest request;
    request.common_name = std::move(common_name);
    request.not_before = now_ - hours{1};
    request.not_after = now_ + days{30};
    return request;
  }

  TemporaryDirectory directory_;
  Instant now_;
  crypto::SystemRandom random_;
  crypto::PrivateKey key_ = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  std::optional<x509::Certificate> certificate_;
};

}  // namespace signet::test
