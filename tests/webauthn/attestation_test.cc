#include <openssl/x509.h>

#include "crypto/random.h"
#include "webauthn/ceremony.h"

// WEBAUTHN-6.5 WEBAUTHN-8.2
namespace signet::webauthn {
namespace {

namespace cbor = test::cbor;
using test::Attestation;

constexpr const char* kModel = "51676E65-7400-0000-0000-000000000000";

struct AttestationTest : CeremonyTest {
  x509::CertificateRequest request = authority.request(authenticator.aaguid);
  std::optional<test::AttestationAuthority::Holder> holder;

  AttestationTest() { use(Attestation::PackedBasic); }

  void use(Attestation attestation) {
    authenticator.attestation = attestation;
    authenticator.aaguid = {};
    if (attestation != Attestation::FidoU2f) authenticator.aaguid = {0x51, 0x67, 0x6e, 0x65, 0x74};
    attest_with(request);
  }
  void attest_with(const x509::CertificateRequest& wanted) {
    holder.emplace(authority.issue(wanted));
    authenticator.attester = &*holder;
  }
  Result<Registration> register_with(const x509::CertificateRequest& wanted) {
    attest_with(wanted);
    return register_credential();
  }
  /// `x5c` instead of what the authenticator would send.
  void send_statement(std::vector<std::pair<Bytes, Bytes>> entries) {
    authenticator.edit_statement = [entries = std::move(entries)](Bytes& statement) { statement = cbor::map(entries); };
  }
};

// WEBAUTHN-8.2-2
TEST_F(AttestationTest, APackedAttestationThatLeadsToAnAnchorIsTrusted) {
  for (const auto algorithm : {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA}) {
    authenticator.algorithm = algorithm;
    registration_policy.allowed_aaguids = {kModel};
    const auto registration = register_credential();
    ASSERT_TRUE(registration) << registration.error().public_text.view();
    EXPECT_EQ(registration->attestation_format, "packed");
    EXPECT_EQ(name_of(registration->attestation_type), "basic");
    EXPECT_TRUE(registration->trusted);
  }
}

// WEBAUTHN-7.1-24
TEST_F(AttestationTest, AnAttestationOfAnotherAuthorityIsNotTrusted) {
  const test::AttestationAuthority other(kNow);
  const auto forged = other.issue(request);
  authenticator.attester = &forged;
  const auto registration = register_credential();
  ASSERT_TRUE(registration);
  EXPECT_FALSE(registration->trusted);
  registration_policy.allowed_aaguids = {kModel};
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
  authenticator.intermediates = {authority.root().certificate.der()};  // naming our root does not help
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
}

// WEBAUTHN-7.1-23
TEST_F(AttestationTest, NothingIsTrustedWithoutAnchorsOrAfterTheCertificatesHaveExpired) {
  registration_policy.now = kNow + days{1000};
  ASSERT_TRUE(register_credential());
  EXPECT_FALSE(register_credential()->trusted);
  registration_policy.now = kNow;
  registration_policy.anchors = nullptr;
  EXPECT_FALSE(register_credential()->trusted);
  registration_policy.allowed_aaguids = {kModel};
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
}

// WEBAUTHN-7.1-24
TEST_F(AttestationTest, SelfAndNoAttestationCannotSatisfyARequiredOne) {
  registration_policy.allowed_aaguids = {kModel};
  for (const auto weak : {Attestation::None, Attestation::PackedSelf}) {
    use(weak);
    EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
  }
}

// WEBAUTHN-7.1-24
TEST_F(AttestationTest, AnAllowListTakesTrustedModelsOnly) {
  registration_policy.allowed_aaguids = {kModel};
  EXPECT_TRUE(register_credential());
  use(Attestation::None);
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
  use(Attestation::PackedSelf);
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "trust anchor");
  use(Attestation::PackedBasic);
  registration_policy.allowed_aaguids = {"00000000-0000-0000-0000-000000000001"};
  EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "among those");
}

// WEBAUTHN-7.1-24
TEST_F(AttestationTest, ADeniedModelIsRefusedAlsoWhenNobodyVouchesForIt) {
  registration_policy.denied_aaguids = {"51676e65-7400-0000-0000-000000000000"};
  for (const auto attestation : {Attestation::None, Attestation::PackedSelf, Attestation::PackedBasic}) {
    use(attestation);
    EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "not allowed");
  }
}

// WEBAUTHN-8.2-3
TEST_F(AttestationTest, ASelfAttestationIsVerifiedWithTheCredentialsKey) {
  use(Attestation::PackedSelf);
  for (const auto algorithm :
       {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA, crypto::SignatureAlgorithm::RS256}) {
    authenticator.algorithm = algorithm;
    authenticator.edit_signature = nullptr;
    const auto registration = register_credential();
    ASSERT_TRUE(registration) << registration.error().public_text.view();
    EXPECT_EQ(name_of(registration->attestation_type), "self");
    EXPECT_FALSE(registration->trusted);
    authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
    EXPECT_REFUSED(register_credential(), ErrorCode::BadSignature, "attestation");
  }
}

// WEBAUTHN-8.2-3
TEST_F(AttestationTest, ASelfAttestationOfAnotherAlgorithmIsRefused) {
  use(Attestation::PackedSelf);
  send_statement({{cbor::text("alg"), cbor::integer(-8)}, {cbor::text("sig"), cbor::bytes(Bytes(64, 1))}});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "self attestation");
}

// WEBAUTHN-8.2-2 WEBAUTHN-7.1-12
TEST_F(AttestationTest, AWrongSignatureOfTheCertificatesKeyIsRefused) {
  authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  EXPECT_REFUSED(register_credential(), ErrorCode::BadSignature, "attestation");
  authenticator.edit_signature = nullptr;
  authenticator.edit_credential = [](json::object& credential) {  // what was signed is other client data
    json::value& text = credential["response"].as_object()["clientDataJSON"];
    text = encode_base64url(as_bytes(std::string(as_text(decode_base64url(text.as_string()).value())) + " "));
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::BadSignature, "attestation");
}

// WEBAUTHN-8.2-1
TEST_F(AttestationTest, APackedStatementWithOtherMembersIsRefused) {
  const Bytes alg = cbor::integer(-7);
  const Bytes sig = cbor::bytes(Bytes(70, 1));
  const auto entry = [](std::string_view name, const Bytes& value) { return std::pair(cbor::text(name), value); };
  const auto x5c = entry("x5c", cbor::array({cbor::bytes(holder->certificate.der())}));
  const std::vector<std::vector<std::pair<Bytes, Bytes>>> broken = {
      {},
      {entry("sig", sig)},
      {entry("alg", alg)},
      {entry("alg", cbor::text("ES256")), entry("sig", sig)},
      {entry("alg", alg), entry("sig", cbor::text("sig"))},
      {entry("alg", alg), entry("sig", sig), entry("ecdaaKeyId", cbor::bytes(Bytes(8, 1)))},
      {entry("alg", alg), entry("sig", sig), x5c, entry("ver", cbor::text("2.0"))},
  };
  for (const auto& entries : broken) {
    send_statement(entries);
    EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "packed");
  }
  send_statement({entry("alg", cbor::integer(-65535)), entry("sig", sig), x5c});  // RS1: RSA with SHA-1
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "alg");
  send_statement({entry("alg", cbor::integer(-8)), entry("sig", sig), x5c});
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "does not fit");
  send_statement({entry("alg", alg), entry("sig", sig), entry("x5c", cbor::array({}))});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "x5c");
  send_statement({entry("alg", alg), entry("sig", sig), entry("x5c", cbor::array({cbor::text("x")}))});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "x5c");
  send_statement({entry("alg", alg), entry("sig", sig), entry("x5c", cbor::array({cbor::bytes(Bytes(8, 0x30))}))});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "certificate");
}

// WEBAUTHN-8.2.1-2
TEST_F(AttestationTest, AnAttestationCertificateWithoutItsSubjectIsRefused) {
  const auto without = [&](std::string x509::CertificateRequest::* part, const char* value) {
    auto changed = request;
    changed.*part = value;
    return register_with(changed);
  };
  using Request = x509::CertificateRequest;
  EXPECT_REFUSED(without(&Request::country, ""), ErrorCode::Malformed, "subject");
  EXPECT_REFUSED(without(&Request::country, "ch"), ErrorCode::Malformed, "subject");
  EXPECT_REFUSED(without(&Request::organization, ""), ErrorCode::Malformed, "subject");
  EXPECT_REFUSED(without(&Request::common_name, ""), ErrorCode::Malformed, "subject");
  EXPECT_REFUSED(without(&Request::organizational_unit, ""), ErrorCode::Malformed, "subject");
  EXPECT_REFUSED(without(&Request::organizational_unit, "authenticator attestation"), ErrorCode::Malformed, "subject");
}

// WEBAUTHN-8.2.1-3
TEST_F(AttestationTest, AnAaguidExtensionThatIsCriticalOrOfAnotherModelIsRefused) {
  request.extensions.front().critical = true;
  EXPECT_REFUSED(register_with(request), ErrorCode::Malformed, "AAGUID");
  request.extensions.front().critical = false;
  request.extensions.front().value.back() ^= 1;
  EXPECT_REFUSED(register_with(request), ErrorCode::Malformed, "AAGUID");
  request.extensions.front().value = Bytes(authenticator.aaguid.begin(), authenticator.aaguid.end());  // wrapped once
  EXPECT_REFUSED(register_with(request), ErrorCode::Malformed, "AAGUID");
  request.extensions.clear();
  EXPECT_TRUE(register_with(request));
}

// WEBAUTHN-8.2.1-4
TEST_F(AttestationTest, ACertificateOfAnAuthorityCannotAttest) {
  request.is_ca = true;
  EXPECT_REFUSED(register_with(request), ErrorCode::Malformed, "authority");
}

// WEBAUTHN-8.2.1-1
TEST_F(AttestationTest, ACertificateOfVersion1CannotAttest) {
  const Bytes der = holder->certificate.der();
  const unsigned char* at = der.data();
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  while (X509_get_ext_count(certificate) > 0) X509_EXTENSION_free(X509_delete_ext(certificate, 0));
  ASSERT_EQ(X509_set_version(certificate, X509_VERSION_1), 1);
  ASSERT_GT(X509_sign(certificate, authority.root().key.native(), EVP_sha256()), 0);
  unsigned char* out = nullptr;
  const int size = i2d_X509(certificate, &out);
  holder->certificate = x509::Certificate::from_der({out, static_cast<std::size_t>(size)}).value();
  OPENSSL_free(out);
  X509_free(certificate);
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "version");
}

// WEBAUTHN-7.1-28
TEST_F(AttestationTest, ExtensionsThatNobodyAskedForDoNotMatter) {
  using cbor::boolean, cbor::integer, cbor::text;
  for (const auto attestation : {Attestation::PackedBasic, Attestation::PackedSelf, Attestation::None}) {
    use(attestation);
    for (const Bytes& extensions :
         {cbor::map({{text("credProtect"), integer(2)}}), cbor::map({{text("hmac-secret"), boolean(true)}}),
          cbor::map({{text("credBlob"), boolean(true)},
                     {text("credProtect"), integer(3)},
                     {text("hmac-secret"), boolean(false)}}),
          cbor::map({{text("new"), cbor::array({integer(1)})}, {text("minPinLength"), integer(6)}})}) {
      authenticator.extensions = extensions;
      const auto registration = register_credential();
      EXPECT_TRUE(registration) << registration.error().detail;
    }
  }
}

// WEBAUTHN-8.6
TEST_F(AttestationTest, AU2fAttestationIsVerifiedAndTrusted) {
  use(Attestation::FidoU2f);
  const auto registration = register_credential();
  ASSERT_TRUE(registration) << registration.error().public_text.view();
  EXPECT_EQ(registration->attestation_format, "fido-u2f");
  EXPECT_EQ(name_of(registration->attestation_type), "basic");
  EXPECT_TRUE(registration->trusted);
  authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  EXPECT_REFUSED(register_credential(), ErrorCode::BadSignature, "attestation");
}

// WEBAUTHN-8.6
TEST_F(AttestationTest, AU2fAttestationWithAnAaguidIsRefused) {
  use(Attestation::FidoU2f);
  authenticator.aaguid[15] = 1;
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "AAGUID");
}

// WEBAUTHN-8.6-1 WEBAUTHN-8.6-2
TEST_F(AttestationTest, AU2fStatementIsOneCertificateAndASignature) {
  use(Attestation::FidoU2f);
  const auto sig = std::pair(cbor::text("sig"), cbor::bytes(Bytes(70, 1)));
  const Bytes certificate = cbor::bytes(holder->certificate.der());
  send_statement({sig, {cbor::text("x5c"), cbor::array({certificate, certificate})}});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "one certificate");
  send_statement({sig});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "fido-u2f");
  send_statement({sig, {cbor::text("x5c"), cbor::array({certificate})}, {cbor::text("alg"), cbor::integer(-65535)}});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "fido-u2f");
}

// WEBAUTHN-8.6-2
TEST_F(AttestationTest, AU2fCertificateOfAnotherCurveIsRefused) {
  use(Attestation::FidoU2f);
  crypto::SystemRandom random;
  const auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES384).value();
  const auto& root = authority.root();
  holder->certificate = x509::issue_certificate(request, key.public_key(), root.key, &root.certificate, random).value();
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "does not fit");
}

// WEBAUTHN-8.6-4
TEST_F(AttestationTest, AU2fCredentialOfAnotherAlgorithmIsRefused) {
  use(Attestation::None);
  authenticator.aaguid = {};
  authenticator.algorithm = crypto::SignatureAlgorithm::EdDSA;
  authenticator.edit_attestation_object = [&](Bytes& object) {  // the rest of a "none" object under another name
    const Bytes statement = cbor::map({{cbor::text("sig"), cbor::bytes(Bytes(70, 1))},
                                       {cbor::text("x5c"), cbor::array({cbor::bytes(holder->certificate.der())})}});
    const auto data = std::ranges::search(object, cbor::text("authData"));
    object =
        cbor::append(cbor::append(cbor::append({0xa3}, cbor::text("fmt")), cbor::text("fido-u2f")),
                     cbor::append(cbor::append(cbor::text("attStmt"), statement), Bytes(data.begin(), object.end())));
  };
  EXPECT_REFUSED(register_credential(), ErrorCode::UnsupportedAlgorithm, "ES256");
}

// WEBAUTHN-8.7
TEST_F(AttestationTest, AStatementWithTheFormatNoneIsRefused) {
  use(Attestation::None);
  send_statement({{cbor::text("sig"), cbor::bytes(Bytes(70, 1))}});
  EXPECT_REFUSED(register_credential(), ErrorCode::Malformed, "none must be empty");
}

// WEBAUTHN-7.1-21
TEST_F(AttestationTest, AnUnknownFormatIsRefusedUnlessThePolicyTakesItForNone) {
  use(Attestation::None);
  for (const char* fmt : {"NONE", "appl", "tpmm"}) {
    authenticator.edit_attestation_object = [&](Bytes& object) {
      std::ranges::copy(std::string_view(fmt), std::ranges::search(object, std::string_view("none")).begin());
    };
    registration_policy.unknown_formats_as_none = false;
    EXPECT_REFUSED(register_credential(), ErrorCode::Denied, "fmt");
    registration_policy.unknown_formats_as_none = true;
    const auto registration = register_credential();
    ASSERT_TRUE(registration);
    EXPECT_EQ(name_of(registration->attestation_type), "none");
    EXPECT_FALSE(registration->trusted);
  }
  // WEBAUTHN-7.1-22: a format that is known is verified all the same
  authenticator.edit_attestation_object = nullptr;
  use(Attestation::PackedBasic);
  authenticator.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  EXPECT_REFUSED(register_credential(), ErrorCode::BadSignature, "attestation");
}

}  // namespace
}  // namespace signet::webauthn
