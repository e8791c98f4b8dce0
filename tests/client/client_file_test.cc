#include "client/client_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "client/client_fixture.h"

namespace signet::test {
namespace {

std::string private_jwk(const crypto::PrivateKey& key) {
  auto jwk = parse_json_object(jose::render_public_jwk(key.public_key())).value();
  jwk["d"] = encode_base64url(key.private_value().value().reveal());
  jwk["kid"] = "k9";
  return render_json(jwk);
}

Result<client::ClientFile> parse(std::string_view members) {
  static const std::string jwk = private_jwk(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value());
  const std::string comma = members.empty() ? "" : ",";
  return client::parse_client_file(
      SecretText(R"({"client_id":"demo","jwks":{"keys":[)" + jwk + "]}" + comma + std::string(members) + "}"));
}

TEST(ClientFile, TokensBoundToTwoThingsAreRefused) {
  EXPECT_FALSE(parse(R"("dpop_bound_access_tokens":true,"tls_client_certificate_bound_access_tokens":true)"));
}

TEST(ClientFile, AMethodThatProvesNothingIsRefused) {
  EXPECT_FALSE(parse(R"("token_endpoint_auth_method":"none")"));
  EXPECT_FALSE(parse(R"("token_endpoint_auth_method":"client_secret_basic")"));
}

TEST(ClientFile, MembersOfAWrongTypeAreRefused) {
  EXPECT_FALSE(parse(R"("scope":["openid"])"));
  EXPECT_FALSE(parse(R"("redirect_uris":"https://app.test")"));
  EXPECT_FALSE(parse(R"("resource":5)"));
  EXPECT_FALSE(client::parse_client_file(SecretText(R"({"client_id":"demo","jwks":{"keys":[]}})")));
  EXPECT_FALSE(client::parse_client_file(SecretText("[]")));
}

TEST(ClientFile, APublicKeyCannotSign) {
  const auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  EXPECT_FALSE(client::parse_client_file(
      SecretText(R"({"client_id":"demo","jwks":{"keys":[)" + jose::render_public_jwk(key.public_key()) + "]}}")));
}

TEST(ClientFile, WhatIsWrongWithOneIsToldWithItsNameAndWithoutWhatItHolds) {
  const auto path = std::filesystem::temp_directory_path() / ("signet-client-" + std::to_string(::getpid()) + ".json");
  const auto detail_of = [&](std::string_view text) {
    std::ofstream(path) << text;
    const auto loaded = client::load_client_file(path.string());
    return loaded ? "nothing is wrong" : loaded.error().detail;
  };
  for (const char* text : {R"({"client_id":"demo","jwks":{"keys":[{"d":"secret)", R"({"client_id":5})",
                           R"({"client_id":"demo","tls_certificate_file":"missing.pem"})"}) {
    const std::string detail = detail_of(text);
    EXPECT_TRUE(detail.starts_with(path.parent_path().string())) << detail;
    EXPECT_FALSE(detail.contains("secret")) << detail;
  }
  EXPECT_EQ(detail_of(R"({"client_id":"demo","token_endpoint_auth_method":"none"})"), path.string());
  std::filesystem::remove(path);
}

TEST(ClientFile, RegisteredMetadataBecomesAConfiguration) {
  const auto file = parse(R"("redirect_uris":["http://127.0.0.1/callback","https://x.test"],"scope":"openid accounts",
      "resource":"https://api.test","client_name":"Demo","use_mtls_endpoint_aliases":true,"issuer":"https://as.test")");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->config.credential.client_id, "demo");
  EXPECT_EQ(file->config.credential.signer->kid, "k9");
  EXPECT_EQ(file->config.credential.signer->alg, crypto::SignatureAlgorithm::ES256);
  EXPECT_EQ(file->config.redirect_uri, "http://127.0.0.1/callback");
  EXPECT_EQ(file->config.scope, (std::vector<std::string>{"openid", "accounts"}));
  EXPECT_EQ(file->config.resource, std::vector<std::string>{"https://api.test"});
  EXPECT_TRUE(file->config.use_mtls_endpoint_aliases);
  EXPECT_EQ(file->config.sender_constraint, oauth::SenderConstraint::Kind::Dpop);
}

}  // namespace
}  // namespace signet::test
