#pragma once
// Makes certificates: the development CA of ./run, self-signed client certificates, tests.

#include "base/clock.h"
#include "base/random.h"
#include "crypto/key.h"
#include "x509/details.h"

namespace signet::x509 {

struct CertificateRequest {
  std::string common_name;
  std::string organization;
  std::string organizational_unit = {};
  std::string country = {};  ///< two letters of ISO 3166
  SubjectAlternativeNames names;
  Instant not_before;
  Instant not_after;
  bool is_ca = false;
  bool server_auth = false;
  bool client_auth = false;
  std::vector<Extension> extensions = {};  ///< besides those that follow from the members above
};

/// A certificate for `subject_key`, signed by `issuer_key` under the name of `issuer`; self-signed when `issuer` is
/// null.
[[nodiscard]] Result<Certificate> issue_certificate(const CertificateRequest& request,
                                                    const crypto::PublicKey& subject_key,
                                                    const crypto::PrivateKey& issuer_key, const Certificate* issuer,
                                                    Random& random);
[[nodiscard]] std::string to_pem(const Certificate& certificate);

}  // namespace signet::x509
