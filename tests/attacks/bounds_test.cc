// Invariant 7: input is bounded before it is parsed: body, parameter count, JSON depth, JWT size, certificate. (Header
// sizes and slow senders are attacked over real sockets in tests/net and tests/e2e.)
#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::with;

class Bounds : public AttackTest {
 protected:
  http::Response push(const test::Parameters& more) {
    return server.post(kPar, authenticated(with(client.authorization_request(), more)));
  }
};

TEST_F(Bounds, ABodyBeyondItsRoutesLimitIsRefusedUnread) {
  const auto answer = push({{"padding", std::string(128 * 1024, 'a')}});
  EXPECT_EQ(answer.status, 413) << answer.body;
}

TEST_F(Bounds, AFormWithThousandsOfParametersIsRefused) {
  test::Parameters form = authenticated(client.authorization_request());
  for (int i = 0; i < 4000; ++i) form.push_back({"p" + std::to_string(i), "1"});
  EXPECT_EQ(server.post(kPar, form).status, 400);
}

TEST_F(Bounds, ADeeplyNestedClaimsParameterIsRefused) {
  const std::string deep(5000, '[');
  const auto answer = push({{"claims", R"({"userinfo":{"a":)" + deep + "}}"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "invalid_request");
}

TEST_F(Bounds, AnOversizedAssertionIsRefusedBeforeItsSignatureIsLookedAt) {
  const std::string huge = "eyJ" + std::string(20'000, 'A') + ".e30.AA";
  const auto answer =
      server.post(kPar, with(authenticated(client.authorization_request()), {{"client_assertion", huge}}));
  EXPECT_EQ(answer.status, 401);
}

// RFC9449-4.3
TEST_F(Bounds, AnOversizedProofIsRefused) {
  http::Fields fields;
  fields.set("DPoP", std::string(9000, 'a'));
  const auto answer = server.post(kToken, authenticated({{"grant_type", "client_credentials"}}), std::move(fields));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "invalid_dpop_proof");
}

TEST_F(Bounds, AnOversizedTokenIsRefused) {
  const std::string token(200'000, 'a');
  const auto answer = call_with_key(token, client.dpop_key);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "invalid_request");
}

TEST_F(Bounds, AnOversizedCertificateIsNobodys) {
  server.peer.certificate = Bytes(1024 * 1024, 0x30);
  const auto answer = server.post(kPar, authenticated(client.authorization_request()));
  EXPECT_LT(answer.status, 500);
}

TEST_F(Bounds, AStateThatIsTooLongIsRefusedAndNotCut) {
  EXPECT_EQ(push({{"state", std::string(5000, 's')}}).status, 400);
  EXPECT_EQ(push({{"nonce", std::string(5000, 'n')}}).status, 400);
}

}  // namespace
}  // namespace signet
