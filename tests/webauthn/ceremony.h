#pragma once
// One relying party, one virtual authenticator, and the two ceremonies between them.

#include "support/virtual_authenticator.h"
#include "webauthn/assertion.h"
#include "webauthn/registration.h"

namespace signet::webauthn {

inline constexpr Instant kNow = from_unix_seconds(1'800'000'000);

struct CeremonyTest : testing::Test {
  RelyingParty relying_party{"bank.example", {"https://login.bank.example", "https://bank.example"}};
  Bytes challenge = Bytes(32, 0x5a);
  Bytes user_handle = to_bytes("user-handle-1");
  test::VirtualAuthenticator authenticator{"bank.example", "https://login.bank.example"};
  test::AttestationAuthority authority{kNow};
  x509::TrustAnchors anchors = x509::TrustAnchors::from_pem(authority.pem()).value();
  RegistrationPolicy registration_policy;
  AssertionPolicy assertion_policy;

  CeremonyTest() {
    registration_policy.anchors = &anchors;
    registration_policy.now = kNow;
  }

  std::string create() {
    CreationOptions options{
        .rp_id = relying_party.id, .rp_name = "Bank", .user = {user_handle, "kim", "Kim"}, .challenge = challenge};
    return authenticator.create(render_creation_options(options));
  }
  Result<Registration> register_credential() {
    return verify_registration(relying_party, challenge, create(), registration_policy);
  }

  std::string get() {
    return authenticator.get(render_request_options({.rp_id = relying_party.id, .challenge = challenge}));
  }
  StoredCredential stored(const Registration& registration) const {
    return {registration.credential_id, registration.public_key, user_handle, registration.sign_count,
            registration.backup_eligible};
  }
  Result<Assertion> assert_credential(const StoredCredential& credential) {
    return verify_assertion(relying_party, challenge, get(), credential, assertion_policy);
  }
};

/// It was refused, for this reason and no other.
#define EXPECT_REFUSED(result, expected_code, part)                                          \
  do {                                                                                       \
    const auto& refused_ = (result);                                                         \
    ASSERT_FALSE(refused_);                                                                  \
    EXPECT_EQ(name_of(refused_.error().code), name_of(expected_code));                       \
    EXPECT_THAT(std::string(refused_.error().public_text.view()), testing::HasSubstr(part)); \
  } while (false)

}  // namespace signet::webauthn
