// What an issuer signs with may change after its clients were registered.
#include "server/signing_wishes.h"

#include "oauth/jwt_introspection_rfc9701.h"
#include "server/back_channel.h"

namespace signet {
namespace {

using crypto::SignatureAlgorithm;
using test::expect_refused;
using test::TestClient;
using test::text_of;
using test::with;

server::IssuerConfig issuer_that_signs_with(SignatureAlgorithm algorithm) {
  auto config = test::issuer_config();
  config.signing_algorithms = {algorithm};
  return config;
}

std::unique_ptr<const server::KeyRing> make_ring(SignatureAlgorithm algorithm) {
  auto ring = std::make_unique<server::KeyRing>();
  ring->current.push_back({test::value_of(crypto::PrivateKey::generate(algorithm)), algorithm, "new-key"});
  ring->published = jose::JwkSet({test::public_jwk(ring->current.front())});
  return ring;
}

/// The issuer signs with EdDSA by now; clients that have asked for ES256 are from before.
class SigningWishes : public test::BackChannelTest {
 protected:
  SigningWishes() : BackChannelTest({issuer_that_signs_with(SignatureAlgorithm::EdDSA)}) {
    server.issuer().set_keys(make_ring(SignatureAlgorithm::EdDSA));
  }
  void expect_gone(const http::Response& answer, const std::string& member) {
    expect_refused(answer, 400, "unauthorized_client");
    EXPECT_TRUE(text_of(answer, "error_description").contains(member)) << answer.body;
    EXPECT_FALSE(server.logged().contains("server.bug"));
  }
  http::Response ask(const TestClient& who, std::string_view accept) {
    http::Fields fields;
    fields.set("Accept", accept);
    const std::string token = tokens_for(client).access_token;
    return server.post(std::string(test::kIssuer) + "/introspect", with(credentials_of(who), {{"token", token}}),
                       std::move(fields));
  }
  static SignatureAlgorithm algorithm_of(const std::string& jws) {
    return test::value_of(jose::UnverifiedJws::parse(jws)).header().alg;
  }
};

TEST_F(SigningWishes, ForAnAlgorithmThatIsGoneAreRefusedByTheirName) {
  const auto jwt = add_client("jwt", {{"access_token_format", "jwt"}, {"access_token_signed_response_alg", "ES256"}});
  expect_gone(redeem_as(jwt, code_for(jwt)), "access_token_signed_response_alg");
  const auto id = add_client("id", {{"id_token_signed_response_alg", "ES256"}});
  expect_gone(redeem_as(id, code_for(id)), "id_token_signed_response_alg");
  TestClient old_api("old-api", "https://old-api.example/callback");
  old_api.metadata["introspection_signed_response_alg"] = "ES256";
  register_api(old_api, {std::string(test::kIssuer)});
  for (const std::string_view accept : {oauth::kIntrospectionJwtMediaType, std::string_view("application/jwt")}) {
    expect_gone(ask(old_api, accept), "introspection_signed_response_alg");
  }
}

TEST_F(SigningWishes, NoneFollowsTheIssuersDefault) {
  const auto jwt = add_client("jwt", {{"access_token_format", "jwt"}});
  const auto loot = tokens_for(jwt);
  EXPECT_EQ(algorithm_of(loot.access_token), SignatureAlgorithm::EdDSA);
  EXPECT_EQ(algorithm_of(loot.id_token), SignatureAlgorithm::EdDSA);
  for (const std::string_view accept : {oauth::kIntrospectionJwtMediaType, std::string_view("application/jwt")}) {
    EXPECT_EQ(algorithm_of(ask(api, accept).body), SignatureAlgorithm::EdDSA) << accept;
  }
}

TEST_F(SigningWishes, ThatAreNotServedAnyMoreAreListedByClient) {
  add_client("fine", {{"id_token_signed_response_alg", "EdDSA"}});
  add_client("old", {{"id_token_signed_response_alg", "ES256"}});
  const auto listed =
      test::value_of(run_blocking(server::list_unserved_clients(server.store, server.issuer().config())));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].client_id, "old");
  EXPECT_EQ(listed[0].member, "id_token_signed_response_alg");
  EXPECT_EQ(listed[0].algorithm, "ES256");
}

}  // namespace
}  // namespace signet
