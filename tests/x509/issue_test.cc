#include "x509/issue.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "support/fakes.h"

namespace signet::x509 {
namespace {

using enum crypto::SignatureAlgorithm;

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

CertificateRequest request_for(std::string name) {
  CertificateRequest request;
  request.common_name = std::move(name);
  request.not_before = kNow;
  request.not_after = kNow + days{1};
  return request;
}

TEST(IssueCertificate, AKeyThatIsNotTheIssuersIsRefused) {
  test::FixedRandom random;
  const auto key = crypto::PrivateKey::generate(ES256).value();
  const auto other = crypto::PrivateKey::generate(ES256).value();
  CertificateRequest ca = request_for("ca");
  ca.is_ca = true;
  EXPECT_FALSE(issue_certificate(ca, key.public_key(), other, nullptr, random));
  const Certificate issuer = issue_certificate(ca, key.public_key(), key, nullptr, random).value();
  EXPECT_FALSE(issue_certificate(request_for("leaf"), other.public_key(), other, &issuer, random));
  EXPECT_TRUE(issue_certificate(request_for("leaf"), other.public_key(), key, &issuer, random));
}

TEST(IssueCertificate, ImpossibleRequestsAreRefused) {
  test::FixedRandom random;
  const auto key = crypto::PrivateKey::generate(ES256).value();
  const auto issue = [&](const CertificateRequest& request) {
    return issue_certificate(request, key.public_key(), key, nullptr, random).has_value();
  };
  CertificateRequest backwards = request_for("a");
  backwards.not_after = backwards.not_before;
  EXPECT_FALSE(issue(backwards));
  CertificateRequest bad_ip = request_for("a");
  bad_ip.names.ip = {"999.1.1.1"};
  EXPECT_FALSE(issue(bad_ip));
  CertificateRequest empty_dns = request_for("a");
  empty_dns.names.dns = {""};
  EXPECT_FALSE(issue(empty_dns));
  CertificateRequest nul = request_for("a");
  nul.names.dns = {std::string("a\0b", 3)};
  EXPECT_FALSE(issue(nul));
  EXPECT_FALSE(issue(request_for(std::string(65, 'x'))));  // RFC5280-A.1: ub-common-name
  EXPECT_FALSE(issue(request_for("\xff")));
}

TEST(IssueCertificate, EveryKindOfKeyCanSign) {
  crypto::SystemRandom random;
  for (const auto algorithm : {ES256, ES384, ES512, EdDSA, PS256}) {
    const auto key = crypto::PrivateKey::generate(algorithm).value();
    const auto certificate = issue_certificate(request_for("a"), key.public_key(), key, nullptr, random);
    ASSERT_TRUE(certificate) << crypto::name_of(algorithm);
    EXPECT_EQ(crypto::PublicKey::from_spki(certificate->spki()).value(), key.public_key());
  }
}

// RFC5280-4.1.2.2
TEST(IssueCertificate, SerialNumbersDoNotRepeat) {
  crypto::SystemRandom random;
  const auto key = crypto::PrivateKey::generate(ES256).value();
  const auto first = issue_certificate(request_for("a"), key.public_key(), key, nullptr, random).value();
  const auto second = issue_certificate(request_for("a"), key.public_key(), key, nullptr, random).value();
  // Serial: the INTEGER that follows the version in the TBSCertificate.
  const auto serial = [](const Certificate& certificate) {
    const std::string_view der = as_text(certificate.der());
    return der.substr(der.find(std::string_view("\xa0\x03\x02\x01\x02\x02", 6)) + 6, 21);
  };
  EXPECT_NE(serial(first), serial(second));
  EXPECT_LE(serial(first).front(), 20);
}

TEST(ToPem, WhatIsWrittenIsReadBack) {
  test::FixedRandom random;
  const auto key = crypto::PrivateKey::generate(ES256).value();
  const auto certificate = issue_certificate(request_for("a"), key.public_key(), key, nullptr, random).value();
  const std::string pem = to_pem(certificate);
  EXPECT_EQ(Certificate::from_pem(pem)->der(), certificate.der());
  EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
}

}  // namespace
}  // namespace signet::x509
