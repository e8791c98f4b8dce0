#include "oauth/mtls_rfc8705.h"

#include <algorithm>

#include "base/text.h"

namespace signet::oauth {
namespace {

using Kind = CertificateSubject::Kind;

std::optional<Bytes> parse_ipv4(std::string_view text) {
  Bytes bytes;
  for (const auto part : split(text, '.')) {
    const auto number = parse_decimal(part);
    if (!number || *number > 255) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*number));
  }
  if (bytes.size() != 4) return std::nullopt;
  return bytes;
}

/// The groups of one side of "::", each two bytes.
std::optional<Bytes> parse_groups(std::string_view text) {
  Bytes bytes;
  if (text.empty()) return bytes;
  for (const auto group : split(text, ':')) {
    if (group.empty() || group.size() > 4) return std::nullopt;
    const auto pair = decode_hex(std::string(4 - group.size(), '0') + to_lower_ascii(group));
    if (!pair) return std::nullopt;
    bytes.insert(bytes.end(), pair->begin(), pair->end());
  }
  return bytes;
}

std::optional<Bytes> parse_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  auto bytes = parse_groups(text.substr(0, gap));
  const auto tail = parse_groups(gap == std::string_view::npos ? std::string_view() : text.substr(gap + 2));
  if (!bytes || !tail) return std::nullopt;
  const std::size_t known = bytes->size() + tail->size();
  if (gap == std::string_view::npos ? known != 16 : known > 14) return std::nullopt;
  bytes->resize(16 - tail->size(), 0);
  bytes->insert(bytes->end(), tail->begin(), tail->end());
  return bytes;
}

/// RFC8705-2.1.2: addresses are compared as numbers, so 2001:DB8:0::1 is 2001:db8::1.
bool same_ip_address(std::string_view a, std::string_view b) {
  const auto parse = [](std::string_view text) {
    return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
  };
  const auto x = parse(a);
  return x && x == parse(b);
}

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
    case Kind::San_ip:
      return std::ranges::any_of(names.ip,
                                 [&](const std::string& name) { return same_ip_address(name, subject.value); });
    case Kind::San_email:
      return contains(names.email, subject.value);
  }
  return false;
}

/// RFC7517-4.7: the certificate beside a key is of that key, or it is worth nothing. RFC8705-2.2.2: one that was
/// renewed for a registered key is as good.
bool stands_for(const jose::Jwk& jwk, const crypto::PublicKey& key, const x509::Certificate& certificate) {
  const bool is_named = !jwk.x5c.empty() && jwk.x5c.front() == certificate.der();
  return jwk.key == key && (is_named || jwk.use != "enc");
}

}  // namespace

Result<void> check_certificate_subject(const CertificateSubject& subject, const x509::Certificate& certificate) {
  if (subject.value.empty() || !has_subject(subject, certificate)) {  // RFC8705-2.1.2
    return fail(ErrorCode::InvalidClient, "The client certificate is not the one the client registered.");
  }
  return {};
}

bool has_own_certificates(const jose::JwkSet& keys) {
  return std::ranges::all_of(keys.keys(), [](const jose::Jwk& jwk) {
    if (jwk.x5c.empty()) return true;
    const auto certificate = x509::Certificate::from_der(jwk.x5c.front());
    if (!certificate) return false;
    const auto key = crypto::PublicKey::from_spki(certificate->spki());
    return key && *key == jwk.key;
  });
}

Result<void> check_self_signed_certificate(const jose::JwkSet& registered, const x509::Certificate& certificate) {
  const auto key = crypto::PublicKey::from_spki(certificate.spki());
  const auto is_registered = [&](const jose::Jwk& jwk) { return stands_for(jwk, *key, certificate); };
  if (key && std::ranges::any_of(registered.keys(), is_registered)) return {};
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
