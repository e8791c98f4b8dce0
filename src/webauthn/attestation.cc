#include "webauthn/attestation.h"

#include <algorithm>

#include "webauthn/cose_key.h"

namespace signet::webauthn {
namespace {

constexpr std::size_t kMaximumCertificates = 4;

struct Format {
  std::string_view fmt;
  Result<VerifiedAttestation> (*verify)(const AttestationToVerify&);
};

constexpr Format kFormats[] = {
    {"none", verify_none},
    {"packed", verify_packed},
    {"fido-u2f", verify_fido_u2f},
};

}  // namespace

Result<VerifiedAttestation> verify_attestation(const AttestationToVerify& attestation, bool unknown_formats_as_none) {
  const auto* format = std::ranges::find(kFormats, attestation.object.fmt, &Format::fmt);  // WEBAUTHN-7.1-21
  if (format != std::end(kFormats)) return format->verify(attestation);                    // WEBAUTHN-7.1-22
  if (unknown_formats_as_none) return VerifiedAttestation{};
  return fail(ErrorCode::Denied, "The fmt of the attestationObject is not supported.");
}

Result<std::vector<Bytes>> read_x5c(const CborItem& x5c) {
  const auto items = x5c.array();
  const bool acceptable = items && !items->empty() && items->size() <= kMaximumCertificates &&
                          std::ranges::all_of(*items, [](const CborItem& item) { return item.bytes().has_value(); });
  if (!acceptable) return fail(ErrorCode::Malformed, "The x5c must have 1 to 4 certificates.");
  std::vector<Bytes> certificates;
  for (const CborItem& item : *items) certificates.emplace_back(item.bytes()->begin(), item.bytes()->end());
  return certificates;
}

Result<x509::Certificate> read_attestation_certificate(const std::vector<Bytes>& x5c, CoseAlgorithm algorithm) {
  auto certificate = x509::Certificate::from_der(x5c.front());
  if (!certificate) {
    return fail_as(std::move(certificate).error(), ErrorCode::Malformed, "The attestation certificate is malformed.");
  }
  const auto key = crypto::PublicKey::from_spki(certificate->spki());
  // WEBAUTHN-8.6: P-256, which is also what ES256 means in WEBAUTHN-5.8.5
  if (!key || !key->fits(signature_algorithm(algorithm))) {
    return fail(ErrorCode::UnsupportedAlgorithm, "The key of the attestation certificate does not fit the algorithm.");
  }
  return *std::move(certificate);
}

}  // namespace signet::webauthn
