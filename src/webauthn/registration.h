#pragma once
// The registration ceremony on the side of the relying party. Spec: WEBAUTHN-7.1

#include "base/bytes.h"
#include "base/clock.h"
#include "webauthn/options.h"
#include "x509/chain.h"

namespace signet::webauthn {

/// Who vouches for the credential: nobody, its own key, or the key of a certificate (a batch, an authority).
enum class AttestationType { None, Self, Basic };

/// "none", "self", "basic"
[[nodiscard]] std::string_view name_of(AttestationType type);

struct RegistrationPolicy {
  std::vector<CoseAlgorithm> algorithms = kDefaultAlgorithms;  ///< those that the options offered
  bool require_user_verification = false;
  /// Models as UUIDs; when the list is not empty, nothing but a trusted attestation of one of them is enough.
  std::vector<std::string> allowed_aaguids = {};
  std::vector<std::string> denied_aaguids = {};  ///< also when only claimed
  bool unknown_formats_as_none = false;          ///< "tpm", "apple" and others say nothing instead of being refused
  const x509::TrustAnchors* anchors = nullptr;   ///< of attestation certificates; null: none is trusted
  Instant now{};                                 ///< for the certificates
};

/// What to keep of a new credential. The caller must refuse an id that any account has already.
struct Registration {
  Bytes credential_id;
  Bytes public_key;  ///< COSE_Key, as the authenticator gave it
  CoseAlgorithm algorithm = CoseAlgorithm::ES256;
  std::uint32_t sign_count = 0;
  std::string aaguid;  ///< a UUID; only with a trusted attestation more than a claim
  bool user_verified = false;
  bool backup_eligible = false;
  bool backup_state = false;
  std::optional<bool> discoverable;  ///< as the client says
  std::vector<std::string> transports;
  std::string authenticator_attachment;  ///< "platform", "cross-platform" or empty
  std::string attestation_format;
  AttestationType attestation_type = AttestationType::None;
  bool trusted = false;  ///< the attestation leads to one of the anchors
};

/// The credential that `credential_json` (RegistrationResponseJSON, at most 16 KiB) proves to be made for `challenge`.
/// Fails: Malformed, TooLarge, InvalidRequest (made for another ceremony or party), UnsupportedAlgorithm, BadSignature,
/// Denied (the policy). Thread: any
[[nodiscard]] Result<Registration> verify_registration(const RelyingParty& relying_party, BytesView challenge,
                                                       std::string_view credential_json,
                                                       const RegistrationPolicy& policy);

}  // namespace signet::webauthn
