#include "webauthn/authenticator_data.h"

#include <algorithm>

#include "crypto/digest.h"
#include "webauthn/cbor.h"

namespace signet::webauthn {
namespace {

enum Flag : std::uint8_t {
  UserPresent = 0x01,
  UserVerified = 0x04,
  BackupEligible = 0x08,
  BackupState = 0x10,
  AttestedCredential = 0x40,
  ExtensionData = 0x80,
};

std::unexpected<Error> malformed_data(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, "The authenticator data is not built as its flags say.", {}, where);
}

/// Takes bytes from the front; nothing can be read beyond the end.
class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}

  Result<BytesView> take(std::size_t size) {
    if (size > rest_.size()) return malformed_data();
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  Result<std::uint32_t> take_number(std::size_t width) {
    TRY_ASSIGN(const BytesView bytes, take(width));
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return number;
  }
  Result<Bytes> take_cbor() {
    TRY_ASSIGN(const std::size_t size, measure_cbor_item(rest_));
    TRY_ASSIGN(const BytesView bytes, take(size));
    return Bytes(bytes.begin(), bytes.end());
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  BytesView rest_;
};

Result<AttestedCredentialData> take_attested_credential(Reader& reader) {
  AttestedCredentialData data;
  TRY_ASSIGN(const BytesView aaguid, reader.take(data.aaguid.size()));
  std::ranges::copy(aaguid, data.aaguid.begin());
  TRY_ASSIGN(const std::uint32_t size, reader.take_number(2));
  if (size == 0 || size > kMaximumCredentialIdBytes) {  // WEBAUTHN-7.1-25
    return fail(ErrorCode::Malformed, "The credential id must have 1 to 1023 bytes.");
  }
  TRY_ASSIGN(const BytesView credential_id, reader.take(size));
  data.credential_id.assign(credential_id.begin(), credential_id.end());
  TRY_ASSIGN(data.public_key, reader.take_cbor());
  return data;
}

}  // namespace

std::string render_aaguid(const Aaguid& aaguid) {
  std::string text = encode_hex(aaguid);
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

Result<AuthenticatorData> parse_authenticator_data(BytesView bytes) {
  Reader reader(bytes);
  AuthenticatorData data;
  TRY_ASSIGN(const BytesView hash, reader.take(data.rp_id_hash.size()));  // WEBAUTHN-6.1
  std::ranges::copy(hash, data.rp_id_hash.begin());
  TRY_ASSIGN(const std::uint32_t flags, reader.take_number(1));
  data.user_present = (flags & UserPresent) != 0;
  data.user_verified = (flags & UserVerified) != 0;
  data.backup_eligible = (flags & BackupEligible) != 0;
  data.backup_state = (flags & BackupState) != 0;
  TRY_ASSIGN(data.sign_count, reader.take_number(4));
  if ((flags & AttestedCredential) != 0) {
    TRY_ASSIGN(data.attested_credential, take_attested_credential(reader));
  }
  if ((flags & ExtensionData) != 0) {
    TRY_ASSIGN(data.extensions, reader.take_cbor());
    if (data.extensions.front() >> 5 != 5) return malformed_data();  // a map
  }
  if (!reader.at_end()) return malformed_data();
  return data;
}

Result<void> check_authenticator_data(const AuthenticatorData& data, const RelyingParty& relying_party,
                                      bool require_user_verification) {
  if (data.rp_id_hash != crypto::sha256(relying_party.id)) {  // WEBAUTHN-7.1-14 WEBAUTHN-7.2-15
    return fail(ErrorCode::InvalidRequest, "The rpIdHash of the authenticator data is that of another relying party.");
  }
  if (!data.user_present) {  // WEBAUTHN-7.1-15 WEBAUTHN-7.2-16
    return fail(ErrorCode::InvalidRequest, "The authenticator data must say that the user was present.");
  }
  if (require_user_verification && !data.user_verified) {  // WEBAUTHN-7.1-16 WEBAUTHN-7.2-17
    return fail(ErrorCode::Denied, "The authenticator must verify the user.");
  }
  if (data.backup_state && !data.backup_eligible) {  // WEBAUTHN-7.1-17 WEBAUTHN-7.2-18
    return fail(ErrorCode::InvalidRequest, "A credential that cannot be backed up must not be in the backup state.");
  }
  return {};
}

}  // namespace signet::webauthn
