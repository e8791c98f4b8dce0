#pragma once
// What a page hands to `navigator.credentials`, in the JSON form that
// `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take. Spec: WEBAUTHN-5.4,
// WEBAUTHN-5.5

#include "base/bytes.h"
#include "base/clock.h"
#include "base/json.h"
#include "webauthn/relying_party.h"

namespace signet::webauthn {

/// A credential that is known already.
struct CredentialDescriptor {
  Bytes id;
  std::vector<std::string> transports;  ///< as the registration gave them
};

enum class ResidentKey { Required, Preferred, Discouraged };
enum class AttestationConveyance { None, Direct };

/// Who will own the new credential.
struct UserEntity {
  Bytes id;  ///< the user handle: 1 to 64 bytes that say nothing about the person
  std::string name;
  std::string display_name;
};

/// The best first. The pages of a relying party and its verification must use the same list.
inline const std::vector<CoseAlgorithm> kDefaultAlgorithms = {CoseAlgorithm::EdDSA, CoseAlgorithm::ES256,
                                                              CoseAlgorithm::RS256};

struct CreationOptions {
  std::string rp_id;
  std::string rp_name;
  UserEntity user;
  Bytes challenge;  ///< at least 16 random bytes, kept by the caller
  std::vector<CoseAlgorithm> algorithms = kDefaultAlgorithms;
  std::vector<CredentialDescriptor> exclude_credentials = {};  ///< those of the account, so that none is made twice
  ResidentKey resident_key = ResidentKey::Preferred;
  UserVerification user_verification = UserVerification::Preferred;
  std::string authenticator_attachment = {};  ///< "platform", "cross-platform" or empty for both
  AttestationConveyance attestation = AttestationConveyance::None;
  Duration timeout = minutes{5};
};

struct RequestOptions {
  std::string rp_id;
  Bytes challenge;
  std::vector<CredentialDescriptor> allow_credentials = {};  ///< none: any discoverable credential
  UserVerification user_verification = UserVerification::Preferred;
  Duration timeout = minutes{5};
};

/// PublicKeyCredentialCreationOptionsJSON. It also asks for `credProps`, which tells whether the credential became
/// discoverable.
[[nodiscard]] json::object render_creation_options(const CreationOptions& options);

/// PublicKeyCredentialRequestOptionsJSON.
[[nodiscard]] json::object render_request_options(const RequestOptions& options);

}  // namespace signet::webauthn
