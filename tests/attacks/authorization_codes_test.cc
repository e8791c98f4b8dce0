// Invariant 2: a code works once, for one client, with its PKCE verifier, for at most a minute, and with the DPoP key
// it was bound to; a second use revokes what the first gave.
#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::loot_of;

class StolenCode : public AttackTest {
 protected:
  void expect_refused(const http::Response& answer) {
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(error_of(answer), "invalid_grant");
    EXPECT_FALSE(answer.body.contains("access_token"));
  }
};

// RFC6749-4.1.2, RFC6749-10.5
TEST_F(StolenCode, WorksOnceAndItsSecondUseTakesBackWhatTheFirstGave) {
  const std::string code = steal_code({{"scope", "openid accounts offline_access"}});
  const auto loot = loot_of(server.redeem(client, code));
  EXPECT_TRUE(works(loot.access_token));
  expect_refused(server.redeem(client, code));
  EXPECT_FALSE(works(loot.access_token));
  expect_refused(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}}));
}

// RFC6749-4.1.3
TEST_F(StolenCode, IsWorthlessToAnotherClient) {
  const std::string code = steal_code();
  server.register_client(other_client);
  expect_refused(server.redeem(other_client, code, {{"redirect_uri", client.redirect_uri}}));
  expect_refused(server.redeem(other_client, code));
}

TEST_F(StolenCode, StaysGoodForItsOwnerWhenAnotherClientHasTriedIt) {
  const std::string code = steal_code();
  server.register_client(other_client);
  expect_refused(server.redeem(other_client, code));
  EXPECT_EQ(server.redeem(client, code).status, 200);
}

// RFC7636-4.6
TEST_F(StolenCode, IsWorthlessWithoutItsVerifier) {
  const std::string code = steal_code();
  expect_refused(server.redeem(client, code, {{"code_verifier", ""}}));
  expect_refused(server.redeem(client, code, {{"code_verifier", std::string(43, 'a')}}));
  expect_refused(server.redeem(client, code, {{"code_verifier", oauth::make_code_challenge(test::kVerifier)}}));
}

// FAPI2-SP-FINAL-5.3.2.1
TEST_F(StolenCode, IsWorthlessAfterAMinute) {
  const std::string code = steal_code();
  server.clock.advance(seconds{61});
  expect_refused(server.redeem(client, code));
}

// RFC9449-10
TEST_F(StolenCode, IsWorthlessWithoutTheKeyItWasBoundTo) {
  const std::string code = steal_code({{"dpop_jkt", test::jkt_of(client.dpop_key)}});
  const jose::Signer own_key = std::exchange(client.dpop_key, thiefs_key);
  expect_refused(server.redeem(client, code));
  client.dpop_key = own_key;
  EXPECT_EQ(server.redeem(client, code).status, 200);
}

TEST_F(StolenCode, IsWorthlessWithAnotherRedirectUri) {
  const std::string code = steal_code();
  expect_refused(server.redeem(client, code, {{"redirect_uri", "https://client.example/callback/"}}));
  expect_refused(server.redeem(client, code, {{"redirect_uri", ""}}));
}

TEST_F(StolenCode, CannotBeGuessedFromItsNeighbours) {
  const std::string first = steal_code();
  const std::string second = steal_code();
  EXPECT_GE(first.size(), 43U);
  EXPECT_NE(first.substr(first.size() - 32), second.substr(second.size() - 32));
  std::string neighbour = first;
  neighbour.back() = neighbour.back() == 'A' ? 'B' : 'A';
  expect_refused(server.redeem(client, neighbour));
}

// RFC9700-4.14: of a stolen refresh token nothing stays once its grant was taken back.
// RFC7009-2.1
TEST_F(StolenCode, DoesNotLetRevokedGrantsLiveOn) {
  const auto loot = log_in();
  const auto revoked =
      server.post(std::string(test::kIssuer) + "/revoke", authenticated({{"token", loot.refresh_token}}));
  EXPECT_EQ(revoked.status, 200);
  EXPECT_FALSE(works(loot.access_token));
  expect_refused(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}}));
}

}  // namespace
}  // namespace signet
