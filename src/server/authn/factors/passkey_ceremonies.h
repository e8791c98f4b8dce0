#pragma once
// The two ceremonies of passkeys between a page and the rows of an account: for the factor itself, for the page that
// begins a login, and for the approval of payments. Spec: WEBAUTHN-7.1, WEBAUTHN-7.2

#include <expected>

#include "server/authn/proofs.h"
#include "server/authn/step_work.h"
#include "webauthn/assertion.h"
#include "webauthn/options.h"
#include "webauthn/registration.h"

namespace signet::server::authn {

inline constexpr std::string_view kPasskey = "passkey";        ///< the kind of rows and proofs
inline constexpr std::string_view kCredential = "credential";  ///< the field that browsers answer in
/// An effect for on_enter: puts the account's passkeys among the facts, for `make_passkey_action`.
inline constexpr std::string_view kOfferPasskeys = "offer_passkeys";

/// What `data` of a row holds.
struct StoredPasskey {
  Bytes credential_id;
  Bytes public_key;  ///< COSE_Key
  Bytes user_handle;
  std::string aaguid;
  std::vector<std::string> transports;
  bool backup_eligible = false;
  bool backup_state = false;
  std::string attestation;  ///< "none", "self" or "basic"
  bool trusted = false;     ///< the attestation leads to a trust anchor: the model is what it says
};
[[nodiscard]] StoredPasskey make_stored_passkey(const webauthn::Registration& registration, Bytes user_handle);
[[nodiscard]] json::object to_json(const StoredPasskey& passkey);
/// Fails: Bug
[[nodiscard]] Result<StoredPasskey> parse_passkey(const store::FactorRecord& row);

/// {id, transports}: what a browser is told of a passkey.
[[nodiscard]] json::object describe(const StoredPasskey& passkey);
/// The passkeys among an account's rows as fact::kPasskeys has them. Fails: Bug
[[nodiscard]] Result<json::array> describe_passkeys(const std::vector<store::FactorRecord>& rows);
/// And back.
[[nodiscard]] std::vector<webauthn::CredentialDescriptor> known_passkeys(const workflow::Facts& facts);
/// Whom every passkey of an account is made for: 32 bytes that tell nothing about the account. Spec: WEBAUTHN-5.4.3
[[nodiscard]] Bytes make_user_handle(const Exchange& exchange, std::string_view account_id);

/// An action that asks for an assertion of `challenge` and sends it in the field kCredential.
struct PasskeyAction {
  std::string name;
  std::string title;
  Bytes challenge;
  webauthn::UserVerification verification = webauthn::UserVerification::Preferred;
  bool only_known = true;  ///< by the passkeys of the account (fact::kPasskeys); false: by any that says whose it is
};
[[nodiscard]] workflow::Action make_passkey_action(const workflow::Facts& facts, PasskeyAction action);
/// The challenge of this page.
[[nodiscard]] Bytes challenge_of(const workflow::Facts& facts);
[[nodiscard]] workflow::Field make_credential_field(const workflow::Facts& facts);

/// What an assertion has to be.
struct AssertionDemand {
  std::string credential;  ///< AuthenticationResponseJSON, as it was sent
  Bytes challenge;
  std::string account_id = {};  ///< empty: the passkey says who is there
  bool require_user_verification = false;
};
struct UsedPasskey {
  store::FactorRecord row;
  StoredPasskey passkey;
  webauthn::Assertion assertion;
};
/// Verifies an assertion by the row it names, and marks its use: of two uses of one signature count one passes. What
/// the user did wrong is a problem, the same whatever it was. Fails: Unavailable, Bug
[[nodiscard]] Task<Result<std::expected<UsedPasskey, workflow::Problem>>> use_passkey(StepWork& work,
                                                                                      AssertionDemand demand);

/// What a passkey proves at `at`. Spec: RFC8176-2
[[nodiscard]] Proof make_proof(const StoredPasskey& passkey, std::string factor_id, bool user_verified, Instant at);

}  // namespace signet::server::authn
