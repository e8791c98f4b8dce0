#pragma once
// What the authenticator signs beside the client data. Spec: WEBAUTHN-6.1, WEBAUTHN-6.5.1

#include <array>

#include "base/bytes.h"
#include "webauthn/relying_party.h"

namespace signet::webauthn {

inline constexpr std::size_t kMaximumCredentialIdBytes = 1023;

using Aaguid = std::array<std::uint8_t, 16>;

/// The text form of a UUID, in lower case: "f8a011f3-8c0a-4d15-8006-17111f9edc7d".
[[nodiscard]] std::string render_aaguid(const Aaguid& aaguid);

struct AttestedCredentialData {
  Aaguid aaguid{};
  Bytes credential_id;
  Bytes public_key;  ///< COSE_Key, as it stands
};

struct AuthenticatorData {
  Digest256 rp_id_hash{};
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backup_state = false;
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredentialData> attested_credential;
  Bytes extensions;  ///< a CBOR map, or nothing
};

/// All bytes are used: flags and content agree. Fails: Malformed
[[nodiscard]] Result<AuthenticatorData> parse_authenticator_data(BytesView bytes);

/// The rules that both ceremonies share: the relying party, presence, verification and possible backup flags.
/// Fails: InvalidRequest, Denied (verification was required)
[[nodiscard]] Result<void> check_authenticator_data(const AuthenticatorData& data, const RelyingParty& relying_party,
                                                    bool require_user_verification);

}  // namespace signet::webauthn
