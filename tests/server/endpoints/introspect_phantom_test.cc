// The phantom token: what introspection answers to `Accept: application/jwt`.
#include "oauth/access_token_jti.h"
#include "oauth/jwt_access_token_rfc9068.h"
#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::TestClient;
using test::with;

class PhantomToken : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  http::Response ask(const TestClient& who, const std::string& token, const std::string& accept = "application/jwt") {
    http::Fields fields;
    fields.set("Accept", accept);
    return server.post(std::string(test::kIssuer) + "/introspect", with(credentials_of(who), {{"token", token}}),
                       std::move(fields));
  }
  oauth::JwtAccessToken read(const http::Response& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto jws = test::value_of(jose::UnverifiedJws::parse(answer.body));
    EXPECT_EQ(jws.header().typ, "at+jwt");
    return test::value_of(
        oauth::parse_access_token_claims(test::value_of(jws.verify(server.issuer().keys()->published))));
  }
  static void expect_nothing(const http::Response& answer) {
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  }
};

// RFC7009-2: nobody goes on with it when its token has been revoked
TEST_F(PhantomToken, EndsWithItsTokenWhereTheServerIsAsked) {
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
  for (const TestClient* const who : std::initializer_list<const TestClient*>{&client, &with_jwt}) {
    const auto token = tokens_for(*who).access_token;
    const auto phantom = ask(api, token).body;
    const auto of_phantom = ask(api, phantom).body;
    for (const auto& each : {phantom, of_phantom}) EXPECT_TRUE(is_active(each));
    EXPECT_EQ(revoke_as(*who, token).status, 200);
    for (const auto& each : {token, phantom, of_phantom}) EXPECT_FALSE(is_active(each));
  }
}

TEST_F(PhantomToken, GivenBackEndsItsToken) {
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
  for (const TestClient* const who : std::initializer_list<const TestClient*>{&client, &with_jwt}) {
    const auto token = tokens_for(*who).access_token;
    const auto phantom = ask(api, token).body;
    EXPECT_EQ(revoke_as(*who, phantom).status, 200);
    server.clock.advance(minutes{3});  // longer than the phantom token lives
    (void)test::value_of(run_blocking(server.store.expiry.remove_expired(server.clock.now(), 10'000)));
    for (const auto& each : {token, phantom}) EXPECT_FALSE(is_active(each));
  }
}

// RFC9068-2.2
TEST_F(PhantomToken, IsAnAccessTokenWithEverythingThatIsKnown) {
  const auto token = tokens_for(client).access_token;
  const auto answer = ask(api, token);
  EXPECT_EQ(answer.fields.get("Content-Type"), "application/jwt");
  EXPECT_EQ(answer.fields.get("Cache-Control"), "private, max-age=30");
  const auto phantom = read(answer);
  const auto known = introspect(token);
  EXPECT_EQ(phantom.iss, test::kIssuer);
  EXPECT_EQ(phantom.aud, std::vector<std::string>{std::string(test::kIssuer)});
  EXPECT_EQ(phantom.sub, peek_string(known, "sub"));
  EXPECT_EQ(phantom.client_id, client.client_id);
  EXPECT_EQ(phantom.jti, peek_string(known, "jti"));
  EXPECT_EQ(phantom.cnf, oauth::SenderConstraint::dpop(test::jkt_of(client.dpop_key)));
  EXPECT_EQ(phantom.scope, (std::vector<std::string>{"openid", "accounts"}));
  EXPECT_TRUE(phantom.auth_time);
}

// RFC9701-5
TEST_F(PhantomToken, IsNeverMadeOfATokenForAnotherResource) {
  TestClient other("other-api", "https://other-api.example/");
  register_api(other, {"https://other-api.example"});
  expect_nothing(ask(other, tokens_for(client).access_token));
  const auto with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
  expect_nothing(ask(other, tokens_for(with_jwt).access_token));
}

TEST_F(PhantomToken, NamesOfSeveralAudiencesOnlyThatOfWhoAsked) {
  TestClient one("one-api", "https://one.example/");
  register_api(one, {"https://one.example", "https://unused.example"});
  const auto of_both = add_client("of-both", {{"resource", json::array{"https://one.example", "https://two.example"}}});
  const auto token = tokens_for(of_both).access_token;
  EXPECT_EQ(read(ask(one, token)).aud, std::vector<std::string>{"https://one.example"});
}

TEST_F(PhantomToken, IsNotMadeOfUnknownExpiredRevokedOrRefreshTokens) {
  const auto loot = tokens_for(client, "openid accounts offline_access");
  expect_nothing(ask(api, "unknown"));
  expect_nothing(ask(api, loot.refresh_token));
  EXPECT_EQ(revoke_as(client, loot.access_token).status, 200);
  expect_nothing(ask(api, loot.access_token));
  const auto expired = tokens_for(client).access_token;
  server.clock.advance(hours{1});
  expect_nothing(ask(api, expired));
}

TEST_F(PhantomToken, EndsSoonAndNeverAfterItsToken) {
  const auto token = tokens_for(client).access_token;
  const Instant end = from_unix_seconds(introspect(token).at("exp").as_int64());
  EXPECT_EQ(read(ask(api, token)).exp, server.clock.now() + minutes{2});
  server.clock.set(end - seconds{10});
  const auto last = ask(api, token);
  EXPECT_EQ(read(last).exp, end);
  EXPECT_EQ(last.fields.get("Cache-Control"), "private, max-age=10");
}

TEST_F(PhantomToken, EndsWithItsGrantWhereTheServerIsAsked) {
  const auto loot = tokens_for(client, "openid accounts offline_access");
  const auto phantom = ask(api, loot.access_token).body;
  EXPECT_TRUE(is_active(phantom));
  EXPECT_EQ(revoke_as(client, loot.refresh_token).status, 200);
  EXPECT_FALSE(is_active(phantom));
}

// RFC9449-7.1
TEST_F(PhantomToken, IsNoWayAroundTheKeyOfItsToken) {
  const auto phantom = ask(api, tokens_for(client).access_token).body;
  EXPECT_EQ(call("Bearer", phantom).status, 401);
  EXPECT_EQ(call_with_key(phantom, test::make_signer("")).status, 401);
}

TEST_F(PhantomToken, IsMadeForNobodyWithoutThePermission) {
  test::expect_refused(ask(client, tokens_for(client).access_token), 400, "unauthorized_client");
}

TEST_F(PhantomToken, IsMadeWhenAskedByNameAndGivesWayToTheSignedAnswer) {
  const auto token = tokens_for(client).access_token;
  EXPECT_EQ(ask(api, token, "*/*").fields.get("Content-Type"), "application/json");
  EXPECT_EQ(ask(api, token, "application/jwt;q=0").fields.get("Content-Type"), "application/json");
  EXPECT_EQ(ask(api, token, "application/jwt, application/token-introspection+jwt").fields.get("Content-Type"),
            "application/token-introspection+jwt");
}

TEST_F(PhantomToken, OfATokenWithoutAGrantHasAShortName) {
  const auto answer = token_as(client, {{"grant_type", "client_credentials"}, {"scope", "accounts"}});
  const auto phantom = read(ask(api, test::text_of(answer, "access_token")));
  EXPECT_EQ(phantom.jti.size(), 22U);
  EXPECT_EQ(phantom.sub, client.client_id);
}

TEST_F(PhantomToken, AndEveryOtherAnswerNameTheGrant) {
  const auto loot = tokens_for(client, "openid accounts offline_access");
  const auto first = test::text_of(introspect_as(api, loot.access_token), "jti");
  const auto again = test::text_of(refresh_as(client, loot.refresh_token), "access_token");
  const auto second = test::text_of(introspect_as(api, again), "jti");
  EXPECT_NE(first, second);
  EXPECT_NE(oauth::grant_of_jti(first), "");
  EXPECT_EQ(oauth::grant_of_jti(first), oauth::grant_of_jti(second));
}

class BearerPhantomToken : public PhantomToken {
 protected:
  BearerPhantomToken() : PhantomToken({test::issuer_config("main", "https://as.example", "openid")}) {}
};

TEST_F(BearerPhantomToken, IsABearerTokenAsItsTokenWas) {
  const auto unbound = add_client("unbound", {{"dpop_bound_access_tokens", nullptr}});
  const auto tokens = post_as(unbound, kTokenUrl, code_form(unbound, code_for(unbound)));
  const auto phantom = read(ask(api, test::text_of(tokens, "access_token")));
  EXPECT_FALSE(phantom.cnf.is_bound());
  EXPECT_EQ(phantom.exp, server.clock.now() + minutes{2});
}

}  // namespace
}  // namespace signet
