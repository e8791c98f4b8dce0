#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::loot_of;
using test::Parameters;
using test::TestClient;
using test::text_of;

constexpr const char* kOffline = "openid accounts payments offline_access";

class RefreshGrant : public BackChannelTest {};

// RFC6749-6
TEST_F(RefreshGrant, ATokenOfAnotherClientIsRefused) {
  const TestClient other = add_client("other");
  const auto loot = tokens_for(client, kOffline);
  expect_refused(refresh_as(other, loot.refresh_token), 400, "invalid_grant");
  EXPECT_EQ(refresh_as(client, loot.refresh_token).status, 200);
}

TEST_F(RefreshGrant, AnUnknownMissingOrOtherKindOfTokenIsRefused) {
  const auto loot = tokens_for(client, kOffline);
  expect_refused(refresh_as(client, "unknown"), 400, "invalid_grant");
  expect_refused(refresh_as(client, loot.access_token), 400, "invalid_grant");
  expect_refused(refresh_as(client, loot.id_token), 400, "invalid_grant");
  expect_refused(refresh_as(client, ""), 400, "invalid_request");
}

// RFC6749-6: never more than was granted
TEST_F(RefreshGrant, AWiderScopeIsRefused) {
  const auto loot = tokens_for(client, "openid accounts offline_access");
  expect_refused(refresh_as(client, loot.refresh_token, {{"scope", "accounts payments"}}), 400, "invalid_scope");
  expect_refused(refresh_as(client, loot.refresh_token, {{"scope", "accounts \"quoted\""}}), 400, "invalid_scope");
  expect_refused(refresh_as(client, loot.refresh_token, {{"resource", "https://b.example"}}), 400, "invalid_target");
}

TEST_F(RefreshGrant, ANarrowerScopeHoldsForOneTokenOnly) {
  const auto loot = tokens_for(client, kOffline);
  const auto narrow = refresh_as(client, loot.refresh_token, {{"scope", "accounts"}});
  EXPECT_EQ(text_of(narrow, "scope"), "accounts");
  EXPECT_EQ(text_of(narrow, "id_token"), "") << "no ID token for a token without openid";
  const auto known = introspect(text_of(narrow, "access_token"));
  EXPECT_EQ(peek_string(known, "scope"), "accounts");
  EXPECT_EQ(text_of(refresh_as(client, loot.refresh_token), "scope"), kOffline);
}

TEST_F(RefreshGrant, EndsWithItsLifetime) {
  const auto loot = tokens_for(client, kOffline);
  server.clock.advance(server.issuer().config().refresh_token_lifetime - seconds{1});
  EXPECT_EQ(refresh_as(client, loot.refresh_token).status, 200);
  server.clock.advance(seconds{1});
  expect_refused(refresh_as(client, loot.refresh_token), 400, "invalid_grant");
}

TEST_F(RefreshGrant, EndsWithTheAccount) {
  const auto loot = tokens_for(client, kOffline);
  disable_account("account-ada");
  expect_refused(refresh_as(client, loot.refresh_token), 400, "invalid_grant");
}

TEST_F(RefreshGrant, NeedsAProof) {
  const auto loot = tokens_for(client, kOffline);
  const Parameters form = {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}};
  expect_refused(post_as(client, kToken, form), 400, "invalid_dpop_proof");
}

TEST_F(RefreshGrant, ARefusedRequestIsNotJudgedTwice) {
  const auto request = make_token_request(client, {{"grant_type", "refresh_token"}, {"refresh_token", "unknown"}});
  expect_refused(server.send(request), 400, "invalid_grant");
  expect_refused(server.send(request), 401, "invalid_client");
}

TEST_F(RefreshGrant, IsRefusedToAClientThatIsNotRegisteredForItAnyMore) {
  const auto loot = tokens_for(client, kOffline);
  change_client({{"grant_types", json::array{"authorization_code"}}});
  expect_refused(refresh_as(client, loot.refresh_token), 400, "unauthorized_client");
}

// RFC6749-6: what is taken from a client is taken from its grants
TEST_F(RefreshGrant, GivesNoMoreThanTheClientMayAskForToday) {
  const auto loot = tokens_for(client, kOffline);
  change_client({{"scope", "openid accounts offline_access"}});
  EXPECT_EQ(text_of(refresh_as(client, loot.refresh_token), "scope"), "openid accounts offline_access");
  expect_refused(refresh_as(client, loot.refresh_token, {{"scope", "payments"}}), 400, "invalid_scope");
  change_client({{"scope", "email"}});
  expect_refused(refresh_as(client, loot.refresh_token), 400, "invalid_grant");
  change_client({{"scope", kOffline}});
  EXPECT_EQ(text_of(refresh_as(client, loot.refresh_token), "scope"), kOffline);
}

TEST_F(RefreshGrant, IsForNoServiceThatTheClientMayNotUseToday) {
  const auto loot = tokens_for(client, kOffline);
  change_client({{"resource", json::array{"https://other.example"}}});
  expect_refused(refresh_as(client, loot.refresh_token), 400, "invalid_grant");
}

// FAPI2-SP-FINAL-5.3.2.1: no rotation, which would lock out whoever lost an answer
TEST_F(RefreshGrant, OfAConfidentialClientKeepsItsTokenAndMayTakeANewKey) {
  const auto loot = tokens_for(client, kOffline);
  TestClient renewed = client;
  renewed.dpop_key = thiefs_key;
  for (int i = 0; i < 3; ++i) {
    const auto answer = refresh_as(i == 1 ? renewed : client, loot.refresh_token);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_of(answer, "refresh_token"), "");
    const auto cnf = introspect(text_of(answer, "access_token")).at("cnf").as_object();
    EXPECT_EQ(peek_string(cnf, "jkt"), test::jkt_of(i == 1 ? thiefs_key : client.dpop_key));
    server.clock.advance(days{10});
  }
}

// OIDC-12.2
TEST_F(RefreshGrant, TheIdTokenHasTheSameUserAndLoginAndANewTime) {
  const auto first = tokens_for(client, {{"scope", kOffline}, {"max_age", "600"}});
  server.clock.advance(hours{1});
  const auto before = verified(first.id_token);
  const auto after = verified(text_of(refresh_as(client, first.refresh_token), "id_token"));
  for (const char* const name : {"iss", "sub", "aud", "auth_time"}) EXPECT_EQ(before.at(name), after.at(name)) << name;
  EXPECT_EQ(after.at("iat").as_int64(), to_unix_seconds(server.clock.now()));
  EXPECT_TRUE(before.contains("nonce"));
  EXPECT_FALSE(after.contains("nonce"));
}

class RefreshOfAShortGrant : public BackChannelTest {
 protected:
  RefreshOfAShortGrant() : BackChannelTest({short_grants()}) {}
  static server::IssuerConfig short_grants() {
    auto config = test::issuer_config();
    config.access_token_lifetime = config.refresh_token_lifetime = seconds{60};
    return config;
  }
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
};

// RFC6749-5.1: what the client is told of the life of a token is what the API is told
TEST_F(RefreshOfAShortGrant, GivesATokenThatEndsWithTheGrantAndSaysSo) {
  for (const TestClient* who : {&std::as_const(client), &with_jwt}) {
    const auto loot = tokens_for(*who, kOffline);
    server.clock.advance(seconds{25});
    const auto answer = refresh_as(*who, loot.refresh_token);
    EXPECT_EQ(test::body_of(answer).at("expires_in").as_int64(), 35);
    const std::string token = text_of(answer, "access_token");
    EXPECT_EQ(introspect(token).at("exp").as_int64(), to_unix_seconds(server.clock.now()) + 35);
    server.clock.advance(seconds{34});
    EXPECT_TRUE(is_active(token));
    server.clock.advance(seconds{1});
    EXPECT_FALSE(is_active(token));
  }
}

TEST_F(RefreshOfAShortGrant, AJwtOfAGrantThatHasEndedIsDead) {
  const auto loot = tokens_for(with_jwt, kOffline);
  const auto grants = test::value_of(run_blocking(server.store.grants.list("account-ada", server.clock.now())));
  ASSERT_EQ(grants.size(), 1U);
  sql::Batch batch;
  batch.add("UPDATE grants SET expires_at = $1 WHERE grant_id = $2",
            {to_unix_millis(server.clock.now() + seconds{10}), grants.front().grant_id});
  (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  EXPECT_EQ(introspect(loot.access_token).at("exp").as_int64(), to_unix_seconds(server.clock.now()) + 10);
  server.clock.advance(seconds{10});
  EXPECT_FALSE(is_active(loot.access_token));
}

class PublicRefresh : public BackChannelTest {
 protected:
  PublicRefresh() : BackChannelTest({test::issuer_config("main", "https://as.example", "openid")}) {}
  const TestClient app = add_client("app", {{"token_endpoint_auth_method", "none"}, {"jwks", nullptr}});
};

// RFC9449-5
TEST_F(PublicRefresh, WorksWithItsKeyOnly) {
  const auto loot = tokens_for(app, kOffline);
  TestClient thief = app;
  thief.dpop_key = thiefs_key;
  expect_refused(refresh_as(thief, loot.refresh_token), 400, "invalid_grant");
  EXPECT_EQ(refresh_as(app, loot.refresh_token).status, 200);
}

// RFC9700-4.14
TEST_F(PublicRefresh, RotatesAndTheOldTokenDiesAfterTheGraceTime) {
  const auto loot = tokens_for(app, kOffline);
  const auto second = loot_of(refresh_as(app, loot.refresh_token));
  EXPECT_NE(second.refresh_token, "");
  EXPECT_NE(second.refresh_token, loot.refresh_token);
  server.clock.advance(seconds{61});
  expect_refused(refresh_as(app, loot.refresh_token), 400, "invalid_grant");
  EXPECT_TRUE(server.was_recorded("grant.revoked reuse"));
  expect_refused(refresh_as(app, second.refresh_token), 400, "invalid_grant");
  EXPECT_FALSE(is_active(second.access_token));
}

TEST_F(PublicRefresh, ALostAnswerMayBeAskedForAgainWithinTheGraceTime) {
  const auto loot = tokens_for(app, kOffline);
  EXPECT_EQ(refresh_as(app, loot.refresh_token).status, 200);
  server.clock.advance(seconds{59});
  const auto again = loot_of(refresh_as(app, loot.refresh_token));
  server.clock.advance(seconds{61});
  EXPECT_EQ(refresh_as(app, again.refresh_token).status, 200);
}

// RFC9700-4.14.2: the grace time is for an answer that was lost
TEST_F(PublicRefresh, OnceTheNewTokenWasUsedTheOldOneIsTheft) {
  const auto loot = tokens_for(app, kOffline);
  const auto second = loot_of(refresh_as(app, loot.refresh_token));
  const auto third = loot_of(refresh_as(app, second.refresh_token));
  EXPECT_TRUE(is_active(third.access_token));
  expect_refused(refresh_as(app, loot.refresh_token), 400, "invalid_grant");
  EXPECT_TRUE(server.was_recorded("grant.revoked reuse"));
  EXPECT_FALSE(is_active(third.access_token));
  expect_refused(refresh_as(app, third.refresh_token), 400, "invalid_grant");
}

TEST_F(PublicRefresh, OfTheAnswersToOneTokenOnlyOneMayBeUsed) {
  const auto loot = tokens_for(app, kOffline);
  const auto one = loot_of(refresh_as(app, loot.refresh_token));
  const auto other = loot_of(refresh_as(app, loot.refresh_token));
  const auto next = loot_of(refresh_as(app, one.refresh_token));
  EXPECT_EQ(refresh_as(app, one.refresh_token).status, 200) << "its own answer may be lost as well";
  expect_refused(refresh_as(app, other.refresh_token), 400, "invalid_grant");
  EXPECT_FALSE(is_active(next.access_token));
}

TEST_F(PublicRefresh, ARepeatedRequestIsToldSoAndTakesNothingBack) {
  const auto loot = tokens_for(app, kOffline);
  const auto request =
      make_token_request(app, {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}});
  const auto second = loot_of(server.send(request));
  const auto third = loot_of(refresh_as(app, second.refresh_token));
  expect_refused(server.send(request), 400, "invalid_dpop_proof");
  EXPECT_TRUE(is_active(third.access_token));
  EXPECT_FALSE(server.was_recorded("grant.revoked"));
}

TEST_F(PublicRefresh, OfTwoAnswersThatAreUsedAtOnceAtMostOneIsAnsweredAndNothingOfItWorks) {
  for (int i = 0; i < 10; ++i) {
    const auto loot = tokens_for(app, kOffline);
    const auto use = [&] {
      const auto answer = loot_of(refresh_as(app, loot.refresh_token));
      return make_token_request(app, {{"grant_type", "refresh_token"}, {"refresh_token", answer.refresh_token}});
    };
    const auto first = use();
    const auto answers = send_at_once({first, use()});
    EXPECT_LE(std::ranges::count(answers, 200, &http::Response::status), 1);
    for (const auto& answer : answers) {
      if (answer.status == 200) EXPECT_FALSE(is_active(text_of(answer, "access_token")));
      if (answer.status != 200) expect_refused(answer, 400, "invalid_grant");
    }
  }
}

TEST_F(PublicRefresh, TwoRequestsAtOnceAreBothAnsweredInTheGraceTime) {
  for (int i = 0; i < 10; ++i) {
    const auto loot = tokens_for(app, kOffline);
    for (const auto& answer :
         token_twice_at_once(app, {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}})) {
      EXPECT_EQ(answer.status, 200) << answer.body;
      EXPECT_TRUE(is_active(text_of(answer, "access_token")));
    }
  }
}

TEST_F(PublicRefresh, RotationDoesNotMakeAGrantLiveLonger) {
  auto token = tokens_for(app, kOffline).refresh_token;
  const Duration lifetime = server.issuer().config().refresh_token_lifetime;
  server.clock.advance(lifetime / 2);
  token = loot_of(refresh_as(app, token)).refresh_token;
  server.clock.advance(lifetime / 2);
  expect_refused(refresh_as(app, token), 400, "invalid_grant");
}

TEST_F(PublicRefresh, OfAConfidentialClientDoesNotRotateHere) {
  EXPECT_EQ(text_of(refresh_as(client, tokens_for(client, kOffline).refresh_token), "refresh_token"), "");
}

class RefreshAtAnotherIssuer : public BackChannelTest {
 protected:
  RefreshAtAnotherIssuer()
      : BackChannelTest({test::issuer_config(), test::issuer_config("other", "https://as.example/other")}) {
    server.register_client(client, "other");
  }
};

TEST_F(RefreshAtAnotherIssuer, IsRefused) {
  const auto loot = tokens_for(client, kOffline);
  const Parameters form = {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}};
  expect_refused(token_as(client, form, "https://as.example/other/token"), 400, "invalid_grant");
  EXPECT_EQ(refresh_as(client, loot.refresh_token).status, 200);
}

}  // namespace
}  // namespace signet
