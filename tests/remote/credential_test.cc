#include "remote/credential.h"

#include <gtest/gtest.h>

#include "support/fake_authorization_server.h"

namespace signet::test {
namespace {

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

remote::Credential make_credential() {
  remote::Credential credential;
  credential.client_id = "demo";
  credential.signer = new_signer("c1");
  return credential;
}

http::Form authenticate(const remote::Credential& credential, FixedRandom& random) {
  std::vector<http::Form::Entry> entries;
  EXPECT_TRUE(remote::authenticate(credential, "https://as.test", random, kNow, entries));
  return *http::Form::parse(http::render_form(entries));
}

TEST(Credential, OneThatCannotAuthenticateIsRefused) {
  const auto refuses = [](auto change) {
    auto credential = make_credential();
    change(credential);
    return !remote::check_credential(credential).has_value();
  };
  EXPECT_TRUE(refuses([](auto& credential) { credential.client_id.clear(); }));
  EXPECT_TRUE(refuses([](auto& credential) { credential.signer.reset(); }));
  EXPECT_TRUE(refuses([](auto& credential) { credential.signer->alg = crypto::SignatureAlgorithm::PS256; }));
  EXPECT_TRUE(refuses([](auto& credential) { credential.method = oauth::ClientAuthMethod::SelfSignedTlsClientAuth; }));
  EXPECT_TRUE(refuses([](auto& credential) { credential.certificate_pem = "certificate without a key"; }));
  EXPECT_FALSE(refuses([](auto&) {}));
}

// FAPI2-SP-FINAL-5.3.3.1
TEST(Credential, AnAssertionIsShortLivedUniqueAndForTheIssuerAlone) {
  FixedRandom random;
  const auto credential = make_credential();
  const auto first = read_claims(*authenticate(credential, random).find("client_assertion"));
  const auto second = read_claims(*authenticate(credential, random).find("client_assertion"));
  EXPECT_NE(first.jti, second.jti);
  EXPECT_EQ(first.aud, std::vector<std::string>{"https://as.test"});
  EXPECT_FALSE(first.aud_is_array);
  EXPECT_LE(*first.exp, kNow + seconds{60});
}

TEST(Credential, ACertificateSaysWhoItIsByTheClientIdOnly) {
  FixedRandom random;
  auto credential = make_credential();
  credential.method = oauth::ClientAuthMethod::TlsClientAuth;
  const auto form = authenticate(credential, random);
  EXPECT_EQ(form.find("client_id"), "demo");
  EXPECT_EQ(form.parameters().size(), 1U);
}

TEST(Credential, TheCertificateGoesOnlyWhereItIsAskedFor) {
  auto credential = make_credential();
  credential.certificate_pem = "certificate";
  credential.private_key_pem = SecretText("key");
  EXPECT_TRUE(remote::make_tls(credential, "ca", false).certificate_pem.empty());
  EXPECT_EQ(remote::make_tls(credential, "ca", true).certificate_pem, "certificate");
}

}  // namespace
}  // namespace signet::test
