#include "x509/details.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "x509/chain.h"
#include "x509/issue.h"

namespace signet::x509 {
namespace {

constexpr Instant kNow = from_unix_seconds(1'800'000'000);
constexpr const char* kOid = "1.3.6.1.4.1.45724.1.1.4";

struct DetailsTest : testing::Test {
  crypto::SystemRandom random;
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  CertificateRequest request{.common_name = "name",
                             .organization = "",
                             .organizational_unit = "Unit",
                             .country = "CH",
                             .names = {},
                             .not_before = kNow - days{1},
                             .not_after = kNow + days{1}};

  Certificate issue() { return issue_certificate(request, key.public_key(), key, nullptr, random).value(); }
};

TEST_F(DetailsTest, AttributesOfTheSubjectAreFoundByName) {
  const Certificate certificate = issue();
  EXPECT_EQ(find_subject_attribute(certificate, "C"), "CH");
  EXPECT_EQ(find_subject_attribute(certificate, "OU"), "Unit");
  EXPECT_EQ(find_subject_attribute(certificate, "CN"), "name");
  EXPECT_EQ(find_subject_attribute(certificate, "O"), std::nullopt);
  EXPECT_EQ(version_of(certificate), 3);
}

TEST_F(DetailsTest, BasicConstraintsSayWhetherItIsAnAuthority) {
  EXPECT_EQ(find_basic_constraints_ca(issue()), false);
  request.is_ca = true;
  EXPECT_EQ(find_basic_constraints_ca(issue()), true);
}

TEST_F(DetailsTest, AnExtensionIsFoundWithItsValue) {
  EXPECT_EQ(find_extension(issue(), kOid).value(), std::nullopt);
  request.extensions = {{kOid, true, Bytes{1, 2, 3}}};
  const auto extension = find_extension(issue(), kOid).value();
  ASSERT_TRUE(extension);
  EXPECT_EQ(extension->oid, kOid);
  EXPECT_TRUE(extension->critical);
  EXPECT_EQ(extension->value, (Bytes{1, 2, 3}));
}

// RFC5280-4.2
TEST_F(DetailsTest, AnExtensionThatStandsTwiceIsRefused) {
  request.extensions = {{kOid, false, Bytes{1}}, {kOid, false, Bytes{2}}};
  EXPECT_EQ(find_extension(issue(), kOid).error().code, ErrorCode::Malformed);
}

// WEBAUTHN-7.1-24
TEST_F(DetailsTest, AChainOfAttestationNeedsNoUsageAndNamesItsOwnRefusal) {
  request.is_ca = true;
  const Certificate root = issue();
  const auto anchors = TrustAnchors::from_pem(to_pem(root)).value();
  request.is_ca = false;
  request.common_name = "leaf";
  const Certificate leaf = issue_certificate(request, key.public_key(), key, &root, random).value();
  EXPECT_TRUE(anchors.verify_attestation_chain(leaf, {}, kNow));
  request.server_auth = true;  // no client: the other check would refuse it
  const Certificate server = issue_certificate(request, key.public_key(), key, &root, random).value();
  EXPECT_TRUE(anchors.verify_attestation_chain(server, {}, kNow));
  const auto late = anchors.verify_attestation_chain(leaf, {}, kNow + days{2});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Denied);
  EXPECT_EQ(anchors.verify_attestation_chain(issue(), {}, kNow).error().code, ErrorCode::Denied);
}

}  // namespace
}  // namespace signet::x509
