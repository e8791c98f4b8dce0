#include "oauth/jwt_introspection_rfc9701.h"
#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::TestClient;
using test::with;

constexpr std::string_view kInactive = R"({"active":false})";

class Introspection : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  std::string token_for_jwt_client() { return tokens_for(with_jwt).access_token; }
  http::Response ask_signed(const TestClient& who, const std::string& token) {
    http::Fields fields;
    fields.set("Accept", oauth::kIntrospectionJwtMediaType);
    return server.post(std::string(test::kIssuer) + "/introspect", with(credentials_of(who), {{"token", token}}),
                       std::move(fields));
  }
  Result<oauth::IntrospectionResponse> verify(const std::string& jwt, std::string_view resource_server) {
    constexpr crypto::SignatureAlgorithm kAlgorithms[] = {crypto::SignatureAlgorithm::ES256};
    return oauth::verify_introspection_jwt(jwt, server.issuer().keys()->published,
                                           {.issuer = test::kIssuer,
                                            .resource_server = resource_server,
                                            .now = server.clock.now(),
                                            .algorithms = kAlgorithms});
  }
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
};

TEST_F(Introspection, AQuestionWithoutATokenIsRefused) {
  expect_refused(introspect_as(api, ""), 400, "invalid_request");
}

// RFC7662-2.2
TEST_F(Introspection, WhatCannotBeATokenIsInactive) {
  for (const std::string& token : {std::string("a b"), std::string("\xc3\xa9"), std::string(20'000, 'a')}) {
    const auto answer = introspect_as(api, token);
    EXPECT_EQ(answer.status, 200) << token.substr(0, 10);
    EXPECT_EQ(answer.body, kInactive) << token.substr(0, 10);
  }
}

TEST_F(Introspection, AnAssertionAnswersOneQuestion) {
  const auto form = with(credentials_of(api), {{"token", "unknown"}});
  const std::string url = std::string(test::kIssuer) + "/introspect";
  EXPECT_EQ(server.post(url, form).body, kInactive);
  expect_refused(server.post(url, form), 401, "invalid_client");
}

// RFC9701-5
TEST_F(Introspection, AJwtForAnotherApiIsInactive) {
  TestClient other("other-api", "https://other-api.example/");
  register_api(other, {"https://other-api.example"});
  EXPECT_EQ(introspect_as(other, token_for_jwt_client()).body, kInactive);
}

// RFC7662-2.2: whom else the token is for is no business of this API
TEST_F(Introspection, AnApiLearnsNothingOfTheOtherApis) {
  const std::string other = "https://other-api.example";
  for (const char* const format : {"opaque", "jwt"}) {
    const TestClient two = add_client(std::string("two-") + format,
                                      {{"access_token_format", format},
                                       {"resource", json::value_from(std::vector{std::string(test::kIssuer), other})}});
    const auto token = tokens_for(two).access_token;
    EXPECT_EQ(test::text_of(introspect_as(api, token), "aud"), test::kIssuer);
    EXPECT_FALSE(introspect_as(api, token).body.contains(other));
    EXPECT_EQ(test::value_of(verify(ask_signed(api, token).body, "api")).aud,
              std::vector<std::string>{std::string(test::kIssuer)});
  }
}

// Who names no resource asks for tokens of the issuer's default audience, and answers for it
TEST_F(Introspection, AResourceServerThatNamesNoResourceIsTheApiOfTokensThatNameNone) {
  TestClient nameless("nameless", "https://nameless.example/");
  register_api(nameless, {});
  EXPECT_TRUE(test::body_of(introspect_as(nameless, tokens_for(client).access_token)).at("active").as_bool());
  const TestClient named = add_client("named", {{"resource", {"https://named.example"}}});
  EXPECT_EQ(introspect_as(nameless, tokens_for(named).access_token).body, kInactive);
}

TEST_F(Introspection, AJwtOfAnotherSignerIsInactive) {
  const auto text = token_for_jwt_client();
  const auto payload = std::string(test::value_of(jose::UnverifiedJws::parse(text)).peek_payload());
  auto forger = test::make_signer("server-key");
  EXPECT_EQ(introspect_as(api, test::value_of(jose::sign_jws(forger, "at+jwt", payload))).body, kInactive);
  EXPECT_EQ(introspect_as(api, text.substr(0, text.rfind('.') + 1)).body, kInactive);
}

TEST_F(Introspection, ARevokedJwtIsInactive) {
  const auto token = token_for_jwt_client();
  EXPECT_TRUE(is_active(token));
  EXPECT_EQ(revoke_as(with_jwt, token).status, 200);
  EXPECT_EQ(introspect_as(api, token).body, kInactive);
}

// RFC7662-2.2
TEST_F(Introspection, SaysNothingOfTheUserButTheSubject) {
  for (const std::string& token : {tokens_for(client, "openid email accounts").access_token, token_for_jwt_client()}) {
    const auto answer = introspect_as(api, token);
    EXPECT_FALSE(answer.body.contains("username"));
    EXPECT_FALSE(answer.body.contains("ada@example.com"));
    EXPECT_FALSE(answer.body.contains("Lovelace"));
    EXPECT_EQ(test::text_of(answer, "sub"), "account-ada");
    EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  }
}

// RFC7662-2.2
TEST_F(Introspection, SaysTheSameOfAnOpaqueTokenAndAJwt) {
  const auto opaque = introspect(tokens_for(client).access_token);
  const auto jwt = introspect(token_for_jwt_client());
  for (const char* const name : {"active", "iss", "sub", "token_type", "scope", "aud", "exp", "iat", "auth_time"}) {
    ASSERT_TRUE(opaque.contains(name) && jwt.contains(name)) << name;
    EXPECT_EQ(opaque.at(name), jwt.at(name)) << name;
  }
  EXPECT_EQ(peek_string(jwt.at("cnf").as_object(), "jkt"), test::jkt_of(with_jwt.dpop_key));
}

// RFC9701-5
TEST_F(Introspection, ASignedAnswerIsForTheOneWhoAsked) {
  const auto token = tokens_for(client).access_token;
  const auto answer = ask_signed(api, token);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.fields.get("Content-Type"), oauth::kIntrospectionJwtMediaType);
  EXPECT_FALSE(verify(answer.body, "somebody-else"));
  const auto known = test::value_of(verify(answer.body, "api"));
  EXPECT_TRUE(known.active);
  EXPECT_EQ(known.client_id, client.client_id);
}

TEST_F(Introspection, ASignedAnswerAboutAnUnknownTokenSaysOnlyThat) {
  const auto answer = ask_signed(api, "unknown");
  EXPECT_FALSE(test::value_of(verify(answer.body, "api")).active);
  const auto claims = verified(answer.body);
  EXPECT_EQ(render_json(claims.at("token_introspection")), kInactive);
  EXPECT_FALSE(claims.contains("sub"));
  EXPECT_FALSE(claims.contains("exp"));
}

class IntrospectionElsewhere : public Introspection {
 protected:
  IntrospectionElsewhere()
      : Introspection({test::issuer_config(), test::issuer_config("other", "https://as.example/other")}) {
    register_api(api, {std::string(test::kIssuer)}, "other");
  }
};

TEST_F(IntrospectionElsewhere, TokensOfAnotherIssuerAreInactive) {
  for (const std::string& token : {tokens_for(client).access_token, token_for_jwt_client()}) {
    const auto answer = post_as(api, "https://as.example/other/introspect", {{"token", token}});
    EXPECT_EQ(answer.body, kInactive);
    EXPECT_TRUE(is_active(token));
  }
}

class IntrospectionByDefault : public Introspection {
 protected:
  IntrospectionByDefault() : Introspection({with_default_resource()}) {}
  static server::IssuerConfig with_default_resource() {
    auto config = test::issuer_config();
    config.default_resource = {"https://bank.example"};
    return config;
  }
};

TEST_F(IntrospectionByDefault, AResourceServerThatNamesNoResourceIsTheDefaultOne) {
  TestClient nameless("nameless", "https://nameless.example/");
  register_api(nameless, {});
  const auto token = tokens_for(client).access_token;
  EXPECT_EQ(test::text_of(introspect_as(nameless, token), "aud"), "https://bank.example");
  EXPECT_EQ(introspect_as(api, token).body, kInactive) << "it is registered for the issuer itself";
}

}  // namespace
}  // namespace signet
