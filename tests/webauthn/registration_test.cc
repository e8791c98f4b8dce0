#include "webauthn/registration.h"

#include "webauthn/ceremony.h"

// WEBAUTHN-7.1
namespace signet::webauthn {
namespace {

using RegistrationTest = CeremonyTest;
namespace cbor = test::cbor;

TEST_F(RegistrationTest, ACredentialOfEachAlgorithmIsAccepted) {
  for (const auto algorithm :
       {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA, crypto::SignatureAlgorithm::RS256}) {
    authenticator.algorithm = algorithm;
    authenticator.backup_eligible = true;
    const auto registration = register_credential();
    ASSERT_TRUE(registration) << registration.error().public_text.view();
    EXPECT_EQ(registration->credential_id, authenticator.credentials.back().id);
    EXPECT_EQ(static_cast<std::int64_t>(registration->algorithm), authenticator.cose_number(algorithm));
    EXPECT_EQ(registration->public_key,
              authenticator.cose_key(authenticator.credentials.back().key.public_key(), algorithm));
    EXPECT_EQ(registration->aaguid, "51676e65-7400-0000-0000-000000000000");
    EXPECT_TRUE(registration->user_verified);
    EXPECT_TRUE(registration->backup_eligible);
    EXPECT_FALSE(registration->backup_state);
    EXPECT_EQ(registration->discoverable, true);
    EXPECT_EQ(registration->transports, (std::vector<std::string>{"internal", "hybrid"}));
    EXPECT_EQ(registration->authenticator_attachment, "platform");
    EXPECT_EQ(registration->attestation_format, "none");
    EXPECT_EQ(name_of(registration->attestation_type), "none");
    EXPECT_FALSE(registration->trusted);
  }
}

// WEBAUTHN-7.1-7
TEST_F(RegistrationTest, ClientDataOfAnAssertionIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["type"] = "webauthn.get"; };
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "type");
}

// WEBAUTHN-7.1-8
TEST_F(RegistrationTest, AnotherChallengeIsRefused) {
  for (const char* other : {"", "AAAA", "Wlpa"}) {
    authenticator.edit_client_data = [&](json::object& data) { data["challenge"] = other; };
    EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "challenge");
  }
}

// WEBAUTHN-7.1-8
TEST_F(RegistrationTest, AnEmptyChallengeNeverMatches) {
  challenge.clear();
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "challenge");
}

// WEBAUTHN-7.1-9
TEST_F(RegistrationTest, AnOriginThatOnlyLooksLikeOursIsRefused) {
  for (const char* other :
       {"https://evil.example", "https://login.bank.example.evil.example", "http://login.bank.example",
        "https://login.bank.example:444", "https://login.bank.example/", "https://LOGIN.bank.example", ""}) {
    authenticator.origin = other;
    EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "origin");
  }
  authenticator.origin = "https://bank.example";
  EXPECT_TRUE(register_credential());
}

// WEBAUTHN-7.1-10
TEST_F(RegistrationTest, AFrameInAPageOfAnotherOriginIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["crossOrigin"] = true; };
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "crossOrigin");
}

// WEBAUTHN-7.1-11
TEST_F(RegistrationTest, ATopOriginIsRefused) {
  authenticator.edit_client_data = [](json::object& data) { data["topOrigin"] = "https://evil.example"; };
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "topOrigin");
}

// WEBAUTHN-7.1-14
TEST_F(RegistrationTest, ACredentialOfAnotherRelyingPartyIsRefused) {
  authenticator.rp_id = "evil.example";
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "rpIdHash");
}

// WEBAUTHN-7.1-15
TEST_F(RegistrationTest, AUserWhoWasNotThereIsRefused) {
  authenticator.user_present = false;
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "present");
}

// WEBAUTHN-7.1-16
TEST_F(RegistrationTest, AUserWhoWasNotVerifiedIsRefusedWhenVerificationIsRequired) {
  authenticator.user_verified = false;
  const auto lax = register_credential();
  ASSERT_TRUE(lax);
  EXPECT_FALSE(lax->user_verified);
  registration_policy.require_user_verification = true;
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "verify the user");
}

// WEBAUTHN-7.1-17
TEST_F(RegistrationTest, ABackupOfWhatCannotBeBackedUpIsRefused) {
  authenticator.backup_state = true;
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "backup");
  authenticator.backup_eligible = true;
  const auto registration = register_credential();
  ASSERT_TRUE(registration);
  EXPECT_TRUE(registration->backup_state);
}

// WEBAUTHN-7.1-20
TEST_F(RegistrationTest, AnAlgorithmThatWasNotOfferedIsRefused) {
  registration_policy.algorithms = {CoseAlgorithm::EdDSA};
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "not offered");
  authenticator.edit_public_key = [](Bytes& key) { key[4] = 0x38, key.insert(key.begin() + 5, 0x22); };  // -35, ES384
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "not supported");
}

// WEBAUTHN-7.1-25
TEST_F(RegistrationTest, ACredentialIdOfMoreThan1023BytesIsRefused) {
  const auto with_id_of = [&](std::size_t size) {
    authenticator.edit_authenticator_data = [size](Bytes& data) {
      data[53] = static_cast<std::uint8_t>(size >> 8);
      data[54] = static_cast<std::uint8_t>(size);
      data.erase(data.begin() + 55, data.begin() + 55 + 32);
      data.insert(data.begin() + 55, size, 0x11);
    };
    authenticator.edit_credential = [size](json::object& credential) {
      credential["id"] = credential["rawId"] = encode_base64url(Bytes(size, 0x11));
    };
    return register_credential();
  };
  EXPECT_TRUE(with_id_of(1023));
  EXPECT_REFUSED(with_id_of(1024), ErrorCode::Malformed, "1023");
  EXPECT_REFUSED(with_id_of(0), ErrorCode::Malformed, "id");
}

// WEBAUTHN-5.1
TEST_F(RegistrationTest, IdsThatDifferAreRefused) {
  authenticator.edit_credential = [](json::object& credential) { credential["rawId"] = "AAAA"; };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "rawId");
  authenticator.edit_credential = [](json::object& credential) { credential["id"] = credential["rawId"] = "AAAA"; };
  EXPECT_REFUSED(register_credential(), ErrorCode::InvalidRequest, "not the one in the attestationObject");
}

// WEBAUTHN-5.1
TEST_F(RegistrationTest, CopiesThatNobodySignedAreNotRead) {
  authenticator.edit_credential = [](json::object& credential) {
    credential["response"].as_object()["authenticatorData"] = "AAAA";
    credential["response"].as_object()["publicKey"] = "AAAA";
    credential["response"].as_object()["publicKeyAlgorithm"] = -257;
  };
  const auto registration = register_credential();
  ASSERT_TRUE(registration);
  EXPECT_EQ(registration->algorithm, CoseAlgorithm::ES256);
}

// WEBAUTHN-5.1
TEST_F(RegistrationTest, AMalformedCredentialIsRefused) {
  const auto with = [&](std::function<void(json::object&)> edit) {
    authenticator.edit_credential = std::move(edit);
    return register_credential();
  };
  EXPECT_REFUSED(with([](auto& c) { c["type"] = "password"; }), ErrorCode::Malformed, "public-key");
  EXPECT_REFUSED(with([](auto& c) { c.erase("response"); }), ErrorCode::Malformed, "response");
  EXPECT_REFUSED(with([](auto& c) { c["id"] = c["rawId"] = "a=="; }), ErrorCode::Malformed, "base64url");
  EXPECT_REFUSED(with([](auto& c) { c["response"].as_object()["clientDataJSON"] = "a"; }), ErrorCode::Malformed,
                 "base64url");
  EXPECT_REFUSED(with([](auto& c) { c["response"].as_object().erase("attestationObject"); }), ErrorCode::Malformed,
                 "missing");
  EXPECT_REFUSED(with([](auto& c) { c["response"].as_object()["transports"] = json::array{"a b"}; }),
                 ErrorCode::Malformed, "transports");
  EXPECT_REFUSED(with([](auto& c) { c["padding"] = std::string(16 * 1024, 'x'); }), ErrorCode::TooLarge, "credential");
  EXPECT_REFUSED(verify_registration(relying_party, challenge, R"({"id":"a","id":"b"})", registration_policy),
                 ErrorCode::Malformed, "JSON");
}

// WEBAUTHN-7.1-5 WEBAUTHN-5.8.1
TEST_F(RegistrationTest, ClientDataMayBeginWithAByteOrderMarkAndMustBeStrictJson) {
  const auto with = [&](std::string_view prefix, std::string_view suffix) {
    authenticator.edit_credential = [&](json::object& credential) {
      json::value& text = credential["response"].as_object()["clientDataJSON"];
      const Bytes data = decode_base64url(text.as_string()).value();
      text = encode_base64url(as_bytes(std::string(prefix) + std::string(as_text(data)) + std::string(suffix)));
    };
    return register_credential();
  };
  EXPECT_TRUE(with("\xEF\xBB\xBF", ""));
  EXPECT_REFUSED(with("\xEF\xBB\xBF\xEF\xBB\xBF", ""), ErrorCode::Malformed, "clientDataJSON");
  EXPECT_REFUSED(with("", "{}"), ErrorCode::Malformed, "clientDataJSON");
  EXPECT_REFUSED(with("", std::string(4096, ' ')), ErrorCode::TooLarge, "clientDataJSON");
  authenticator.edit_credential = nullptr;
  authenticator.edit_client_data = [](json::object& data) { data.erase("origin"); };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "clientDataJSON");
  authenticator.edit_client_data = [](json::object& data) { data["crossOrigin"] = "false"; };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "");
}

// WEBAUTHN-7.1-13 WEBAUTHN-6.5.4
TEST_F(RegistrationTest, AnAttestationObjectWithMoreOrOtherMembersIsRefused) {
  authenticator.edit_attestation_object = [](Bytes& object) { object.push_back(0x00); };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "after its end");
  authenticator.edit_attestation_object = [](Bytes& object) {
    object[0] = 0xa4;
    object = cbor::append(cbor::append(object, cbor::text("epAtt")), cbor::boolean(true));
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "nothing else");
  authenticator.edit_attestation_object = [](Bytes& object) {
    object[0] = 0xa4;
    object = cbor::append(cbor::append(object, cbor::text("fmt")), cbor::text("packed"));
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "twice");
  authenticator.edit_attestation_object = [](Bytes& object) {
    object = cbor::map({{cbor::text("fmt"), cbor::text("none")}});
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "fmt, attStmt and authData");
  authenticator.edit_attestation_object = [](Bytes& object) { object = cbor::bytes(Bytes(8 * 1024, 0)); };
  EXPECT_REFUSED(register_credential(), ErrorCode::TooLarge, "attestationObject");
}

// WEBAUTHN-8.1
TEST_F(RegistrationTest, ALongNameOfAFormatIsRefused) {
  registration_policy.unknown_formats_as_none = true;
  for (const std::size_t size : {32, 33}) {
    authenticator.edit_attestation_object = [size](Bytes& object) {
      const Bytes name = cbor::text(std::string(size, 'f'));
      object.erase(object.begin() + 5, object.begin() + 10);
      object.insert(object.begin() + 5, name.begin(), name.end());
    };
    EXPECT_EQ(register_credential().has_value(), size == 32);
  }
}

// WEBAUTHN-2.4
TEST_F(RegistrationTest, TheOrderOfMembersIsFree) {
  authenticator.edit_attestation_object = [](Bytes& object) {
    const Bytes fmt = cbor::append(cbor::text("fmt"), cbor::text("none"));
    object.erase(object.begin() + 1, object.begin() + 1 + static_cast<std::ptrdiff_t>(fmt.size()));
    object = cbor::append(std::move(object), fmt);
  };
  EXPECT_TRUE(register_credential());
}

// WEBAUTHN-6.5.1
TEST_F(RegistrationTest, AuthenticatorDataWithoutACredentialIsRefused) {
  authenticator.edit_authenticator_data = [](Bytes& data) {
    data.resize(37);
    data[32] &= 0xbf;
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "attested credential data");
}

// WEBAUTHN-6.1
TEST_F(RegistrationTest, AuthenticatorDataThatIsNotBuiltAsItsFlagsSayIsRefused) {
  authenticator.edit_authenticator_data = [](Bytes& data) { data.push_back(0xa0); };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "flags");
  authenticator.edit_authenticator_data = [](Bytes& data) { data[32] |= 0x80; };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "too early");
  authenticator.edit_authenticator_data = [](Bytes& data) { data[32] |= 0x80, data.push_back(0x80); };  // an array
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "flags");
  authenticator.edit_authenticator_data = [](Bytes& data) { data.resize(40); };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "flags");
}

// WEBAUTHN-5.8.5
TEST_F(RegistrationTest, APublicKeyThatIsNotOneOfItsAlgorithmIsRefused) {
  authenticator.edit_public_key = [](Bytes& key) { key.back() ^= 1; };  // not on the curve
  EXPECT_FALSE(register_credential());
  authenticator.edit_public_key = [](Bytes& key) { key[2] = 0x01; };  // kty OKP
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "COSE");
  authenticator.edit_public_key = [](Bytes& key) { key[6] = 0x02; };  // crv P-384
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "COSE");
  authenticator.edit_public_key = [](Bytes& key) {  // a private member beside them
    key[0] = 0xa6;
    key = cbor::append(cbor::append(key, cbor::integer(-4)), cbor::bytes(Bytes(32, 1)));
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "COSE");
  authenticator.edit_public_key = [](Bytes& key) { key = cbor::map({{cbor::integer(1), cbor::integer(2)}}); };
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "alg");
  authenticator.edit_public_key = nullptr;
  authenticator.algorithm = crypto::SignatureAlgorithm::RS256;
  authenticator.edit_public_key = [](Bytes& key) { key.back() = 0x03; };  // the exponent 65539
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "COSE");
}

}  // namespace
}  // namespace signet::webauthn
