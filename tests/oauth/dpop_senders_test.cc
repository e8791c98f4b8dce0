#include "oauth/dpop_senders.h"

#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using crypto::SignatureAlgorithm;
using test::code_of;
using test::kNow;

constexpr SignatureAlgorithm kAlgorithms[] = {SignatureAlgorithm::PS256, SignatureAlgorithm::ES256};
constexpr std::string_view kUrl = "https://api.example/accounts";

jose::Signer make_device() {
  return test::make_signer(SignatureAlgorithm::ES256, "");
}

/// `signer` may be another than the one whose key stands in the header.
std::string make_proof(const jose::Signer& device, const jose::Signer& signer, std::string_view url = kUrl) {
  const DpopProofRequest request{.method = "GET", .url = url, .jti = "jti", .now = kNow};
  return jose::sign_jws_with_header(signer, render_dpop_header(device.key.public_key(), device.alg),
                                    render_dpop_claims(request))
      .value();
}
std::string make_proof(const jose::Signer& device) {
  return make_proof(device, device);
}

Result<DpopProof> check(DpopSenders& senders, std::string_view text) {
  TRY_ASSIGN(const UnverifiedDpopProof proof, parse_dpop_proof(text, kAlgorithms, senders.find(text)));
  auto verified = verify_dpop_proof(proof, {.method = "GET", .url = kUrl, .now = kNow});
  if (verified) senders.keep(proof);
  return verified;
}

TEST(DpopSenders, AKnownSenderIsTheSameAsAStranger) {
  DpopSenders senders(4);
  const jose::Signer device = make_device();
  const std::string text = make_proof(device);
  EXPECT_EQ(senders.find(text), nullptr);
  const std::string jkt = check(senders, text).value().jkt;
  EXPECT_EQ(jkt, jose::thumbprint(device.key.public_key()));
  ASSERT_NE(senders.find(text), nullptr);
  EXPECT_EQ(check(senders, text).value().jkt, jkt);
}

TEST(DpopSenders, ASignatureOfAnotherKeyUnderAKnownHeaderIsRefused) {
  DpopSenders senders(4);
  const jose::Signer device = make_device();
  ASSERT_TRUE(check(senders, make_proof(device)));
  EXPECT_EQ(code_of(check(senders, make_proof(device, make_device()))), ErrorCode::InvalidDpopProof);
}

TEST(DpopSenders, TheClaimsOfAKnownSenderAreCheckedEachTime) {
  DpopSenders senders(4);
  const jose::Signer device = make_device();
  ASSERT_TRUE(check(senders, make_proof(device)));
  const std::string other_url = make_proof(device, device, "https://api.example/payments");
  EXPECT_EQ(code_of(check(senders, other_url)), ErrorCode::InvalidDpopProof);
}

TEST(DpopSenders, TheAlgorithmOfAKnownSenderMustBeAllowedHere) {
  DpopSenders senders(4);
  const std::string text = make_proof(make_device());
  ASSERT_TRUE(check(senders, text));
  constexpr SignatureAlgorithm kOthers[] = {SignatureAlgorithm::EdDSA};
  EXPECT_EQ(code_of(parse_dpop_proof(text, kOthers, senders.find(text))), ErrorCode::InvalidDpopProof);
}

TEST(DpopSenders, ATextThatOnlyBeginsOrEndsAlikeIsNotKnown) {
  DpopSenders senders(4);
  const std::string text = make_proof(make_device());
  ASSERT_TRUE(check(senders, text));
  const auto dot = text.find('.');
  for (const std::string& other : {text.substr(0, dot - 1), text.substr(0, dot - 1) + text.substr(dot),
                                   text.substr(0, dot) + "A" + text.substr(dot), text.substr(1), std::string()}) {
    EXPECT_EQ(senders.find(other), nullptr) << other;
    EXPECT_EQ(code_of(check(senders, other)), ErrorCode::InvalidDpopProof) << other;
  }
}

TEST(DpopSenders, WhoIsSeenAgainStaysAndTheOthersLeave) {
  DpopSenders senders(8);
  const std::string steady = make_proof(make_device());
  const std::string once = make_proof(make_device());
  ASSERT_TRUE(check(senders, steady));
  ASSERT_TRUE(check(senders, once));
  for (int i = 0; i < 32; ++i) {
    ASSERT_TRUE(check(senders, make_proof(make_device())));
    ASSERT_NE(senders.find(steady), nullptr) << i;
  }
  EXPECT_EQ(senders.find(once), nullptr);
}

TEST(DpopSenders, ALongHeaderIsNotKept) {
  DpopSenders senders(4);
  const jose::Signer device = make_device();
  json::object header = parse_json_object(render_dpop_header(device.key.public_key(), device.alg)).value();
  header["x"] = std::string(1024, 'x');
  const DpopProofRequest request{.method = "GET", .url = kUrl, .jti = "jti", .now = kNow};
  const std::string text = jose::sign_jws_with_header(device, render_json(header), render_dpop_claims(request)).value();
  ASSERT_TRUE(check(senders, text));
  EXPECT_EQ(senders.find(text), nullptr);
}

}  // namespace
}  // namespace signet::oauth
