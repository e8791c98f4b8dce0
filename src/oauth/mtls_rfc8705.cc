#include "oauth/mtls_rfc8705.h"

#include <algorithm>

#include "base/text.h"

namespace signet::oauth {
namespace {

using Kind = CertificateSubject::Kind;

bool has_subject(const CertificateSubject& subject, const x509::Certificate& certificate) {
  const auto& names = certificate.names();
  switch (subject.kind) {
    case Kind::Dn:
      return x509::same_distinguished_name(subject.value, certificate.subject_dn());
    case Kind::San_dns:  // RFC4343: without case; a wildcard in the certificate is not expanded
      return std::ranges::any_of(
          names.dns, [&](const std::string& name) { return equals_ignoring_ascii_case(name, subject.value); });
    case Kind::San_uri:
      return contains(names.uri, subject.value);
    case Kind::San_ip:  // both are in canonical form: the registered one since parse_client_metadata
      return std::ranges::any_of(
          names.ip, [&](const std::string& name) { return equals_ignoring_ascii_case(name, subject.value); });
    case Kind::San_email:
      return contains(names.email, subject.value);
  }
  return false;
}

bool has_certificate(const jose::Jwk& jwk, const x509::Certificate& certificate) {
  return !jwk.x5c.empty() && jwk.x5c.front() == certificate.der();
}

}  // namespace

Result<void> check_certificate_subject(const CertificateSubject& subject, const x509::Certificate& certificate) {
  if (subject.value.empty() || !has_subject(subject, certificate)) {  // RFC8705-2.1.2
    return fail(ErrorCode::InvalidClient, "The client certificate is not the one the client registered.");
  }
  return {};
}

Result<void> check_self_signed_certificate(const jose::JwkSet& registered, const x509::Certificate& certificate) {
  const auto& keys = registered.keys();
  if (std::ranges::any_of(keys, [&](const jose::Jwk& jwk) { return has_certificate(jwk, certificate); })) return {};
  // RFC8705-2.2.2: a certificate that was renewed for a registered key is as good
  const auto key = crypto::PublicKey::from_spki(certificate.spki());
  if (key && std::ranges::any_of(keys, [&](const jose::Jwk& jwk) { return jwk.key == *key && jwk.use != "enc"; }))
    return {};
  return fail(ErrorCode::InvalidClient, "The client certificate is not the one the client registered.");
}

Result<void> check_certificate_binding(const SenderConstraint& cnf, std::string_view thumbprint) {
  const bool is_same = equal_in_constant_time(as_bytes(cnf.thumbprint), as_bytes(thumbprint));
  if (cnf.kind != SenderConstraint::Kind::Mtls || thumbprint.empty() || !is_same) {  // RFC8705-3
    return fail(ErrorCode::InvalidToken, "The access token is bound to another client certificate.");
  }
  return {};
}

}  // namespace signet::oauth
