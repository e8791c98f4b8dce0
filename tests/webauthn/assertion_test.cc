#include "webauthn/assertion.h"

#include "webauthn/ceremony.h"
#include "webauthn/client_data.h"

// WEBAUTHN-7.2
namespace signet::webauthn {
namespace {

namespace cbor = test::cbor;

struct AssertionTest : CeremonyTest {
  StoredCredential credential = stored(register_credential().value());

  Result<Assertion> assert_now() { return assert_credential(credential); }
  void enrol_again() { credential = stored(register_credential().value()); }
};

TEST_F(AssertionTest, AnAssertionOfEachAlgorithmIsAccepted) {
  for (const auto algorithm :
       {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA, crypto::SignatureAlgorithm::RS256}) {
    authenticator.algorithm = algorithm;
    enrol_again();
    const auto assertion = assert_now();
    ASSERT_TRUE(assertion) << assertion.error().public_text.view();
    EXPECT_EQ(assertion->credential_id, credential.credential_id);
    EXPECT_EQ(assertion->user_handle, user_handle);
    EXPECT_EQ(assertion->sign_count, 1U);
    EXPECT_TRUE(assertion->user_verified);
    EXPECT_FALSE(assertion->backup_state);
  }
}

TEST_F(AssertionTest, AnAnswerTellsWhoItIsBeforeItIsVerified) {
  const auto parsed = parse_assertion(get());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->credential_id, credential.credential_id);
  EXPECT_EQ(parsed->user_handle, user_handle);
  EXPECT_TRUE(verify_assertion(relying_party, challenge, *parsed, credential, assertion_policy));
}

TEST_F(AssertionTest, EvidenceCanBeVerifiedAgainAndAnyChangeBreaksIt) {
  const SignedMaterial material = assert_now().value().signed_material;
  const auto verify = [&](const SignedMaterial& kept) {
    return verify_signed_material(relying_party.id, credential.public_key, kept);
  };
  ASSERT_TRUE(verify(material));
  EXPECT_EQ(parse_client_data(material.client_data_json).value().challenge, encode_base64url(challenge));
  auto changed = material;
  changed.client_data_json.push_back(' ');
  EXPECT_REFUSED(verify(changed), ErrorCode::BadSignature, "signature");
  changed = material;
  changed.authenticator_data[36] ^= 1;
  EXPECT_REFUSED(verify(changed), ErrorCode::BadSignature, "signature");
  changed = material;
  changed.signature.back() ^= 1;
  EXPECT_REFUSED(verify(changed), ErrorCode::BadSignature, "signature");
  changed = material;
  changed.authenticator_data[32] &= 0xFE;  // the flag of presence
  EXPECT_REFUSED(verify(changed), ErrorCode::BadSignature, "present");
  EXPECT_REFUSED(verify_signed_material("evil.example", credential.public_key, material), ErrorCode::BadSignature,
                 "another relying party");
  EXPECT_FALSE(verify_signed_material(relying_party.id, register_credential().value().public_key, material));
}

// WEBAUTHN-7.2-5
TEST_F(AssertionTest, ACredentialThatWasNotAskedForIsRefused) {
  assertion_policy.allow_credentials = {Bytes(32, 1), credential.credential_id};
  EXPECT_TRUE(assert_now());
  assertion_policy.allow_credentials = {Bytes(32, 1)};
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "allowCredentials");
}

// WEBAUTHN-7.2-6
TEST_F(AssertionTest, ACredentialOfAnotherAccountIsRefused) {
  auto other = credential;
  other.credential_id = Bytes(32, 1);
  EXPECT_REFUSED(assert_credential(other), ErrorCode::InvalidRequest, "id of the credential");
  other = credential;
  other.user_handle = to_bytes("somebody-else");
  EXPECT_REFUSED(assert_credential(other), ErrorCode::InvalidRequest, "userHandle");
}

// WEBAUTHN-7.2-6
TEST_F(AssertionTest, TheUserHandleMayBeMissingOnlyWhenTheAccountIsKnown) {
  authenticator.gives_user_handle = false;
  const auto assertion = assert_now();
  ASSERT_TRUE(assertion);
  EXPECT_EQ(assertion->user_handle, std::nullopt);
  assertion_policy.require_user_handle = true;
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "userHandle");
}

// WEBAUTHN-7.2-8
TEST_F(AssertionTest, ClientDataThatIsNotJsonIsRefused) {
  authenticator.edit_credential = [](json::object& object) {
    object["response"].as_object()["clientDataJSON"] = "AAAA";
  };
  EXPECT_REFUSED(assert_now(), ErrorCode::Malformed, "clientDataJSON");
}

// WEBAUTHN-7.2-10
TEST_F(AssertionTest, ClientDataOfARegistrationIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["type"] = "webauthn.create"; };
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "type");
  authenticator.edit_client_data = [](json::object& data) { data["type"] = "payment.get"; };
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "type");
}

// WEBAUTHN-7.2-11
TEST_F(AssertionTest, AnAnswerToAnotherChallengeIsRefused) {
  const std::string old = get();
  challenge.back() ^= 1;
  EXPECT_REFUSED(verify_assertion(relying_party, challenge, old, credential, assertion_policy),
                 ErrorCode::InvalidRequest, "challenge");
}

// WEBAUTHN-7.2-12
TEST_F(AssertionTest, AnotherOriginIsRefused) {
  authenticator.origin = "https://bank.example.evil.example";
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "origin");
}

// WEBAUTHN-7.2-13
TEST_F(AssertionTest, AFrameInAPageOfAnotherOriginIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["crossOrigin"] = true; };
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "crossOrigin");
}

// WEBAUTHN-7.2-14
TEST_F(AssertionTest, ATopOriginIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["topOrigin"] = "https://login.bank.example"; };
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "topOrigin");
}

// WEBAUTHN-7.2-15
TEST_F(AssertionTest, AnAnswerForAnotherRelyingPartyIsRefused) {
  authenticator.rp_id = "login.bank.example";
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "rpIdHash");
}

// WEBAUTHN-7.2-16
TEST_F(AssertionTest, AUserWhoWasNotThereIsRefused) {
  authenticator.user_present = false;
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "present");
}

// WEBAUTHN-7.2-17
TEST_F(AssertionTest, AUserWhoWasNotVerifiedIsRefusedWhenVerificationIsRequired) {
  authenticator.user_verified = false;
  const auto lax = assert_now();
  ASSERT_TRUE(lax);
  EXPECT_FALSE(lax->user_verified);
  assertion_policy.require_user_verification = true;
  EXPECT_REFUSED(assert_now(), ErrorCode::Denied, "verify the user");
}

// WEBAUTHN-7.2-18
TEST_F(AssertionTest, ABackupOfWhatCannotBeBackedUpIsRefused) {
  authenticator.backup_state = true;
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "backup state");
}

// WEBAUTHN-7.2-19
TEST_F(AssertionTest, BackupEligibilityMustNotChangeWhileTheBackupStateMay) {
  authenticator.backup_eligible = true;
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "eligibility");
  enrol_again();
  authenticator.backup_state = true;
  const auto assertion = assert_now();
  ASSERT_TRUE(assertion);
  EXPECT_TRUE(assertion->backup_state);
  authenticator.backup_state = authenticator.backup_eligible = false;
  EXPECT_REFUSED(assert_now(), ErrorCode::InvalidRequest, "eligibility");
}

// WEBAUTHN-7.2-21
TEST_F(AssertionTest, AWrongSignatureIsRefused) {
  for (const auto algorithm :
       {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA, crypto::SignatureAlgorithm::RS256}) {
    authenticator.algorithm = algorithm;
    authenticator.edit_signature = nullptr;
    enrol_again();
    authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
    EXPECT_REFUSED(assert_now(), ErrorCode::BadSignature, "signature");
    authenticator.edit_signature = [](Bytes& signature) { signature = {0}; };
    EXPECT_REFUSED(assert_now(), ErrorCode::BadSignature, "signature");
  }
}

// WEBAUTHN-7.2-20 WEBAUTHN-7.2-21
TEST_F(AssertionTest, FlagsAndClientDataChangedAfterTheSignatureAreRefused) {
  authenticator.user_verified = false;
  authenticator.edit_credential = [](json::object& object) {
    json::value& text = object["response"].as_object()["authenticatorData"];
    Bytes data = decode_base64url(text.as_string()).value();
    data[32] |= 0x04;
    text = encode_base64url(data);
  };
  assertion_policy.require_user_verification = true;
  EXPECT_REFUSED(assert_now(), ErrorCode::BadSignature, "signature");
  authenticator.origin = "https://evil.example";
  authenticator.user_verified = true;
  authenticator.edit_credential = [&](json::object& object) {
    const json::object honest{
        {"type", "webauthn.get"}, {"challenge", encode_base64url(challenge)}, {"origin", "https://bank.example"}};
    object["response"].as_object()["clientDataJSON"] = encode_base64url(as_bytes(render_json(honest)));
  };
  EXPECT_REFUSED(assert_now(), ErrorCode::BadSignature, "signature");
}

// WEBAUTHN-7.2-21
TEST_F(AssertionTest, ASignatureOfAnotherCredentialIsRefused) {
  auto other = credential;
  other.public_key = register_credential().value().public_key;
  authenticator.credentials.pop_back();
  EXPECT_REFUSED(assert_credential(other), ErrorCode::BadSignature, "signature");
}

// WEBAUTHN-7.2-22
TEST_F(AssertionTest, ACounterThatDoesNotGrowIsToldApartAsAPossibleCopy) {
  credential.sign_count = assert_now().value().sign_count;
  authenticator.sign_count_step = 0;
  EXPECT_REFUSED(assert_now(), ErrorCode::Conflict, "counter");
  credential.sign_count = 100;
  EXPECT_REFUSED(assert_now(), ErrorCode::Conflict, "counter");
  authenticator.credentials.back().sign_count = 0;  // a counter that was used and is zero again
  EXPECT_REFUSED(assert_now(), ErrorCode::Conflict, "counter");
  authenticator.sign_count_step = 101;
  EXPECT_TRUE(assert_now());
}

// WEBAUTHN-7.2-22
TEST_F(AssertionTest, AnAuthenticatorWithoutACounterIsAccepted) {
  authenticator.sign_count_step = 0;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(assert_now());
}

// WEBAUTHN-7.2-22
TEST_F(AssertionTest, ACounterIsNotJudgedBeforeTheSignatureIsGood) {
  credential.sign_count = 100;
  authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  EXPECT_REFUSED(assert_now(), ErrorCode::BadSignature, "signature");
}

// WEBAUTHN-6.1
TEST_F(AssertionTest, AuthenticatorDataOfARegistrationIsRefused) {
  authenticator.edit_authenticator_data = [&](Bytes& data) {
    data[32] |= 0x40;
    data = cbor::append(cbor::append(data, Bytes(16, 0)), Bytes{0x00, 0x01, 0x77});
    data = cbor::append(data, credential.public_key);
  };
  EXPECT_REFUSED(assert_now(), ErrorCode::Malformed, "attested credential data");
}

// WEBAUTHN-6.1
TEST_F(AssertionTest, AuthenticatorDataThatIsTooShortOrTooLongIsRefused) {
  authenticator.edit_authenticator_data = [](Bytes& data) { data.pop_back(); };
  EXPECT_REFUSED(assert_now(), ErrorCode::Malformed, "flags");
  authenticator.edit_authenticator_data = [](Bytes& data) { data.push_back(0); };
  EXPECT_REFUSED(assert_now(), ErrorCode::Malformed, "flags");
}

// WEBAUTHN-7.2-23
TEST_F(AssertionTest, ExtensionsThatNobodyAskedForDoNotMatter) {
  for (const Bytes& extensions : {cbor::map({{cbor::text("hmac-secret"), cbor::bytes(Bytes(32, 1))}}),
                                  cbor::map({{cbor::text("credBlob"), cbor::bytes(Bytes(4, 1))}}),
                                  cbor::map({{cbor::text("uvm"), cbor::array({cbor::array({cbor::integer(2)})})}})}) {
    authenticator.extensions = extensions;
    const auto assertion = assert_now();
    EXPECT_TRUE(assertion) << assertion.error().detail;
  }
}

// WEBAUTHN-5.1 WEBAUTHN-5.4.3
TEST_F(AssertionTest, AMalformedAnswerIsRefused) {
  const auto with = [&](std::string_view member, json::value value) {
    authenticator.edit_credential = [=](json::object& object) { object["response"].as_object()[member] = value; };
    return parse_assertion(get());
  };
  EXPECT_REFUSED(with("signature", ""), ErrorCode::Malformed, "response");
  EXPECT_REFUSED(with("signature", 7), ErrorCode::Malformed, "response");
  EXPECT_REFUSED(with("authenticatorData", "+/=="), ErrorCode::Malformed, "response");
  EXPECT_REFUSED(with("userHandle", ""), ErrorCode::Malformed, "response");
  EXPECT_REFUSED(with("userHandle", json::value(encode_base64url(Bytes(65, 1)))), ErrorCode::Malformed, "userHandle");
  EXPECT_REFUSED(with("padding", json::value(std::string(16 * 1024, 'x'))), ErrorCode::TooLarge, "credential");
  EXPECT_REFUSED(parse_assertion("[]"), ErrorCode::Malformed, "JSON");
}

}  // namespace
}  // namespace signet::webauthn
