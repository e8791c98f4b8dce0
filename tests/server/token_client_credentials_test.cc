#include "oauth/jwt_access_token_rfc9068.h"
#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::TestClient;
using test::text_of;
using test::with;

class ClientCredentialsGrant : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  http::Response ask(const TestClient& who, const test::Parameters& more = {}) {
    return token_as(who, with({{"grant_type", "client_credentials"}}, more));
  }
};

// RFC6749-5.2
TEST_F(ClientCredentialsGrant, OtherGrantsAreRefusedByName) {
  for (const char* const grant_type :
       {"password", "implicit", "CLIENT_CREDENTIALS", "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange"}) {
    expect_refused(token_as(client, {{"grant_type", grant_type}}), 400, "unsupported_grant_type");
  }
  expect_refused(token_as(client, {}), 400, "invalid_request");
}

TEST_F(ClientCredentialsGrant, IsRefusedToAClientThatIsNotRegisteredForIt) {
  expect_refused(ask(add_client("other")), 400, "unauthorized_client");
}

// RFC6749-4.4: without a user there is neither a login nor an absence
TEST_F(ClientCredentialsGrant, ScopesThatSpeakOfAUserAreRefused) {
  expect_refused(ask(client, {{"scope", "openid"}}), 400, "invalid_scope");
  expect_refused(ask(client, {{"scope", "accounts offline_access"}}), 400, "invalid_scope");
  expect_refused(ask(client, {{"scope", "accounts admin"}}), 400, "invalid_scope");
}

TEST_F(ClientCredentialsGrant, AnotherResourceIsRefused) {
  expect_refused(ask(client, {{"resource", "https://payroll.example"}}), 400, "invalid_target");
}

TEST_F(ClientCredentialsGrant, GivesAnOpaqueTokenForTheClientItself) {
  const auto answer = ask(client, {{"scope", "accounts"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  const auto body = test::body_of(answer);
  EXPECT_EQ(peek_string(body, "token_type"), "DPoP");
  EXPECT_EQ(peek_string(body, "scope"), "accounts");
  EXPECT_EQ(peek_string(body, "access_token").size(), 43U);
  EXPECT_FALSE(body.contains("refresh_token")) << "RFC6749-4.4.3";
  EXPECT_FALSE(body.contains("id_token"));
  const auto known = introspect(text_of(answer, "access_token"));
  EXPECT_EQ(peek_string(known, "sub"), client.client_id);
  EXPECT_FALSE(known.contains("auth_time"));
  EXPECT_FALSE(known.contains("acr"));
}

TEST_F(ClientCredentialsGrant, WithoutAScopeGivesAllThatSpeaksOfNoUser) {
  EXPECT_EQ(text_of(ask(client), "scope"), "profile email accounts payments");
}

// OIDC-5.3: there is no user to speak of
TEST_F(ClientCredentialsGrant, ItsTokenTellsNothingAboutUsers) {
  const auto answer = call_with_key(text_of(ask(client), "access_token"), client.dpop_key);
  expect_refused(answer, 403, "insufficient_scope");
}

class JwtAccessToken : public ClientCredentialsGrant {
 protected:
  const TestClient with_jwt = add_client(
      "with-jwt", {{"access_token_format", "jwt"}, {"grant_types", {"authorization_code", "client_credentials"}}});
};

// RFC9068-2.2
TEST_F(JwtAccessToken, HasTheClaimsOfAnAccessTokenAndItsBinding) {
  const std::string token = text_of(ask(with_jwt, {{"scope", "accounts"}}), "access_token");
  const auto jws = test::value_of(jose::UnverifiedJws::parse(token));
  EXPECT_EQ(jws.header().typ, oauth::kAccessTokenTyp);
  const auto claims = verified(token);
  EXPECT_EQ(peek_string(claims, "iss"), test::kIssuer);
  EXPECT_EQ(peek_string(claims, "aud"), test::kIssuer);
  EXPECT_EQ(peek_string(claims, "client_id"), with_jwt.client_id);
  EXPECT_EQ(peek_string(claims, "sub"), with_jwt.client_id);
  EXPECT_EQ(peek_string(claims, "scope"), "accounts");
  EXPECT_EQ(peek_string(claims.at("cnf").as_object(), "jkt"), test::jkt_of(with_jwt.dpop_key));
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 600);
  EXPECT_NE(peek_string(claims, "jti"), "");
}

// RFC9068-2.2.1
TEST_F(JwtAccessToken, OfAUserSaysWhenAndHowTheUserLoggedIn) {
  const auto claims = verified(tokens_for(with_jwt).access_token);
  EXPECT_EQ(peek_string(claims, "sub"), "account-ada");
  EXPECT_EQ(claims.at("auth_time").as_int64(), to_unix_seconds(server.clock.now()));
  EXPECT_FALSE(claims.contains("nonce"));
}

// RFC8725-3.12: one kind of JWT is not taken for another
TEST_F(JwtAccessToken, AnIdTokenIsNoAccessToken) {
  const auto loot = tokens_for(with_jwt);
  EXPECT_EQ(call_with_key(loot.id_token, with_jwt.dpop_key).status, 401);
  EXPECT_FALSE(is_active(loot.id_token));
  EXPECT_EQ(call_with_key(loot.access_token, with_jwt.dpop_key).status, 200);
}

TEST_F(JwtAccessToken, EndsWithItsTimeAndItsGrant) {
  const std::string code = code_for(with_jwt);
  const auto loot = test::loot_of(redeem_as(with_jwt, code));
  EXPECT_TRUE(is_active(loot.access_token));
  expect_refused(redeem_as(with_jwt, code), 400, "invalid_grant");
  EXPECT_FALSE(is_active(loot.access_token));
  const auto second = tokens_for(with_jwt);
  server.clock.advance(minutes{10});
  EXPECT_FALSE(is_active(second.access_token));
}

class PairwiseSubject : public BackChannelTest {
 protected:
  TestClient add_pairwise(const std::string& id, const std::string& host) {
    json::object members = {{"subject_type", "pairwise"}, {"sector_identifier_uri", "https://" + host + "/uris.json"}};
    return add_client(id, members);
  }
  std::string subject_of(const TestClient& who) { return text(verified(tokens_for(who).id_token), "sub"); }
  static std::string text(const json::object& from, std::string_view name) {
    return std::string(peek_string(from, name));
  }
};

// OIDC-8.1
TEST_F(PairwiseSubject, IsTheSameWithinASectorAndAnotherElsewhere) {
  const std::string one = subject_of(add_pairwise("one", "sector.example"));
  const std::string two = subject_of(add_pairwise("two", "sector.example"));
  const std::string three = subject_of(add_pairwise("three", "elsewhere.example"));
  EXPECT_EQ(one, two);
  EXPECT_NE(one, three);
  EXPECT_FALSE(one.contains("ada"));
}

TEST_F(PairwiseSubject, IsTheSameInIdTokenUserinfoAndIntrospection) {
  const TestClient one = add_pairwise("one", "sector.example");
  const auto loot = tokens_for(one, "openid accounts offline_access");
  const std::string subject = text(verified(loot.id_token), "sub");
  EXPECT_EQ(text_of(call_with_key(loot.access_token, one.dpop_key), "sub"), subject);
  EXPECT_EQ(text(introspect(loot.access_token), "sub"), subject);
  const auto refreshed = refresh_as(one, loot.refresh_token);
  EXPECT_EQ(text(verified(text_of(refreshed, "id_token")), "sub"), subject);
}

class ScopeThatIsNotOfferedAnyMore : public ClientCredentialsGrant {
 protected:
  ScopeThatIsNotOfferedAnyMore() : ClientCredentialsGrant({without_payments()}) {}
  static server::IssuerConfig without_payments() {
    auto config = test::issuer_config();
    config.scopes = {"accounts"};
    return config;
  }
  /// As if it had been granted while the issuer still offered it.
  void add_to_grants() {
    sql::Batch batch;
    batch.add("UPDATE grants SET scope = 'openid accounts payments offline_access'", {});
    (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
};

// RFC6749-3.3
TEST_F(ScopeThatIsNotOfferedAnyMore, IsNotGrantedToAClientThatIsRegisteredForIt) {
  EXPECT_EQ(text_of(ask(client), "scope"), "profile email accounts");
  expect_refused(ask(client, {{"scope", "payments"}}), 400, "invalid_scope");
  expect_refused(post_as(client, kPar, with(client.authorization_request(), {{"scope", "accounts payments"}})), 400,
                 "invalid_scope");
}

TEST_F(ScopeThatIsNotOfferedAnyMore, IsLeftOutOfOldCodesAndGrants) {
  const std::string code = code_for(client, {{"scope", "openid accounts offline_access"}});
  add_to_grants();
  const auto answer = redeem_as(client, code);
  EXPECT_EQ(text_of(answer, "scope"), "openid accounts offline_access");
  const std::string refresh_token = text_of(answer, "refresh_token");
  EXPECT_EQ(text_of(refresh_as(client, refresh_token), "scope"), "openid accounts offline_access");
  expect_refused(refresh_as(client, refresh_token, {{"scope", "payments"}}), 400, "invalid_scope");
}

}  // namespace
}  // namespace signet
