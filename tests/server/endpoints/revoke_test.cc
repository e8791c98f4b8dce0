#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::with;

class Revoke : public AttackTest {
 protected:
  http::Response revoke(const test::TestClient& by, const test::Parameters& form) {
    return server.post(std::string(test::kIssuer) + "/revoke",
                       with(by.authenticate(test::kIssuer, server.clock.now(), server.random), form));
  }
};

// RFC7009-2
TEST_F(Revoke, ATokenOfAnotherClientStays) {
  const auto loot = log_in();
  server.register_client(other_client);
  (void)revoke(other_client, {{"token", loot.access_token}});
  (void)revoke(other_client, {{"token", loot.refresh_token}});
  EXPECT_TRUE(works(loot.access_token));
}

TEST_F(Revoke, NobodyRevokesWithoutAuthentication) {
  const auto loot = log_in();
  const auto answer = server.post(std::string(test::kIssuer) + "/revoke",
                                  {{"client_id", client.client_id}, {"token", loot.access_token}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(works(loot.access_token));
}

// RFC7009-2.1
TEST_F(Revoke, WithTheRefreshTokenEverythingOfItsGrantEnds) {
  const auto loot = log_in();
  EXPECT_EQ(revoke(client, {{"token", loot.refresh_token}, {"token_type_hint", "access_token"}}).status, 200);
  EXPECT_FALSE(works(loot.access_token));
}

// RFC7009-2.1
TEST_F(Revoke, AnUnknownTokenOrHintIsNoError) {
  const auto loot = log_in();
  EXPECT_EQ(revoke(client, {{"token", "unknown"}}).status, 200);
  EXPECT_EQ(revoke(client, {{"token", loot.access_token}, {"token_type_hint", "pigeon"}}).status, 200);
  EXPECT_FALSE(works(loot.access_token));
}

}  // namespace
}  // namespace signet
