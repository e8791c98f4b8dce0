#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::body_of;
using test::expect_refused;
using test::TestClient;
using test::text_of;

class Userinfo : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  static std::string challenge_of(const http::Response& response) {
    std::string text;
    for (const auto one : response.fields.all("WWW-Authenticate")) text += std::string(one) + "\n";
    return text;
  }
  json::object claims_for(const test::Parameters& more) {
    return body_of(call_with_key(tokens_for(client, more).access_token, client.dpop_key));
  }
};

// RFC6750-3.1: who brings nothing is told what to bring, and no error
TEST_F(Userinfo, WithoutATokenSaysOnlyWhatIsNeeded) {
  const auto answer = server.get(kUserinfo);
  EXPECT_EQ(answer.status, 401);
  const std::string challenge = challenge_of(answer);
  EXPECT_TRUE(challenge.contains("DPoP realm=")) << challenge;
  EXPECT_TRUE(challenge.contains("Bearer realm=")) << challenge;
  EXPECT_TRUE(challenge.contains("algs=")) << challenge;
  EXPECT_FALSE(challenge.contains("error=")) << challenge;
}

// RFC9449-7.2
TEST_F(Userinfo, ABoundTokenIsRefusedAsBearer) {
  const auto loot = tokens_for(client);
  const auto answer = call("Bearer", loot.access_token);
  expect_refused(answer, 401, "invalid_token");
  EXPECT_TRUE(challenge_of(answer).contains("error=\"invalid_token\"")) << challenge_of(answer);
  const auto with_proof =
      call("Bearer", loot.access_token, proof(client.dpop_key, "GET", kUserinfo, loot.access_token));
  EXPECT_EQ(with_proof.status, 401);
}

// RFC6750-2.2, RFC6750-2.3, FAPI2-SP-FINAL-5.3.4
TEST_F(Userinfo, ATokenInQueryOrBodyIsRefused) {
  const auto loot = tokens_for(client);
  for (const auto& answer : {server.get(kUserinfo + "?access_token=" + loot.access_token),
                             server.get(kUserinfo + "?access%5Ftoken=" + loot.access_token),
                             server.post(kUserinfo, {{"access_token", loot.access_token}})}) {
    EXPECT_EQ(answer.status, 400);
    const std::string challenge = challenge_of(answer);  // RFC6750-3.1
    EXPECT_TRUE(challenge.starts_with("DPoP realm=") && challenge.contains("\nBearer realm=")) << challenge;
    EXPECT_TRUE(challenge.contains("error=\"invalid_request\"")) << challenge;
  }
  http::Fields fields;
  fields.set("Authorization", "DPoP " + loot.access_token);
  fields.set("DPoP", proof(client.dpop_key, "GET", kUserinfo, loot.access_token));
  EXPECT_GE(server.get(kUserinfo + "?access_token=" + loot.access_token, fields).status, 400)
      << "two places at once are one too many";
}

TEST_F(Userinfo, ATokenSentTwiceIsRefused) {
  const auto loot = tokens_for(client);
  http::Fields fields;
  fields.add("Authorization", "DPoP " + loot.access_token);
  fields.add("Authorization", "DPoP " + loot.access_token);
  fields.set("DPoP", proof(client.dpop_key, "GET", kUserinfo, loot.access_token));
  EXPECT_GE(server.get(kUserinfo, fields).status, 400);
}

// RFC9449-7.1
TEST_F(Userinfo, AFaultyProofIsAnsweredWithAChallengeForDpop) {
  const auto loot = tokens_for(client);
  const auto answer = call("DPoP", loot.access_token, proof(client.dpop_key, "GET", kUserinfo, "another token"));
  expect_refused(answer, 401, "invalid_dpop_proof");
  EXPECT_TRUE(challenge_of(answer).starts_with("DPoP ")) << challenge_of(answer);
  expect_refused(call_with_key(loot.access_token, thiefs_key), 401, "invalid_token");
}

// OIDC-5.3, RFC6750-3.1
TEST_F(Userinfo, ATokenWithoutOpenidIsNotEnough) {
  const auto answer = call_with_key(tokens_for(client, "accounts").access_token, client.dpop_key);
  expect_refused(answer, 403, "insufficient_scope");
  EXPECT_TRUE(challenge_of(answer).contains("scope=\"openid\"")) << challenge_of(answer);
}

TEST_F(Userinfo, ExpiredRevokedAndUnknownTokensAreRefusedAlike) {
  const auto revoked = tokens_for(client);
  (void)revoke_as(client, revoked.access_token);
  const auto expired = tokens_for(client);
  const auto of_revoked = call_with_key(revoked.access_token, client.dpop_key);
  server.clock.advance(minutes{10});
  const auto of_expired = call_with_key(expired.access_token, client.dpop_key);
  const auto of_unknown = call_with_key(std::string(43, 'x'), client.dpop_key);
  expect_refused(of_revoked, 401, "invalid_token");
  EXPECT_EQ(of_revoked.body, of_expired.body);
  EXPECT_EQ(of_revoked.body, of_unknown.body);
}

// RFC6750-3
TEST_F(Userinfo, OfADisabledAccountSaysNothingAndChallenges) {
  const auto loot = tokens_for(client);
  disable_account("account-ada");
  const auto answer = call_with_key(loot.access_token, client.dpop_key);
  expect_refused(answer, 401, "invalid_token");
  EXPECT_TRUE(challenge_of(answer).starts_with("DPoP ")) << challenge_of(answer);
  EXPECT_TRUE(challenge_of(answer).contains("error=\"invalid_token\"")) << challenge_of(answer);
}

// OIDC-5.4
TEST_F(Userinfo, TellsWhatTheScopesAllowAndNoMore) {
  EXPECT_EQ(render_json(claims_for({{"scope", "openid"}})), R"({"sub":"account-ada"})");
  const auto claims = claims_for({{"scope", "openid email"}});
  EXPECT_EQ(peek_string(claims, "email"), "ada@example.com");
  EXPECT_FALSE(claims.contains("name"));
}

// OIDC-5.5
TEST_F(Userinfo, TellsWhatTheClaimsParameterAskedForHere) {
  const auto here = claims_for({{"scope", "openid"}, {"claims", R"({"userinfo":{"name":null}})"}});
  EXPECT_EQ(peek_string(here, "name"), "Ada Lovelace");
  EXPECT_FALSE(here.contains("email"));
  const auto loot = tokens_for(client, {{"scope", "openid"}, {"claims", R"({"id_token":{"name":null}})"}});
  EXPECT_FALSE(body_of(call_with_key(loot.access_token, client.dpop_key)).contains("name"));
  const auto in_id_token = verified(loot.id_token);
  EXPECT_EQ(peek_string(in_id_token, "name"), "Ada Lovelace");
}

// OIDC-5.5, OIDC-5.1
TEST_F(Userinfo, AndTheIdTokenTellWhenTheAccountWasChangedLast) {
  const auto changed = to_unix_seconds(server.clock.now());
  server.clock.advance(hours{1});
  const auto loot = tokens_for(
      client, {{"scope", "openid"}, {"claims", R"({"id_token":{"updated_at":null},"userinfo":{"updated_at":null}})"}});
  EXPECT_EQ(body_of(call_with_key(loot.access_token, client.dpop_key)).at("updated_at").as_int64(), changed);
  const auto in_id_token = verified(loot.id_token);
  ASSERT_TRUE(in_id_token.contains("updated_at"));
  EXPECT_EQ(in_id_token.at("updated_at").as_int64(), changed);
}

TEST_F(Userinfo, AnswersPostAsItDoesGet) {
  const auto loot = tokens_for(client);
  http::Fields fields;
  fields.set("Authorization", "DPoP " + loot.access_token);
  fields.set("DPoP", proof(client.dpop_key, "POST", kUserinfo, loot.access_token));
  const auto answer = server.post(kUserinfo, {}, std::move(fields));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
}

class UserinfoOfAnotherIssuer : public Userinfo {
 protected:
  UserinfoOfAnotherIssuer()
      : Userinfo({test::issuer_config(), test::issuer_config("other", "https://as.example/other")}) {}
};

TEST_F(UserinfoOfAnotherIssuer, KnowsNothingOfTheToken) {
  const auto loot = tokens_for(client);
  const std::string url = "https://as.example/other/userinfo";
  http::Fields fields;
  fields.set("Authorization", "DPoP " + loot.access_token);
  fields.set("DPoP", proof(client.dpop_key, "GET", url, loot.access_token));
  expect_refused(server.get(url, std::move(fields)), 401, "invalid_token");
}

class BearerUserinfo : public Userinfo {
 protected:
  BearerUserinfo() : Userinfo({test::issuer_config("main", "https://as.example", "openid")}) {}
};

// RFC9449-7.1: a scheme that promises a key needs one
TEST_F(BearerUserinfo, AnUnboundTokenIsRefusedUnderTheSchemeDpop) {
  const TestClient free = add_client("free", {{"dpop_bound_access_tokens", nullptr}});
  const auto token = text_of(post_as(free, kToken, code_form(free, code_for(free))), "access_token");
  EXPECT_EQ(call_with_key(token, free.dpop_key).status, 401);
  EXPECT_EQ(call("Bearer", token).status, 200);
  EXPECT_EQ(call("bearer", token).status, 200) << "the scheme is compared without case (RFC9110-11.1)";
}

}  // namespace
}  // namespace signet
