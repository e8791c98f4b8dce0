// The test vectors that the Web Authentication working group publishes in section 16 of Level 3; the file names them.

#include <fstream>
#include <sstream>

#include "webauthn/ceremony.h"

namespace signet::webauthn {
namespace {

Bytes hex(const json::object& object, std::string_view name) {
  return decode_hex(object.at(name).as_string()).value();
}

struct VectorsTest : testing::Test {
  json::object file = read();
  RelyingParty relying_party{std::string(file.at("rp_id").as_string()), {std::string(file.at("origin").as_string())}};
  x509::TrustAnchors anchors =
      x509::TrustAnchors::from_pem(x509::to_pem(x509::Certificate::from_der(hex(file, "attestation_root")).value()))
          .value();

  static json::object read() {
    std::ifstream in(SIGNET_SOURCE_DIR "/tests/vectors/webauthn/level3_section16.json");
    std::stringstream text;
    text << in.rdbuf();
    return parse_json_object(text.str(), {.bytes = 1 << 20, .depth = 8}).value();
  }

  const json::object& find(std::string_view name) const {
    for (const auto& vector : file.at("vectors").as_array()) {
      if (vector.at("name").as_string() == name) return vector.as_object();
    }
    throw std::out_of_range("no such vector");
  }

  static std::string render(const json::object& vector, const json::object& ceremony,
                            std::initializer_list<std::string_view> members) {
    const std::string id = encode_base64url(hex(vector.at("registration").as_object(), "credential_id"));
    json::object response;
    for (const auto member : members) response[member] = encode_base64url(hex(ceremony, member));
    return render_json(
        json::object{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", std::move(response)}});
  }

  Result<Registration> register_vector(std::string_view name, bool unknown_formats_as_none = false) const {
    const auto& ceremony = find(name).at("registration").as_object();
    RegistrationPolicy policy;
    policy.anchors = &anchors;
    policy.now = kNow;
    policy.unknown_formats_as_none = unknown_formats_as_none;
    return verify_registration(relying_party, hex(ceremony, "challenge"),
                               render(find(name), ceremony, {"clientDataJSON", "attestationObject"}), policy);
  }

  Result<Assertion> assert_vector(std::string_view name, const Registration& registration) const {
    const auto& ceremony = find(name).at("authentication").as_object();
    const StoredCredential stored{
        registration.credential_id, registration.public_key, {}, registration.sign_count, registration.backup_eligible};
    return verify_assertion(relying_party, hex(ceremony, "challenge"),
                            render(find(name), ceremony, {"clientDataJSON", "authenticatorData", "signature"}), stored,
                            {});
  }

  void expect_both(std::string_view name, std::string_view type, bool trusted,
                   bool unknown_formats_as_none = false) const {
    const auto registration = register_vector(name, unknown_formats_as_none);
    ASSERT_TRUE(registration) << name << ": " << registration.error().public_text.view() << registration.error().detail;
    EXPECT_EQ(name_of(registration->attestation_type), type) << name;
    EXPECT_EQ(registration->trusted, trusted) << name;
    EXPECT_EQ(registration->aaguid.substr(0, 8), find(name).at("registration").at("aaguid").as_string().subview(0, 8))
        << name;
    const auto assertion = assert_vector(name, *registration);
    EXPECT_TRUE(assertion) << name << ": " << assertion.error().public_text.view();
  }
};

TEST_F(VectorsTest, CredentialsWithoutAttestationAreAccepted) {
  expect_both("none-es256", "none", false);
  expect_both("none-es256-long-credential-id", "none", false);
}

TEST_F(VectorsTest, AttestationsAreVerifiedAndLeadToThePublishedRoot) {
  expect_both("packed-self-es256", "self", false);
  expect_both("packed-es256", "basic", true);
  expect_both("packed-eddsa", "basic", true);
}

// WEBAUTHN-8.6: the vector claims a model, which no U2F device can and no signature covers. Without it, it is good.
TEST_F(VectorsTest, TheU2fAttestationIsAcceptedWithoutItsAaguid) {
  EXPECT_REFUSED(register_vector("fido-u2f-es256"), ErrorCode::Malformed, "AAGUID");
  const std::string aaguid(find("fido-u2f-es256").at("registration").at("aaguid").as_string());
  for (auto& vector : file.at("vectors").as_array()) {
    if (vector.at("name").as_string() != "fido-u2f-es256") continue;
    auto& registration = vector.at("registration").as_object();
    std::string object(registration.at("attestationObject").as_string());
    object.replace(object.find(aaguid), aaguid.size(), aaguid.size(), '0');
    registration["attestationObject"] = object;
    registration["aaguid"] = std::string(aaguid.size(), '0');
  }
  expect_both("fido-u2f-es256", "basic", true);
}

// WEBAUTHN-7.1-10 WEBAUTHN-7.1-11
TEST_F(VectorsTest, CredentialsMadeInFramesOfOtherOriginsAreRefused) {
  EXPECT_REFUSED(register_vector("none-es256-crossOrigin"), ErrorCode::InvalidRequest, "crossOrigin");
  EXPECT_FALSE(register_vector("none-es256-topOrigin"));
}

// WEBAUTHN-7.1-20
TEST_F(VectorsTest, AlgorithmsThatAreNotOfferedAreRefused) {
  for (const char* name : {"packed-es384", "packed-es512", "packed-ed448"}) {
    EXPECT_REFUSED(register_vector(name), ErrorCode::UnsupportedAlgorithm, "alg");
  }
  // Its modulus is the product of two Mersenne primes of 3482 bits; keys here have 2048.
  EXPECT_REFUSED(register_vector("packed-rs256"), ErrorCode::Malformed, "COSE");
}

// WEBAUTHN-7.1-21
TEST_F(VectorsTest, FormatsThatAreNotKnownAreRefusedOrSayNothing) {
  for (const char* name : {"tpm-es256", "android-key-es256", "apple-es256"}) {
    EXPECT_REFUSED(register_vector(name), ErrorCode::Denied, "fmt");
    expect_both(name, "none", false, true);
  }
}

}  // namespace
}  // namespace signet::webauthn
