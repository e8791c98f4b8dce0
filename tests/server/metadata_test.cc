#include "base/text.h"
#include "server/back_channel.h"

namespace signet {
namespace {

using test::body_of;
using test::issuer_config;
using test::TestServer;

json::object document_of(server::IssuerConfig config) {
  TestServer server({std::move(config)});
  return body_of(server.get("/.well-known/openid-configuration"));
}
bool offers(const json::object& document, std::string_view name, std::string_view value) {
  return contains(test::value_of(find_strings(document, name)).value_or(std::vector<std::string>{}), value);
}

// FAPI2-SP-FINAL-5.3.2.1: what is not allowed is not offered
TEST(Discovery, OffersPublicClientsOnlyWhereTheProfileHasThem) {
  EXPECT_FALSE(offers(document_of(issuer_config()), "token_endpoint_auth_methods_supported", "none"));
  const auto laxer = document_of(issuer_config("main", "https://as.example", "openid"));
  EXPECT_TRUE(offers(laxer, "token_endpoint_auth_methods_supported", "none"));
  EXPECT_FALSE(offers(laxer, "introspection_endpoint_auth_methods_supported", "none")) << "RFC7662-2.1";
}

TEST(Discovery, OfAnIssuerWithoutOpenidSaysNothingOfUsers) {
  TestServer server({issuer_config("main", "https://as.example", "oauth2")});
  const auto document = body_of(server.get("/.well-known/oauth-authorization-server"));
  EXPECT_FALSE(document.contains("userinfo_endpoint"));
  EXPECT_FALSE(document.contains("id_token_signing_alg_values_supported"));
  EXPECT_FALSE(offers(document, "scopes_supported", "openid"));
  EXPECT_TRUE(offers(document, "scopes_supported", "accounts"));
}

// OIDC-DISCOVERY-4: what is no OpenID provider does not answer as one
TEST(Discovery, OfAnIssuerWithoutOpenidIsNotThatOfAProvider) {
  auto config = issuer_config("main", "https://as.example", "oauth2");
  config.mtls_url = "https://mtls.as.example";
  TestServer server({config, issuer_config("other", "https://other.example/openid", "openid")});
  EXPECT_EQ(server.get("https://as.example/.well-known/openid-configuration").status, 404);
  for (const char* const method : {"GET", "POST", "OPTIONS"})
    EXPECT_EQ(server.send(server.make_request(method, "https://as.example/userinfo")).status, 404) << method;
  const auto document = body_of(server.get("https://as.example/.well-known/oauth-authorization-server"));
  const auto& aliases = document.at("mtls_endpoint_aliases").as_object();
  EXPECT_FALSE(aliases.contains("userinfo_endpoint"));
  EXPECT_TRUE(aliases.contains("token_endpoint"));
  EXPECT_EQ(server.get("https://other.example/openid/.well-known/openid-configuration").status, 200);
}

// RFC8705-3.3: what nobody can use is not offered
TEST(Discovery, OffersNothingByCertificateWhereNoneCanArrive) {
  auto config = issuer_config();
  config.mutual_tls = false;
  const auto document = document_of(config);
  const auto* bound = document.if_contains("tls_client_certificate_bound_access_tokens");
  EXPECT_TRUE(bound == nullptr || !bound->as_bool());
  for (const std::string endpoint : {"token", "introspection", "revocation"}) {
    const std::string name = endpoint + "_endpoint_auth_methods_supported";
    EXPECT_FALSE(offers(document, name, "tls_client_auth")) << name;
    EXPECT_FALSE(offers(document, name, "self_signed_tls_client_auth")) << name;
    EXPECT_TRUE(offers(document, name, "private_key_jwt")) << name;
  }
  EXPECT_TRUE(document_of(issuer_config()).at("tls_client_certificate_bound_access_tokens").as_bool());
  EXPECT_TRUE(offers(document_of(issuer_config()), "token_endpoint_auth_methods_supported", "tls_client_auth"));
}

// RFC8705-5
TEST(Discovery, NamesTheAddressesForCertificatesWhereThereAreSome) {
  EXPECT_FALSE(document_of(issuer_config()).contains("mtls_endpoint_aliases"));
  auto config = issuer_config("main", "https://as.example/bank");
  config.mtls_url = "https://mtls.as.example";
  TestServer server({config});
  const auto document = body_of(server.get("https://as.example/bank/.well-known/openid-configuration"));
  const auto& aliases = document.at("mtls_endpoint_aliases").as_object();
  EXPECT_EQ(peek_string(aliases, "token_endpoint"), "https://mtls.as.example/bank/token");
  EXPECT_EQ(peek_string(aliases, "pushed_authorization_request_endpoint"), "https://mtls.as.example/bank/par");
  EXPECT_FALSE(aliases.contains("authorization_endpoint")) << "a browser has no client certificate for it";
}

// OIDC-DISCOVERY-3: every address that is named is there
TEST(Discovery, NamesOnlyAddressesThatAnswer) {
  TestServer server({issuer_config("main", "https://as.example/bank")});
  for (const auto& [name, value] : body_of(server.get("https://as.example/bank/.well-known/openid-configuration"))) {
    const std::string_view key = name;
    if (!key.ends_with("_endpoint") && key != "jwks_uri") continue;
    EXPECT_NE(server.get(std::string(std::string_view(value.as_string()))).status, 404) << key;
  }
}

TEST(Discovery, MayBeKeptForFiveMinutes) {
  TestServer server;
  for (const char* const path : {"/.well-known/openid-configuration", "/jwks"}) {
    EXPECT_EQ(server.get(path).fields.get("Cache-Control"), "public, max-age=300");
    EXPECT_EQ(server.get(path).fields.get("Content-Type"), "application/json");
  }
}

// RFC7517-5
TEST(Discovery, KeysArePublishedWithoutTheirSecrets) {
  TestServer server;
  const auto document = body_of(server.get("/jwks"));
  ASSERT_FALSE(document.at("keys").as_array().empty());
  for (const auto& key : document.at("keys").as_array()) {
    for (const char* const secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) {
      EXPECT_FALSE(key.as_object().contains(secret)) << secret;
    }
    EXPECT_EQ(peek_string(key.as_object(), "use"), "sig");
    EXPECT_NE(peek_string(key.as_object(), "kid"), "");
  }
}

}  // namespace
}  // namespace signet
