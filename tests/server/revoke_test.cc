#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::TestClient;

constexpr const char* kOffline = "openid accounts offline_access";

class Revocation : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
};

// RFC7009-2.1
TEST_F(Revocation, AnotherClientGetsTheSameAnswerAndChangesNothing) {
  const TestClient other = add_client("other");
  const auto opaque = tokens_for(client, kOffline);
  const auto jwt = tokens_for(with_jwt, kOffline);
  for (const auto& token : {opaque.access_token, opaque.refresh_token, jwt.access_token, jwt.refresh_token}) {
    EXPECT_EQ(revoke_as(other, token).status, 200);
  }
  EXPECT_TRUE(is_active(opaque.access_token));
  EXPECT_TRUE(is_active(jwt.access_token));
  EXPECT_EQ(refresh_as(client, opaque.refresh_token).status, 200);
  EXPECT_EQ(refresh_as(with_jwt, jwt.refresh_token).status, 200);
}

TEST_F(Revocation, ARequestWithoutATokenIsRefused) {
  expect_refused(revoke_as(client, ""), 400, "invalid_request");
}

TEST_F(Revocation, AnAssertionRevokesOnce) {
  const auto form = test::with(credentials_of(client), {{"token", "unknown"}});
  const std::string url = std::string(test::kIssuer) + "/revoke";
  EXPECT_EQ(server.post(url, form).status, 200);
  expect_refused(server.post(url, form), 401, "invalid_client");
}

TEST_F(Revocation, OfAnAccessTokenLeavesTheRestOfItsGrant) {
  for (const TestClient* who : {&std::as_const(client), &with_jwt}) {
    const auto loot = tokens_for(*who, kOffline);
    const auto answer = revoke_as(*who, loot.access_token);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_FALSE(is_active(loot.access_token));
    EXPECT_EQ(call_with_key(loot.access_token, who->dpop_key).status, 401);
    EXPECT_EQ(refresh_as(*who, loot.refresh_token).status, 200);
    EXPECT_EQ(revoke_as(*who, loot.access_token).status, 200) << "the second time as well";
  }
}

// RFC7009-2.1
TEST_F(Revocation, OfARefreshTokenEndsTheWholeGrant) {
  for (const TestClient* who : {&std::as_const(client), &with_jwt}) {
    const auto loot = tokens_for(*who, kOffline);
    const auto later = test::loot_of(refresh_as(*who, loot.refresh_token));
    EXPECT_EQ(revoke_as(*who, loot.refresh_token).status, 200);
    expect_refused(refresh_as(*who, loot.refresh_token), 400, "invalid_grant");
    EXPECT_FALSE(is_active(loot.access_token));
    EXPECT_FALSE(is_active(later.access_token));
  }
}

TEST_F(Revocation, LeavesOtherGrantsOfTheSameUserAlone) {
  const auto first = tokens_for(client, kOffline);
  const auto second = tokens_for(client, kOffline);
  EXPECT_EQ(revoke_as(client, first.refresh_token).status, 200);
  EXPECT_TRUE(is_active(second.access_token));
  EXPECT_EQ(refresh_as(client, second.refresh_token).status, 200);
}

// RFC7009-2.2
TEST_F(Revocation, OfATokenNobodyKnowsIsNoError) {
  const auto jwt = tokens_for(with_jwt).access_token;
  const auto forged = jwt.substr(0, jwt.rfind('.') + 1) + std::string(86, 'A');
  for (const std::string& token : {std::string("unknown"), std::string(43, 'x'), std::string("a.b.c"), forged,
                                   std::string("a b"), std::string(20'000, 'a')}) {
    EXPECT_EQ(revoke_as(client, token).status, 200) << token;
  }
  EXPECT_TRUE(is_active(jwt));
}

TEST_F(Revocation, LeavesOneAuditRecordForWhatWasRevoked) {
  const auto loot = tokens_for(client, kOffline);
  (void)revoke_as(client, "unknown");
  EXPECT_FALSE(server.was_recorded("token.revoked"));
  (void)revoke_as(client, loot.refresh_token);
  EXPECT_TRUE(server.was_recorded("token.revoked granted"));
}

class PublicRevocation : public Revocation {
 protected:
  PublicRevocation() : Revocation({test::issuer_config("main", "https://as.example", "openid")}) {}
};

// RFC7009-2.1: a public client revokes by its name, and only what is its own
TEST_F(PublicRevocation, IsForItsOwnTokens) {
  const json::object open = {{"token_endpoint_auth_method", "none"}, {"jwks", nullptr}};
  const TestClient app = add_client("app", open);
  const TestClient rival = add_client("rival", open);
  const auto loot = tokens_for(app, kOffline);
  EXPECT_EQ(revoke_as(rival, loot.refresh_token).status, 200);
  EXPECT_TRUE(is_active(loot.access_token));
  EXPECT_EQ(revoke_as(app, loot.refresh_token).status, 200);
  EXPECT_FALSE(is_active(loot.access_token));
}

}  // namespace
}  // namespace signet
