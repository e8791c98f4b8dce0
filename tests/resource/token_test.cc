#include "oauth/replay.h"
#include "resource/resource_fixture.h"

namespace signet::test {
namespace {

using OpaqueToken = ResourceFixture;
using JwtToken = ResourceFixture;

TEST_F(OpaqueToken, AnInactiveOneIsRefused) {
  server_.introspection.active = false;
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(OpaqueToken, OneForAnotherApiIsRefused) {
  server_.introspection.aud = {"https://other.test"};
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(OpaqueToken, OneWithoutTheScopeIsRefusedWith403) {
  server_.introspection.scope = {"payments"};
  EXPECT_EQ(status(make_request("opaque")), 403);
}

TEST_F(OpaqueToken, AnUnsignedAnswerIsNoAnswer) {
  server_.on("/introspect", http::make_json_response(200, R"({"active":true,"sub":"alice"})"));
  EXPECT_EQ(status(make_request("opaque")), 503);
}

TEST_F(OpaqueToken, AnAnswerSignedBySomebodyElseIsNoAnswer) {
  server_.signer = new_signer("k1");
  EXPECT_EQ(status(make_request("opaque")), 503);
}

TEST_F(OpaqueToken, AnAnswerForAnotherApiIsNoAnswer) {
  server_.client_id = "another-api";
  EXPECT_EQ(status(make_request("opaque")), 503);
}

TEST_F(OpaqueToken, AnAnswerAboutATokenOfAnotherIssuerIsRefused) {
  server_.introspection.iss = "https://evil.test";
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(OpaqueToken, AServerThatFailsIsA503AndNeverAPass) {
  for (const int failure : {302, 400, 401, 500, 503}) {
    server_.on("/introspect", http::Response{.status = failure, .fields = {}, .body = {}});
    const auto verdict = check(make_request("opaque"));
    const auto response = resource::render_refusal(std::get<verify::Refusal>(verdict));
    EXPECT_EQ(response.status, 503) << failure;
    EXPECT_EQ(response.fields.get("Retry-After"), "1");
    EXPECT_EQ(response.fields.count("WWW-Authenticate"), 0U);
  }
}

TEST_F(OpaqueToken, AServerThatCannotBeReachedIsA503) {
  server_.on("/introspect", [](const net::OutgoingRequest&) -> Result<http::Response> {
    return fail(ErrorCode::Timeout, "no answer");
  });
  EXPECT_EQ(status(make_request("opaque")), 503);
}

TEST_F(OpaqueToken, AnAnswerIsKeptForSecondsAndPossessionIsCheckedAfterIt) {
  EXPECT_EQ(status(make_request("opaque")), 200);
  EXPECT_EQ(status(make_request("opaque")), 200);
  EXPECT_EQ(server_.count("/introspect"), 1U);
  key_ = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();  // a thief has the token only
  EXPECT_EQ(status(make_request("opaque")), 401);
  EXPECT_EQ(server_.count("/introspect"), 1U);
}

TEST_F(OpaqueToken, ARevokedOneStopsWorkingWhenTheKeptAnswerEnds) {
  EXPECT_EQ(status(make_request("opaque")), 200);
  server_.introspection.active = false;
  clock_.advance(seconds{5});
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(OpaqueToken, AKeptAnswerDoesNotOutliveTheToken) {
  server_.introspection.exp = clock_.now() + seconds{2};
  EXPECT_EQ(status(make_request("opaque")), 200);
  clock_.advance(seconds{40});
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(OpaqueToken, TheQuestionIsAskedWithTheApisOwnCredential) {
  (void)check(make_request("opaque"));
  const http::Form form = server_.last_form("/introspect");
  EXPECT_EQ(form.find("token"), "opaque");
  EXPECT_EQ(form.find("client_id"), "api");
  EXPECT_EQ(read_claims(*form.find("client_assertion")).aud, std::vector<std::string>{"https://as.test"});
}

TEST_F(JwtToken, AGoodOneNeedsNoIntrospection) {
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  EXPECT_EQ(server_.count("/introspect"), 0U);
  EXPECT_EQ(server_.count("/jwks"), 1U);
}

TEST_F(JwtToken, OneWrongClaimIsEnough) {
  const auto refused = [&](auto change) { return status(make_request(make_jwt(change))); };
  EXPECT_EQ(refused([](auto& token) { token.iss = "https://evil.test"; }), 401);
  EXPECT_EQ(refused([](auto& token) { token.aud = {"https://other.test"}; }), 401);
  EXPECT_EQ(refused([&](auto& token) { token.exp = clock_.now() - minutes{5}; }), 401);
  EXPECT_EQ(refused([&](auto& token) { token.iat = clock_.now() + hours{1}; }), 401);
  EXPECT_EQ(refused([](auto& token) { token.cnf = {}; }), 401);
  EXPECT_EQ(refused([](auto& token) { token.scope = {"payments"}; }), 403);
}

TEST_F(JwtToken, OneOfAStrangerCausesNoFetch) {
  (void)check(make_request(make_jwt([](auto& token) { token.iss = "https://evil.test"; })));
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(JwtToken, OneSignedBySomebodyElseIsRefused) {
  server_.signer = new_signer("k1");
  EXPECT_EQ(status(make_request(make_jwt())), 401);
}

TEST_F(JwtToken, AnIdTokenIsNoAccessToken) {
  const auto token = make_jwt();
  const auto payload = std::string(jose::UnverifiedJws::parse(token).value().peek_payload());
  EXPECT_EQ(status(make_request(server_.sign("JWT", payload))), 401);
}

TEST_F(JwtToken, ANewSigningKeyIsFetchedOnceAndFloodsOfUnknownKeysAreNot) {
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  clock_.advance(seconds{11});
  server_.signer = new_signer("k2");
  server_.published.push_back(server_.signer);
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  EXPECT_EQ(server_.count("/jwks"), 2U);
  server_.signer = new_signer("made-up");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status(make_request(make_jwt())), 401);
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

// OIDC-10.1: an issuer with one key need not name it
TEST_F(JwtToken, ANewSigningKeyThatIsNotNamedIsFetchedOnceAndFloodsOfForgeriesAreNot) {
  publish_nameless_key();
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  clock_.advance(seconds{11});
  publish_nameless_key();
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  EXPECT_EQ(server_.count("/jwks"), 2U);
  clock_.advance(seconds{11});
  server_.signer = new_signer("");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status(make_request(make_jwt())), 401);
  EXPECT_EQ(server_.count("/jwks"), 3U);
}

TEST_F(OpaqueToken, AnAnswerSignedByANewKeyThatIsNotNamedIsBelieved) {
  publish_nameless_key();
  EXPECT_EQ(status(make_request("one")), 200);
  clock_.advance(seconds{11});
  publish_nameless_key();
  EXPECT_EQ(status(make_request("two")), 200);
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

TEST_F(JwtToken, WithoutKeysItIsA503) {
  server_.on("/jwks", http::Response{.status = 500, .fields = {}, .body = {}});
  EXPECT_EQ(status(make_request(make_jwt())), 503);
}

TEST_F(JwtToken, KeysAreUsedForAWhileWhenTheServerIsGone) {
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  server_.on("/jwks", http::Response{.status = 500, .fields = {}, .body = {}});
  clock_.advance(minutes{20});
  EXPECT_EQ(status(make_request(make_jwt())), 200);
  clock_.advance(hours{2});
  EXPECT_EQ(status(make_request(make_jwt())), 503);
}

resource::ResourceConfig make_revocation_config() {
  auto config = make_resource_config();
  config.introspect_jwt = true;
  return config;
}

class RevocableJwt : public ResourceFixture {
 protected:
  RevocableJwt() : ResourceFixture(make_revocation_config()) {}
};

// FAPI2-SP-FINAL-5.3.4
TEST_F(RevocableJwt, ARevokedOneIsRefusedThoughItsSignatureIsGood) {
  server_.introspection.active = false;
  EXPECT_EQ(status(make_request(make_jwt())), 401);
}

resource::ResourceConfig make_json_config() {
  auto config = make_resource_config();
  config.issuers.front().format = resource::IntrospectionFormat::Json;
  return config;
}

class PlainIntrospection : public ResourceFixture {
 protected:
  PlainIntrospection() : ResourceFixture(make_json_config()) {}
};

TEST_F(PlainIntrospection, AJsonAnswerIsEnoughWhereItIsConfigured) {
  EXPECT_EQ(status(make_request("opaque")), 200);
  EXPECT_EQ(server_.last("/introspect").fields.get("Accept"), "application/json");
}

TEST_F(OpaqueToken, AStrongerLoginIsDemandedInTheChallenge) {
  const auto payments = api_->guard({.scope = {"accounts"}, .step_up = {.acr_values = {"mfa"}, .max_age = {}}});
  const auto verdict = run_blocking(payments.check(make_request("opaque"), std::string(kAccounts)));
  const auto response = resource::render_refusal(std::get<verify::Refusal>(verdict));
  EXPECT_EQ(response.status, 401);
  const auto challenges = oauth::parse_challenges(response.fields.all("WWW-Authenticate")).value();
  EXPECT_EQ(oauth::find_step_up(challenges)->acr_values, std::vector<std::string>{"mfa"});
}

// RFC9728-3, RFC9728-3.1
TEST_F(OpaqueToken, TheMetadataSaysWhoIssuesTokensAndHowTheyAreBound) {
  EXPECT_EQ(api_->metadata_path(), "/.well-known/oauth-protected-resource");
  const auto document = parse_json_object(api_->metadata_response().body).value();
  EXPECT_EQ(peek_string(document, "resource"), kApi);
  EXPECT_EQ(document.at("authorization_servers"), json::array{"https://as.test"});
  EXPECT_TRUE(document.at("tls_client_certificate_bound_access_tokens").as_bool());
}

TEST(ResourceConfig, WhatCannotWorkOrLeaksTokensIsRefused) {
  const auto refuses = [](auto change) {
    auto config = make_resource_config();
    change(config);
    return !resource::check_resource_config(config).has_value();
  };
  EXPECT_TRUE(refuses([](auto& config) { config.resource = "http://api.test"; }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers.clear(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers.push_back(config.issuers.front()); }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers.front().issuer = "http://as.test"; }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers.front().introspection->signer.reset(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.accept_dpop = config.accept_mtls = false; }));
  EXPECT_TRUE(refuses([](auto& config) {
    config.introspect_jwt = true;
    config.issuers.front().introspection.reset();
  }));
  EXPECT_FALSE(refuses([](auto&) {}));
}

TEST(ReplayMemory, AProofThatIsMadeAnewWithTheSameJtiIsAReplay) {
  resource::ReplayMemory memory(100);
  const auto name = [](Instant until) {
    return oauth::replay_hash(oauth::ReplayKind::DpopProof, "https://api.example", "jkt", "jti", until);
  };
  const Instant now = from_unix_seconds(1'800'000'000);
  EXPECT_EQ(memory.remember(name(now + seconds{60}), now + seconds{60}, now), verify::Seen::First);
  EXPECT_EQ(memory.remember(name(now + seconds{61}), now + seconds{61}, now + seconds{1}), verify::Seen::Again);
}

TEST(ReplayMemory, AFullMemoryRefusesInsteadOfForgetting) {
  resource::ReplayMemory memory(0);  // one entry a shard
  const Instant now = from_unix_seconds(1000);
  Digest256 first{};
  Digest256 second{};
  second[10] = 1;
  EXPECT_EQ(memory.remember(first, now + seconds{60}, now).value(), verify::Seen::First);
  EXPECT_EQ(memory.remember(first, now + seconds{60}, now).value(), verify::Seen::Again);
  EXPECT_EQ(memory.remember(second, now + seconds{60}, now).error().code, ErrorCode::Overloaded);
  EXPECT_EQ(memory.remember(second, now + seconds{90}, now + seconds{61}).value(), verify::Seen::First);
}

TEST(IntrospectionCache, AFullCacheDropsWhatEndsFirstAndStaysWithinItsBound) {
  resource::IntrospectionCache cache({.active_lifetime = seconds{5}, .inactive_lifetime = seconds{1}, .capacity = 16});
  const Instant now = from_unix_seconds(1000);
  oauth::IntrospectionResponse active;
  active.active = true;
  std::size_t kept = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto token = oauth::TokenHash::of("t" + std::to_string(i));
    cache.keep(token, active, now);
    EXPECT_TRUE(cache.find(token, now));
  }
  for (int i = 0; i < 1000; ++i) kept += cache.find(oauth::TokenHash::of("t" + std::to_string(i)), now).has_value();
  EXPECT_LE(kept, 32U);
  EXPECT_GT(kept, 8U);
}

}  // namespace
}  // namespace signet::test
