#pragma once
// The authentication ceremony on the side of the relying party. Spec: WEBAUTHN-7.2

#include "base/bytes.h"
#include "webauthn/authenticator_data.h"

namespace signet::webauthn {

/// All that a signature needs to be verified again, beside the public key: what evidence consists of.
struct SignedMaterial {
  Bytes client_data_json;
  Bytes authenticator_data;
  Bytes signature;
};

/// An answer that has been read and not verified. It says which credential and which account to look up.
struct ParsedAssertion {
  Bytes credential_id;
  std::optional<Bytes> user_handle;  ///< there for discoverable credentials
  SignedMaterial signed_material;
};

/// What is known of the credential, from its registration and later assertions.
struct StoredCredential {
  Bytes credential_id;
  Bytes public_key;   ///< COSE_Key
  Bytes user_handle;  ///< of the account it belongs to
  std::uint32_t sign_count = 0;
  bool backup_eligible = false;
};

struct AssertionPolicy {
  bool require_user_verification = false;
  /// Nobody said before who is there, so that the answer must name the account: a login without a user name.
  bool require_user_handle = false;
  std::vector<Bytes> allow_credentials = {};  ///< ids that the options named; empty: any
};

/// A verified answer. The caller keeps `sign_count` and `backup_state` with the credential.
struct Assertion {
  Bytes credential_id;
  std::optional<Bytes> user_handle;
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backup_state = false;
  SignedMaterial signed_material;
};

/// Reads AuthenticationResponseJSON (at most 16 KiB). Spec: WEBAUTHN-5.1. Fails: Malformed, TooLarge
[[nodiscard]] Result<ParsedAssertion> parse_assertion(std::string_view credential_json);

/// Fails: Malformed, TooLarge, InvalidRequest (another ceremony, party, credential or account), UnsupportedAlgorithm,
/// BadSignature, Denied (the policy), Conflict (the signature counter did not grow: somebody may have a copy of the
/// credential). Thread: any
[[nodiscard]] Result<Assertion> verify_assertion(const RelyingParty& relying_party, BytesView challenge,
                                                 ParsedAssertion assertion, const StoredCredential& stored,
                                                 const AssertionPolicy& policy);
[[nodiscard]] Result<Assertion> verify_assertion(const RelyingParty& relying_party, BytesView challenge,
                                                 std::string_view credential_json, const StoredCredential& stored,
                                                 const AssertionPolicy& policy);

/// The signature alone, for evidence: did the credential with this COSE_Key sign this for `rp_id`, with its user
/// present? What was signed stands in the client data (see parse_client_data). Fails: Malformed, UnsupportedAlgorithm,
/// BadSignature. Thread: any
[[nodiscard]] Result<AuthenticatorData> verify_signed_material(const std::string& rp_id, BytesView public_key,
                                                               const SignedMaterial& material);

}  // namespace signet::webauthn
