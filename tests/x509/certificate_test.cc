#include "x509/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/fakes.h"
#include "x509/ip_address.h"
#include "x509/issue.h"

namespace signet::x509 {
namespace {

using testing::ElementsAre;

constexpr Instant kStart = from_unix_seconds(1'800'000'000);

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey made = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  return made;
}

CertificateRequest request_for(std::string common_name) {
  CertificateRequest request;
  request.common_name = std::move(common_name);
  request.not_before = kStart;
  request.not_after = kStart + days{30};
  request.client_auth = true;
  return request;
}

Result<Certificate> self_signed(const CertificateRequest& request) {
  test::FixedRandom random;
  return issue_certificate(request, key().public_key(), key(), nullptr, random);
}

// RFC5280-4.2
TEST(Certificate, WhatIsNoSingleDerCertificateIsRefused) {
  const Bytes der = self_signed(request_for("client"))->der();
  EXPECT_FALSE(Certificate::from_der({}));
  EXPECT_FALSE(Certificate::from_der(as_bytes("nonsense")));
  for (std::size_t size = 0; size < der.size(); size += 11)
    EXPECT_FALSE(Certificate::from_der(BytesView(der).first(size))) << size;
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(Certificate::from_der(longer));
  Bytes twice = der;
  twice.insert(twice.end(), der.begin(), der.end());
  EXPECT_FALSE(Certificate::from_der(twice));
}

TEST(Certificate, AnythingAboveSixteenKibibytesIsRefusedUnread) {
  EXPECT_EQ(Certificate::from_der(Bytes(16 * 1024 + 1)).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(Certificate::from_pem(std::string(40 * 1024, 'A')).error().code, ErrorCode::TooLarge);
}

TEST(Certificate, WhatIsNoPemCertificateIsRefused) {
  const std::string pem = to_pem(self_signed(request_for("client")).value());
  EXPECT_FALSE(Certificate::from_pem(""));
  EXPECT_FALSE(Certificate::from_pem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(Certificate::from_pem(pem.substr(0, pem.size() / 2)));
  EXPECT_FALSE(Certificate::from_pem(key().to_pem().reveal()));
  EXPECT_EQ(Certificate::from_pem("text before\n" + pem)->der(), Certificate::from_pem(pem)->der());
}

TEST(Certificate, AnAlternativeNameWithANulIsRefused) {
  // The same length, so that the DER stays well-formed: one letter of the name becomes NUL.
  CertificateRequest request = request_for("client");
  request.names.dns = {"bank.exampleX.evil.example"};
  Bytes der = self_signed(request)->der();
  const std::string_view text = as_text(der);
  der[text.find("exampleX") + 7] = 0;
  EXPECT_EQ(Certificate::from_der(der).error().code, ErrorCode::Malformed);
}

TEST(Certificate, TheNamesAreReadAsTheyStand) {
  CertificateRequest request = request_for("client, \"one\" <a@b> #1+2;=\\");
  request.organization = "B\xc3\xa4nk";
  request.names = {.dns = {"client.example", "*.client.example"},
                   .uri = {"https://client.example/x", "urn:a:b"},
                   .email = {"ops@client.example"},
                   .ip = {"192.0.2.1", "2001:db8::1"}};
  const Certificate certificate = self_signed(request).value();
  EXPECT_EQ(certificate.subject_dn(), "CN=client\\, \\\"one\\\" \\<a@b\\> #1\\+2\\;=\\\\,O=B\xc3\xa4nk");
  EXPECT_EQ(certificate.issuer_dn(), certificate.subject_dn());
  EXPECT_THAT(certificate.names().dns, ElementsAre("client.example", "*.client.example"));
  EXPECT_THAT(certificate.names().uri, ElementsAre("https://client.example/x", "urn:a:b"));
  EXPECT_THAT(certificate.names().email, ElementsAre("ops@client.example"));
  EXPECT_THAT(certificate.names().ip, ElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST(Certificate, ValidityKeyAndThumbprintAreThoseOfTheCertificate) {
  const Certificate certificate = self_signed(request_for("client")).value();
  EXPECT_EQ(certificate.not_before(), kStart);
  EXPECT_EQ(certificate.not_after(), kStart + days{30});
  EXPECT_EQ(certificate.spki(), key().public_key().to_spki());
  EXPECT_EQ(crypto::PublicKey::from_spki(certificate.spki()).value(), key().public_key());
  EXPECT_EQ(certificate.thumbprint(), encode_base64url(crypto::sha256(certificate.der())));
  EXPECT_EQ(certificate_thumbprint(certificate.der()), certificate.thumbprint());
  EXPECT_TRUE(certificate.names().dns.empty());
}

TEST(Certificate, AVeryLongValidityIsReadAcrossTheCenturies) {
  CertificateRequest request = request_for("client");
  request.not_after = from_unix_seconds(253'402'300'799);
  EXPECT_EQ(self_signed(request)->not_after(), request.not_after);
}

// RFC 8705 appendix A: the certificate and its thumbprint.
TEST(Certificate, TheThumbprintOfRfc8705ComesOut) {
  const Certificate certificate = Certificate::from_pem(R"(-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
)")
                                      .value();
  EXPECT_EQ(certificate.thumbprint(), "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
  EXPECT_EQ(certificate.subject_dn(), "CN=mtls");
}

// RFC5952-4.2
TEST(IpAddress, TheFormsOfRfc5952ComeOut) {
  const auto text = [](std::string_view hex) { return render_ip_address(decode_hex(hex).value()).value(); };
  EXPECT_EQ(text("c0000201"), "192.0.2.1");
  EXPECT_EQ(text("00000000"), "0.0.0.0");
  EXPECT_EQ(text("00000000000000000000000000000000"), "::");
  EXPECT_EQ(text("00000000000000000000000000000001"), "::1");
  EXPECT_EQ(text("20010db8000000000000000000000000"), "2001:db8::");
  EXPECT_EQ(text("20010db8000000010001000100010001"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(text("20010db8000000000001000000000001"), "2001:db8::1:0:0:1");
  EXPECT_EQ(text("20010000000000010000000000000001"), "2001:0:0:1::1");
  EXPECT_EQ(text("00010002000300040005000600070abc"), "1:2:3:4:5:6:7:abc");
  for (const std::size_t size : {0, 3, 5, 8, 15, 17, 32}) EXPECT_FALSE(render_ip_address(Bytes(size))) << size;
}

}  // namespace
}  // namespace signet::x509
