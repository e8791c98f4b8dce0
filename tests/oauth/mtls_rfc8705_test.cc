#include "oauth/mtls_rfc8705.h"

#include "oauth/test_keys.h"
#include "support/fakes.h"
#include "x509/issue.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;
using test::kNow;
using Kind = CertificateSubject::Kind;

x509::Certificate make_certificate(const jose::Signer& signer) {
  test::FixedRandom random;
  x509::CertificateRequest request;
  request.common_name = "bank";
  request.organization = "Bank";
  request.names = {.dns = {"Bank.example"},
                   .uri = {"spiffe://bank/a"},
                   .email = {"a@bank.example"},
                   .ip = {"192.0.2.1", "2001:db8::1"}};
  request.not_before = kNow - hours{1};
  request.not_after = kNow + hours{1};
  request.client_auth = true;
  return x509::issue_certificate(request, signer.key.public_key(), signer.key, nullptr, random).value();
}
const jose::Signer& signer() {
  static const jose::Signer kSigner = test::make_signer();
  return kSigner;
}
const x509::Certificate& certificate() {
  static const x509::Certificate kCertificate = make_certificate(signer());
  return kCertificate;
}

TEST(CertificateSubjects, AnythingButTheRegisteredSubjectIsRefused) {
  const CertificateSubject wrong[] = {{Kind::Dn, "CN=other,O=Bank"},
                                      {Kind::Dn, "CN=bank"},
                                      {Kind::Dn, ""},
                                      {Kind::San_dns, "bank.example.evil"},
                                      {Kind::San_dns, "*.example"},
                                      {Kind::San_dns, ""},
                                      {Kind::San_uri, "SPIFFE://bank/a"},
                                      {Kind::San_uri, "spiffe://bank/a/"},
                                      {Kind::San_ip, "192.0.2.2"},
                                      {Kind::San_ip, "192.0.2"},
                                      {Kind::San_ip, "2001:db8::2"},
                                      {Kind::San_ip, "2001:db8:::1"},
                                      {Kind::San_email, "b@bank.example"},
                                      {Kind::San_email, "Bank.example"}};
  for (const auto& subject : wrong) {
    EXPECT_EQ(code_of(check_certificate_subject(subject, certificate())), ErrorCode::InvalidClient) << subject.value;
  }
}

TEST(CertificateSubjects, TheRegisteredSubjectOfEachKindIsAccepted) {
  const CertificateSubject right[] = {{Kind::Dn, certificate().subject_dn()}, {Kind::San_dns, "bank.EXAMPLE"},
                                      {Kind::San_uri, "spiffe://bank/a"},     {Kind::San_ip, "192.0.2.1"},
                                      {Kind::San_ip, "2001:DB8:0:0::0001"},   {Kind::San_email, "a@bank.example"}};
  for (const auto& subject : right) {
    EXPECT_EQ(code_of(check_certificate_subject(subject, certificate())), kAccepted) << subject.value;
  }
}

TEST(SelfSigned, ACertificateOfAnUnknownKeyIsRefused) {
  const auto other = test::make_signer();
  EXPECT_EQ(code_of(check_self_signed_certificate(test::public_set(other), certificate())), ErrorCode::InvalidClient);
  EXPECT_EQ(code_of(check_self_signed_certificate({}, certificate())), ErrorCode::InvalidClient);
}

TEST(SelfSigned, AnEncryptionKeyIsNoProofOfIdentity) {
  auto keys = test::public_set(signer()).keys();
  keys[0].use = "enc";
  EXPECT_EQ(code_of(check_self_signed_certificate(jose::JwkSet(keys), certificate())), ErrorCode::InvalidClient);
}

// RFC7517-4.7
TEST(SelfSigned, ACertificateBesideAnotherKeyIsNoProofOfIdentity) {
  auto keys = test::public_set(test::make_signer()).keys();
  keys[0].x5c = {certificate().der()};
  EXPECT_FALSE(has_own_certificates(jose::JwkSet(keys)));
  EXPECT_EQ(code_of(check_self_signed_certificate(jose::JwkSet(keys), certificate())), ErrorCode::InvalidClient);
  keys[0].x5c = {to_bytes("not a certificate")};
  EXPECT_FALSE(has_own_certificates(jose::JwkSet(keys)));
}

// RFC8705-2.2.2
TEST(SelfSigned, ARegisteredCertificateOrKeyIsAccepted) {
  EXPECT_EQ(code_of(check_self_signed_certificate(test::public_set(signer()), certificate())), kAccepted);
  auto keys = test::public_set(signer()).keys();
  keys[0].x5c = {certificate().der()};
  EXPECT_TRUE(has_own_certificates(jose::JwkSet(keys)));
  EXPECT_EQ(code_of(check_self_signed_certificate(jose::JwkSet(keys), certificate())), kAccepted);
}

// RFC8705-3.1
TEST(CertificateBinding, AnotherOrNoCertificateIsRefused) {
  const auto cnf = SenderConstraint::mtls(certificate().thumbprint());
  EXPECT_EQ(code_of(check_certificate_binding(cnf, "")), ErrorCode::InvalidToken);
  EXPECT_EQ(code_of(check_certificate_binding(cnf, std::string(43, 'A'))), ErrorCode::InvalidToken);
  EXPECT_EQ(code_of(check_certificate_binding({}, certificate().thumbprint())), ErrorCode::InvalidToken);
  EXPECT_EQ(code_of(check_certificate_binding({}, "")), ErrorCode::InvalidToken);
  EXPECT_EQ(code_of(check_certificate_binding(SenderConstraint::dpop(cnf.thumbprint), cnf.thumbprint)),
            ErrorCode::InvalidToken);
  EXPECT_EQ(code_of(check_certificate_binding(cnf, certificate().thumbprint())), kAccepted);
}

}  // namespace
}  // namespace signet::oauth
