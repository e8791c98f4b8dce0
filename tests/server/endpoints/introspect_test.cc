#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::body_of;
using test::error_of;
using test::Parameters;
using test::TestClient;
using test::with;

class Introspect : public AttackTest {
 protected:
  Introspect() {
    make_resource_server(api, std::string(test::kIssuer));
    make_resource_server(other_api, "https://other-api.example");
  }
  void make_resource_server(TestClient& one, const std::string& resource) {
    one.metadata.erase("redirect_uris");
    one.metadata.erase("response_types");
    one.metadata.erase("dpop_bound_access_tokens");
    one.metadata["grant_types"] = json::array{};
    one.metadata["resource"] = json::array{json::string(resource)};
    one.metadata["introspection_allowed"] = true;
    server.register_client(one);
  }
  http::Response ask(const TestClient& asker, const std::string& token, const std::string& accept = "") {
    http::Fields fields;
    if (!accept.empty()) fields.set("Accept", accept);
    const Parameters form = asker.authenticate(test::kIssuer, server.clock.now(), server.random);
    return server.post(std::string(test::kIssuer) + "/introspect", with(form, {{"token", token}}), std::move(fields));
  }

  TestClient api{"api", "https://api.example/callback"};
  TestClient other_api{"other-api", "https://other-api.example/callback"};
};

// RFC7662-2
TEST_F(Introspect, AClientThatIsNoResourceServerLearnsNothing) {
  const auto loot = log_in();
  const auto answer = ask(client, loot.access_token);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "unauthorized_client") << "its key is not what is wrong";
  EXPECT_TRUE(answer.body.contains("introspection_allowed")) << answer.body;
}

TEST_F(Introspect, NobodyLearnsAnythingWithoutAuthentication) {
  const auto loot = log_in();
  const auto answer =
      server.post(std::string(test::kIssuer) + "/introspect", {{"client_id", "api"}, {"token", loot.access_token}});
  EXPECT_EQ(answer.status, 401);
}

// RFC9701-5
TEST_F(Introspect, AResourceServerLearnsNothingOfTokensForAnother) {
  const auto loot = log_in();
  EXPECT_EQ(ask(other_api, loot.access_token).body, R"({"active":false})");
}

// RFC7662-2.2
TEST_F(Introspect, UnknownExpiredRevokedAndRefreshTokensAreInactiveAndNothingElse) {
  const auto loot = log_in();
  EXPECT_EQ(ask(api, "unknown").body, R"({"active":false})");
  EXPECT_EQ(ask(api, loot.refresh_token).body, R"({"active":false})");
  const auto revoked =
      server.post(std::string(test::kIssuer) + "/revoke", authenticated({{"token", loot.access_token}}));
  EXPECT_EQ(revoked.status, 200);
  EXPECT_EQ(ask(api, loot.access_token).body, R"({"active":false})");
  const auto second = log_in();
  server.clock.advance(hours{1});
  EXPECT_EQ(ask(api, second.access_token).body, R"({"active":false})");
}

// RFC9449-6.2, RFC9470-6.2
TEST_F(Introspect, TellsTheBindingAndTheLoginOfAnActiveToken) {
  const auto loot = log_in();
  const auto body = body_of(ask(api, loot.access_token));
  EXPECT_TRUE(body.at("active").as_bool());
  EXPECT_EQ(peek_string(body, "token_type"), "DPoP");
  EXPECT_EQ(peek_string(body.at("cnf").as_object(), "jkt"), test::jkt_of(client.dpop_key));
  EXPECT_TRUE(body.contains("auth_time"));
  EXPECT_EQ(peek_string(body, "client_id"), client.client_id);
}

// RFC9701-4
TEST_F(Introspect, AnswersSignedWhenAskedByMediaTypeAndOnlyThen) {
  const auto loot = log_in();
  const auto answer = ask(api, loot.access_token, "application/token-introspection+jwt");
  EXPECT_EQ(answer.fields.get("Content-Type"), "application/token-introspection+jwt");
  const auto jws = test::value_of(jose::UnverifiedJws::parse(answer.body));
  EXPECT_TRUE(jws.verify(server.issuer().keys()->published));
  EXPECT_EQ(ask(api, loot.access_token, "*/*").fields.get("Content-Type"), "application/json");
}

}  // namespace
}  // namespace signet
