#pragma once
// X.509 certificates as values: what OAuth needs to know of one. Spec: RFC5280, RFC8705, RFC9440

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/key.h"

namespace signet::x509 {

struct SubjectAlternativeNames {
  std::vector<std::string> dns;  ///< as in the certificate
  std::vector<std::string> uri;
  std::vector<std::string> email;
  std::vector<std::string> ip;  ///< text form: "192.0.2.1", RFC 5952 for IPv6
};

/// One parsed certificate. Copies are cheap enough for a request; the DER stays with it.
class Certificate {
 public:
  /// Fails: Malformed, TooLarge (above 16 KiB)
  [[nodiscard]] static Result<Certificate> from_der(BytesView der);
  [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);

  [[nodiscard]] const Bytes& der() const { return der_; }
  /// base64url(SHA-256(DER)): the `x5t#S256` of RFC 8705.
  [[nodiscard]] std::string thumbprint() const;
  /// Subject and issuer as RFC 4514 strings, as `tls_client_auth_subject_dn` has them.
  [[nodiscard]] const std::string& subject_dn() const { return subject_dn_; }
  [[nodiscard]] const std::string& issuer_dn() const { return issuer_dn_; }
  [[nodiscard]] const SubjectAlternativeNames& names() const { return names_; }
  [[nodiscard]] Instant not_before() const { return not_before_; }
  [[nodiscard]] Instant not_after() const { return not_after_; }
  /// SubjectPublicKeyInfo DER.
  [[nodiscard]] const Bytes& spki() const { return spki_; }

 private:
  Certificate() = default;
  Bytes der_;
  Bytes spki_;
  std::string subject_dn_;
  std::string issuer_dn_;
  SubjectAlternativeNames names_;
  Instant not_before_{};
  Instant not_after_{};
};

/// Are two RFC 4514 names the same (order of RDNs, types and values; white space and case of ASCII values folded)?
[[nodiscard]] bool same_distinguished_name(std::string_view a, std::string_view b);

/// The thumbprint without parsing: base64url(SHA-256(DER)).
[[nodiscard]] std::string certificate_thumbprint(BytesView der);

}  // namespace signet::x509
