#include <algorithm>
#include <cctype>

#include "webauthn/attestation.h"
#include "webauthn/fido.h"
#include "x509/details.h"

namespace signet::webauthn {
namespace {

constexpr const char* kAaguidExtension = "1.3.6.1.4.1.45724.1.1.4";  ///< id-fido-gen-ce-aaguid
constexpr std::array<std::uint8_t, 2> kOctetStringOf16 = {0x04, 0x10};

std::unexpected<Error> refused_certificate(PublicText public_text,
                                           std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, public_text, {}, where);
}

Result<void> check_subject(const x509::Certificate& certificate) {
  const auto country = x509::find_subject_attribute(certificate, "C");
  const auto is_upper = [](unsigned char c) { return c >= 'A' && c <= 'Z'; };
  if (!country || country->size() != 2 || !std::ranges::all_of(*country, is_upper) ||
      !x509::find_subject_attribute(certificate, "O") || !x509::find_subject_attribute(certificate, "CN") ||
      x509::find_subject_attribute(certificate, "OU") != "Authenticator Attestation") {
    return refused_certificate(
        "The subject of the attestation certificate must have C, O, CN and the OU \"Authenticator Attestation\".");
  }
  return {};
}

Result<void> check_aaguid_extension(const x509::Certificate& certificate, const Aaguid& aaguid) {
  TRY_ASSIGN(const auto extension, x509::find_extension(certificate, kAaguidExtension));
  if (!extension) return {};
  Bytes expected(kOctetStringOf16.begin(), kOctetStringOf16.end());
  expected.insert(expected.end(), aaguid.begin(), aaguid.end());
  if (extension->critical || extension->value != expected) {
    return refused_certificate(
        "The AAGUID extension of the attestation certificate must not be critical and must equal the AAGUID.");
  }
  return {};
}

Result<void> check_certificate(const x509::Certificate& certificate, const Aaguid& aaguid) {
  if (x509::version_of(certificate) != 3) {  // WEBAUTHN-8.2.1-1
    return refused_certificate("The version of the attestation certificate must be 3.");
  }
  TRY(check_subject(certificate));                              // WEBAUTHN-8.2.1-2
  TRY(check_aaguid_extension(certificate, aaguid));             // WEBAUTHN-8.2.1-3
  if (x509::find_basic_constraints_ca(certificate) != false) {  // WEBAUTHN-8.2.1-4
    return refused_certificate("The attestation certificate must say that it is not one of an authority.");
  }
  return {};
}

/// WEBAUTHN-8.2-2: attestation by a certificate.
Result<VerifiedAttestation> verify_basic(const AttestationToVerify& attestation, CoseAlgorithm algorithm,
                                         const CborItem& x5c) {
  const auto& [rp_id, object, key, client_data_hash] = attestation;
  TRY_ASSIGN(std::vector<Bytes> certificates, read_x5c(x5c));
  TRY_ASSIGN(const x509::Certificate certificate, read_attestation_certificate(certificates, algorithm));
  TRY(fido::verify_attestation(rp_id, key.algorithm, object, client_data_hash, fido::Signer::Certificate));
  TRY(check_certificate(certificate, object.credential.aaguid));
  return VerifiedAttestation{AttestationType::Basic, std::move(certificates)};
}

/// WEBAUTHN-8.2-3: attestation by the credential itself.
Result<VerifiedAttestation> verify_self(const AttestationToVerify& attestation, CoseAlgorithm algorithm) {
  const auto& [rp_id, object, key, client_data_hash] = attestation;
  if (algorithm != key.algorithm) {
    return fail(ErrorCode::Malformed, "The alg of a self attestation must be that of the credential.");
  }
  TRY(fido::verify_attestation(rp_id, key.algorithm, object, client_data_hash, fido::Signer::Credential));
  return VerifiedAttestation{AttestationType::Self, {}};
}

}  // namespace

Result<VerifiedAttestation> verify_packed(const AttestationToVerify& attestation) {
  const CborItem& statement = attestation.object.statement;
  const auto alg = statement.find("alg");
  const auto sig = statement.find("sig");
  const auto x5c = statement.find("x5c");
  if (!alg || !alg->integer() || !sig || !sig->bytes() || statement.map_size() != (x5c ? 3U : 2U)) {
    return fail(ErrorCode::Malformed,  // WEBAUTHN-8.2-1
                "The attStmt of the format packed must have alg, sig and perhaps x5c and nothing else.");
  }
  const auto algorithm = find_cose_algorithm(*alg->integer());
  if (!algorithm) return fail(ErrorCode::UnsupportedAlgorithm, "The alg of the attStmt is not supported.");
  return x5c ? verify_basic(attestation, *algorithm, *x5c) : verify_self(attestation, *algorithm);
}

}  // namespace signet::webauthn
