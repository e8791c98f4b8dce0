#include "attacks/certificates.h"

#include <fstream>

namespace signet::test {

Authority::Authority(std::string name, Instant now) : now_(now) {
  x509::CertificateRequest request = request_for(std::move(name));
  request.is_ca = true;
  certificate_.emplace(value_of(x509::issue_certificate(request, key_.public_key(), key_, nullptr, random_)));
}

Bytes Authority::issue_client(std::string common_name) {
  x509::CertificateRequest request = request_for(std::move(common_name));
  request.client_auth = true;
  const auto key = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  return value_of(x509::issue_certificate(request, key.public_key(), key_, &*certificate_, random_)).der();
}

Bytes Authority::self_sign(std::string common_name) {
  x509::CertificateRequest request = request_for(std::move(common_name));
  request.client_auth = true;
  const auto key = value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  return value_of(x509::issue_certificate(request, key.public_key(), key, nullptr, random_)).der();
}

std::string Authority::file() const {
  const std::string path = directory_.file("ca.pem");
  std::ofstream(path) << x509::to_pem(*certificate_);
  return path;
}

x509::CertificateRequest Authority::request_for(std::string common_name) const {
  x509::CertificateRequest request;
  request.common_name = std::move(common_name);
  request.not_before = now_ - hours{1};
  request.not_after = now_ + days{30};
  return request;
}

}  // namespace signet::test
