#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::body_of;

class Metadata : public test::AttackTest {
 protected:
  json::object document() {
    return body_of(server.get(std::string(test::kIssuer) + "/.well-known/openid-configuration"));
  }
};

// RFC9126-5, RFC9207-3, OIDC-DISCOVERY-3
TEST_F(Metadata, SaysThatRequestsArePushedAndAnswersNameTheirIssuer) {
  const auto metadata = document();
  EXPECT_EQ(peek_string(metadata, "issuer"), test::kIssuer);
  EXPECT_TRUE(metadata.at("require_pushed_authorization_requests").as_bool());
  EXPECT_TRUE(metadata.at("authorization_response_iss_parameter_supported").as_bool());
  EXPECT_EQ(peek_string(metadata, "pushed_authorization_request_endpoint"), kPar);
  EXPECT_EQ(render_json(metadata.at("code_challenge_methods_supported")), R"(["S256"])");
  EXPECT_EQ(render_json(metadata.at("response_types_supported")), R"(["code"])");
}

// RFC9449-5.1, RFC9701-7, FAPI2-SP-FINAL-5.4.1
TEST_F(Metadata, OffersNoAlgorithmThatTheProfileForbids) {
  for (const auto& [name, value] : document()) {
    if (!std::string_view(name).ends_with("_alg_values_supported")) continue;
    ASSERT_TRUE(value.is_array()) << std::string_view(name);
    EXPECT_FALSE(value.get_array().empty()) << std::string_view(name);
    for (const auto& algorithm : value.get_array()) {
      static const std::vector<std::string> kAllowed = {"ES256", "PS256", "EdDSA", "Ed25519"};
      const std::string offered(std::string_view(algorithm.as_string()));
      EXPECT_TRUE(contains(kAllowed, offered)) << std::string_view(name) << " " << offered;
    }
  }
  EXPECT_TRUE(document().contains("dpop_signing_alg_values_supported"));
  EXPECT_TRUE(document().contains("introspection_signing_alg_values_supported"));
}

// RFC8414-3, OIDC-DISCOVERY-4
TEST_F(Metadata, IsTheSameAtBothOfItsAddresses) {
  const auto oauth = server.get(std::string(test::kIssuer) + "/.well-known/oauth-authorization-server");
  EXPECT_EQ(oauth.status, 200);
  EXPECT_EQ(render_json(body_of(oauth)), render_json(document()));
}

TEST_F(Metadata, NamesNoMethodWithASharedSecret) {
  for (const auto& method : document().at("token_endpoint_auth_methods_supported").as_array()) {
    const std::string_view name = method.as_string();
    EXPECT_FALSE(name.starts_with("client_secret") || name == "none") << name;
  }
}

}  // namespace
}  // namespace signet
