#include "x509/chain.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "x509/issue.h"

namespace signet::x509 {
namespace {

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

struct Holder {
  crypto::PrivateKey key;
  Certificate certificate;
};

CertificateRequest request_for(std::string name, bool is_ca) {
  CertificateRequest request;
  request.common_name = std::move(name);
  request.not_before = kNow - days{1};
  request.not_after = kNow + days{1};
  request.is_ca = is_ca;
  request.client_auth = !is_ca;
  return request;
}

Holder issue(const CertificateRequest& request, const Holder* issuer) {
  crypto::SystemRandom random;
  auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  auto certificate = issue_certificate(request, key.public_key(), issuer == nullptr ? key : issuer->key,
                                       issuer == nullptr ? nullptr : &issuer->certificate, random);
  return {std::move(key), std::move(certificate).value()};
}

struct ChainTest : testing::Test {
  Holder root = issue(request_for("root", true), nullptr);
  Holder leaf = issue(request_for("leaf", false), &root);
  TrustAnchors anchors = TrustAnchors::from_pem(to_pem(root.certificate)).value();

  ErrorCode refusal(const Certificate& certificate, std::span<const Bytes> sent = {}, Instant now = kNow) const {
    const auto verdict = anchors.verify_client_chain(certificate, sent, now);
    return verdict ? ErrorCode::Bug : verdict.error().code;
  }
};

TEST_F(ChainTest, ACertificateOfAnotherAuthorityIsRefused) {
  const Holder other_root = issue(request_for("root", true), nullptr);
  const Holder other_leaf = issue(request_for("leaf", false), &other_root);
  EXPECT_EQ(refusal(other_leaf.certificate), ErrorCode::InvalidClient);
  const std::vector<Bytes> sent{other_root.certificate.der()};
  EXPECT_EQ(refusal(other_leaf.certificate, sent), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, ASelfSignedCertificateIsRefused) {
  EXPECT_EQ(refusal(issue(request_for("leaf", false), nullptr).certificate), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, ACertificateOutsideItsTimeIsRefused) {
  EXPECT_EQ(refusal(leaf.certificate, {}, kNow - days{2}), ErrorCode::InvalidClient);
  EXPECT_EQ(refusal(leaf.certificate, {}, kNow + days{2}), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, ACertificateForServersOnlyIsRefused) {
  CertificateRequest request = request_for("server", false);
  request.client_auth = false;
  request.server_auth = true;
  const auto verdict = anchors.verify_client_chain(issue(request, &root).certificate, {}, kNow);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::InvalidClient);
  EXPECT_FALSE(verdict.error().detail.empty());
}

// RFC5280-4.2.1
TEST_F(ChainTest, ALeafCannotIssue) {
  const Holder forged = issue(request_for("forged", false), &leaf);
  const std::vector<Bytes> sent{leaf.certificate.der()};
  EXPECT_EQ(refusal(forged.certificate, sent), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, AChangedSignatureIsRefused) {
  Bytes der = leaf.certificate.der();
  der[der.size() - 3] ^= 1;
  const auto changed = Certificate::from_der(der);
  ASSERT_TRUE(changed) << changed.error().detail;  // else nothing says that its signature was looked at
  EXPECT_EQ(refusal(*changed), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, MalformedOrTooManyIntermediatesAreRefused) {
  const std::vector<Bytes> malformed{to_bytes("nonsense")};
  EXPECT_EQ(refusal(leaf.certificate, malformed), ErrorCode::InvalidClient);
  const std::vector<Bytes> many(5, root.certificate.der());
  EXPECT_EQ(refusal(leaf.certificate, many), ErrorCode::InvalidClient);
}

TEST_F(ChainTest, AChainOfFiveIsAcceptedAndOneOfSixIsNot) {
  std::vector<Holder> authorities;
  authorities.reserve(4);
  std::vector<Bytes> sent;
  const Holder* above = &root;
  for (int i = 0; i < 4; ++i) {
    authorities.push_back(issue(request_for("authority " + std::to_string(i), true), above));
    above = &authorities.back();
    sent.push_back(above->certificate.der());
    const bool accepted =
        anchors.verify_client_chain(issue(request_for("leaf", false), above).certificate, sent, kNow).has_value();
    EXPECT_EQ(accepted, i < 3) << i;
  }
}

TEST_F(ChainTest, AnHonestChainIsAccepted) {
  EXPECT_TRUE(anchors.verify_client_chain(leaf.certificate, {}, kNow));
  const std::vector<Bytes> with_root{root.certificate.der()};
  EXPECT_TRUE(anchors.verify_client_chain(leaf.certificate, with_root, kNow));
}

TEST_F(ChainTest, AnIntermediateMayBeTheAnchor) {
  const Holder intermediate = issue(request_for("intermediate", true), &root);
  const TrustAnchors narrow = TrustAnchors::from_pem(to_pem(intermediate.certificate)).value();
  EXPECT_TRUE(narrow.verify_client_chain(issue(request_for("leaf", false), &intermediate).certificate, {}, kNow));
  EXPECT_FALSE(narrow.verify_client_chain(leaf.certificate, {}, kNow));
}

TEST_F(ChainTest, AnyOfSeveralAnchorsWillDo) {
  const Holder second = issue(request_for("second root", true), nullptr);
  const TrustAnchors both = TrustAnchors::from_pem(to_pem(root.certificate) + to_pem(second.certificate)).value();
  EXPECT_TRUE(both.verify_client_chain(leaf.certificate, {}, kNow));
  EXPECT_TRUE(both.verify_client_chain(issue(request_for("leaf", false), &second).certificate, {}, kNow));
}

TEST_F(ChainTest, AListOfAnchorsThatBreaksOffIsRefusedAsAWhole) {
  const std::string pem = to_pem(root.certificate);
  EXPECT_FALSE(TrustAnchors::from_pem(""));
  EXPECT_FALSE(TrustAnchors::from_pem("nothing"));
  EXPECT_FALSE(TrustAnchors::from_pem(pem + pem.substr(0, pem.size() / 2)));
  EXPECT_FALSE(TrustAnchors::from_pem(pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pem));
  EXPECT_TRUE(TrustAnchors::from_pem("# the bank's root\n" + pem + "\n# end\n"));
}

}  // namespace
}  // namespace signet::x509
