#include "webauthn/attestation_object.h"

namespace signet::webauthn {
namespace {

constexpr std::size_t kMaximumBytes = 8 * 1024;
constexpr std::size_t kMaximumFormatBytes = 32;  ///< WEBAUTHN-8.1

}  // namespace

Result<AttestationObject> parse_attestation_object(BytesView bytes) {
  if (bytes.size() > kMaximumBytes) return fail(ErrorCode::TooLarge, "The attestationObject is too large.");
  auto document = CborDocument::parse(bytes);  // WEBAUTHN-7.1-13
  if (!document) return std::unexpected(std::move(document).error());
  const CborItem root = document->root();
  const auto fmt = root.find("fmt");
  const auto statement = root.find("attStmt");
  const auto data = root.find("authData");
  if (root.map_size() != 3 || !fmt || !fmt->text() || fmt->text()->size() > kMaximumFormatBytes || !statement ||
      !statement->is_map() || !data || !data->bytes()) {
    return fail(ErrorCode::Malformed, "The attestationObject must have fmt, attStmt and authData and nothing else.");
  }
  TRY_ASSIGN(AuthenticatorData parsed, parse_authenticator_data(*data->bytes()));
  if (!parsed.attested_credential) {  // WEBAUTHN-6.5.1
    return fail(ErrorCode::Malformed, "The authData of a registration must have attested credential data.");
  }
  AttestedCredentialData credential = *parsed.attested_credential;
  return AttestationObject{*std::move(document), std::string(*fmt->text()), *data->bytes(),
                           std::move(parsed),    std::move(credential),     *statement};
}

}  // namespace signet::webauthn
