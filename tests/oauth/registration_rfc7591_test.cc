#include "oauth/registration_rfc7591.h"

#include "oauth/fapi2_security.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;

const json::object& key_set() {
  static const json::object kSet = jose::to_json(test::public_set(test::make_signer()));
  return kSet;
}
json::object bank() {
  return {{"client_id", "bank"},
          {"client_name", "Bank"},
          {"redirect_uris", {"https://bank.example/cb"}},
          {"grant_types", {"authorization_code", "refresh_token"}},
          {"scope", "openid accounts"},
          {"token_endpoint_auth_method", "private_key_jwt"},
          {"jwks", key_set()}};
}
json::array list(std::initializer_list<std::string_view> items) {
  json::array out;
  for (const auto item : items) out.emplace_back(item);
  return out;
}
const Profile& fapi2() {
  return *find_profile("fapi2_security");
}

Result<ClientMetadata> with(std::string_view name, const json::value& value, const Profile& profile = fapi2()) {
  json::object object = bank();
  object[name] = value;
  return parse_client_metadata(object, profile);
}
Result<ClientMetadata> without(std::string_view name, const Profile& profile = fapi2()) {
  json::object object = bank();
  object.erase(name);
  return parse_client_metadata(object, profile);
}

TEST(ClientMetadataRules, AMemberThatIsNotSupportedIsNamed) {
  EXPECT_EQ(with("dpop_bound_access_token", true).error().detail, "dpop_bound_access_token");
}

TEST(ClientMetadataRules, AMisspeltMemberIsRefused) {
  EXPECT_EQ(code_of(with("dpop_bound_access_token", true)), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("client_secret", "x")), ErrorCode::InvalidClientMetadata);
}

// RFC9396-10
TEST(ClientMetadataRules, AuthorizationDetailsAreOfTypesThatAreKnown) {
  EXPECT_EQ(code_of(with("authorization_details_types", list({"payment_initiation", "anything"}))),
            ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("authorization_details_types", "payment_initiation")), ErrorCode::InvalidClientMetadata);
  const auto client = with("authorization_details_types", list({"payment_initiation"}));
  ASSERT_TRUE(client);
  EXPECT_EQ(to_json(*client).at("authorization_details_types"), list({"payment_initiation"}));
  EXPECT_TRUE(parse_client_metadata(bank(), fapi2())->authorization_details_types.empty());
}

// RFC7591-2
TEST(ClientMetadataRules, EveryMemberOfAWrongTypeIsRefused) {
  for (const auto& [name, value] : to_json(*parse_client_metadata(bank(), fapi2()))) {
    EXPECT_EQ(code_of(with(name, json::array{1})), ErrorCode::InvalidClientMetadata) << std::string_view(name);
    EXPECT_EQ(code_of(with(name, nullptr)), ErrorCode::InvalidClientMetadata) << std::string_view(name);
  }
}

TEST(ClientMetadataRules, AClientIdIsRequired) {
  EXPECT_EQ(code_of(without("client_id")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("client_id", "a b")), ErrorCode::InvalidClientMetadata);
}

// RFC8252-7, RFC8252-7.1
TEST(ClientMetadataRules, RedirectUrisMustBeSafe) {
  for (const auto* uri :
       {"http://bank.example/cb", "javascript:alert(1)", "https://bank.example/cb#f", "com.example.app:/cb", "x"}) {
    EXPECT_EQ(code_of(with("redirect_uris", list({uri}))), ErrorCode::InvalidRedirectUri) << uri;
  }
  EXPECT_EQ(code_of(without("redirect_uris")), ErrorCode::InvalidRedirectUri);
  EXPECT_EQ(code_of(with("redirect_uris", list({"http://127.0.0.1/cb"}))), kAccepted);
}

TEST(ClientMetadataRules, PublicClientsAreRefusedUnderFapi2) {
  json::object object = bank();
  object["token_endpoint_auth_method"] = "none";
  object.erase("jwks");
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
  object["redirect_uris"] = list({"com.example.app:/cb"});
  EXPECT_EQ(code_of(parse_client_metadata(object, *find_profile("openid"))), kAccepted);
  object["grant_types"] = list({"authorization_code", "client_credentials"});
  EXPECT_EQ(code_of(parse_client_metadata(object, *find_profile("openid"))), ErrorCode::InvalidClientMetadata);
}

// OIDC-9
TEST(ClientMetadataRules, SharedSecretsDoNotExist) {
  for (const auto* method : {"client_secret_basic", "client_secret_post", "client_secret_jwt", ""}) {
    EXPECT_EQ(code_of(with("token_endpoint_auth_method", method)), ErrorCode::InvalidClientMetadata) << method;
  }
}

// FAPI2-SP-FINAL-5.4.1
TEST(ClientMetadataRules, Rs256IsRefusedUnderFapi2AndAllowedUnderOpenid) {
  for (const auto* name : {"token_endpoint_auth_signing_alg", "access_token_signed_response_alg",
                           "id_token_signed_response_alg", "introspection_signed_response_alg"}) {
    EXPECT_EQ(code_of(with(name, "RS256")), ErrorCode::InvalidClientMetadata) << name;
    EXPECT_EQ(code_of(with(name, "none")), ErrorCode::InvalidClientMetadata) << name;
    EXPECT_EQ(code_of(with(name, "HS256")), ErrorCode::InvalidClientMetadata) << name;
  }
  EXPECT_EQ(code_of(with("id_token_signed_response_alg", "RS256", *find_profile("openid"))), kAccepted);
}

TEST(ClientMetadataRules, KeysMustBeThereOncePublicAndFitTheMethod) {
  EXPECT_EQ(code_of(without("jwks")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("jwks_uri", "https://bank.example/jwks")), ErrorCode::InvalidClientMetadata);
  json::object secret = key_set();
  secret["keys"].as_array()[0].as_object()["d"] = "AAAA";
  EXPECT_EQ(code_of(with("jwks", secret)), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("token_endpoint_auth_signing_alg", "PS256")), ErrorCode::InvalidClientMetadata);
  json::object object = bank();
  object.erase("jwks");
  object["jwks_uri"] = "http://bank.example/jwks";
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
  object["jwks_uri"] = "https://bank.example/jwks";
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), kAccepted);
}

TEST(ClientMetadataRules, TlsClientAuthNeedsExactlyOneSubject) {
  json::object object = bank();
  object.erase("jwks");
  object["token_endpoint_auth_method"] = "tls_client_auth";
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
  object["tls_client_auth_san_dns"] = "bank.example";
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), kAccepted);
  object["tls_client_auth_subject_dn"] = "CN=bank";
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("tls_client_auth_san_dns", "bank.example")), ErrorCode::InvalidClientMetadata);
}

// RFC6749-4.4, RFC7591-2.1
TEST(ClientMetadataRules, GrantAndResponseTypesMustAgree) {
  EXPECT_EQ(code_of(with("response_types", list({"code id_token"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("response_types", list({"token"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("grant_types", list({"password"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("grant_types", list({"implicit"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("grant_types", list({"refresh_token"}))), ErrorCode::InvalidClientMetadata);
  json::object object = bank();
  object["grant_types"] = list({"client_credentials"});
  object.erase("redirect_uris");
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), kAccepted);
}

// RFC9449-5.2
TEST(ClientMetadataRules, ATokenIsBoundToOneKey) {
  json::object object = bank();
  object["dpop_bound_access_tokens"] = true;
  object["tls_client_certificate_bound_access_tokens"] = true;
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
}

TEST(ClientMetadataRules, PairwiseSubjectsNeedOneSector) {
  json::object object = bank();
  object["subject_type"] = "pairwise";
  EXPECT_EQ(*sector_of(*parse_client_metadata(object, fapi2())), "bank.example");
  object["redirect_uris"] = list({"https://bank.example/cb", "https://other.example/cb"});
  EXPECT_EQ(code_of(parse_client_metadata(object, fapi2())), ErrorCode::InvalidClientMetadata);
  object["sector_identifier_uri"] = "https://sector.example/uris.json";
  EXPECT_EQ(*sector_of(*parse_client_metadata(object, fapi2())), "sector.example");
}

TEST(ClientMetadataRules, TheScopeOpenidIsRefusedWhereItIsNotOffered) {
  EXPECT_EQ(code_of(parse_client_metadata(bank(), *find_profile("oauth2"))), ErrorCode::InvalidClientMetadata);
}

TEST(ClientMetadataRules, OddValuesAreRefused) {
  EXPECT_EQ(code_of(with("resource", list({"not-a-uri"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("resource", list({"https://api.example/#f"}))), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("scope", "a\"b")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("default_max_age", -1)), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("logo_uri", "http://bank.example/l.png")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("client_name", json::value(std::string_view(std::string(201, 'x'))))),
            ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("access_token_format", "paseto")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("theme", "../acme")), ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("theme", json::value(std::string_view(std::string(65, 'x'))))),
            ErrorCode::InvalidClientMetadata);
  EXPECT_EQ(code_of(with("subject_type", "ephemeral")), ErrorCode::InvalidClientMetadata);
}

TEST(ClientMetadataRules, OriginsAreWrittenAsABrowserSendsThem) {
  for (const std::string_view origin : {"https://app.example/", "https://APP.example", "https://app.example:443", "*",
                                        "null", "http://app.example", "app.example", "https://*.app.example/x", ""}) {
    EXPECT_EQ(code_of(with("allowed_origins", list({origin}))), ErrorCode::InvalidClientMetadata) << origin;
  }
  EXPECT_TRUE(
      with("allowed_origins", list({"https://app.example", "http://localhost:8080", "https://a.example:8443"})));
}

TEST(ClientMetadataRules, WhatIsRenderedReadsBackTheSame) {
  json::object object = bank();
  object["allowed_origins"] = list({"https://app.example"});
  object["resource"] = list({"https://api.example"});
  object["theme"] = "acme_2";
  object["dpop_bound_access_tokens"] = true;
  object["default_max_age"] = 600;
  object["token_endpoint_auth_signing_alg"] = "ES256";
  object["access_token_format"] = "jwt";
  const auto first = parse_client_metadata(object, fapi2());
  ASSERT_TRUE(first) << first.error().public_text.view();
  const json::object rendered = to_json(*first);
  const auto second = parse_client_metadata(rendered, fapi2());
  ASSERT_TRUE(second) << second.error().public_text.view();
  EXPECT_EQ(render_json(rendered), render_json(to_json(*second)));
  EXPECT_EQ(second->default_max_age, Duration{seconds{600}});
  EXPECT_EQ(second->scope, (std::vector<std::string>{"openid", "accounts"}));
  EXPECT_TRUE(second->wants_bound_tokens());
}

TEST(Profiles, Fapi2AllowsWhatTheProfileNamesAndNothingElse) {
  const Profile& profile = fapi2();
  EXPECT_TRUE(profile.require_pushed_authorization_requests && profile.require_pkce &&
              profile.require_sender_constraint);
  EXPECT_FALSE(profile.allows(ClientAuthMethod::None));
  for (const auto algorithm : {crypto::SignatureAlgorithm::RS256, crypto::SignatureAlgorithm::ES384,
                               crypto::SignatureAlgorithm::ES512, crypto::SignatureAlgorithm::PS384}) {
    EXPECT_FALSE(profile.allows(algorithm)) << name_of(algorithm);
  }
  EXPECT_LE(profile.authorization_code_lifetime, seconds{60});
  EXPECT_LT(profile.request_uri_lifetime, seconds{600});
  EXPECT_LE(profile.clock.future, seconds{60});
  EXPECT_GE(profile.clock.future, seconds{10});
  EXPECT_EQ(profile.refresh_rotation, RefreshRotation::Never);
}

TEST(Profiles, AreFoundByNameOnly) {
  EXPECT_EQ(profiles().size(), 3U);
  EXPECT_EQ(profiles().front().name, "fapi2_security");
  EXPECT_EQ(find_profile("fapi1"), nullptr);
  EXPECT_EQ(find_client_auth_method("client_secret_basic"), std::nullopt);
  for (const auto method : {ClientAuthMethod::None, ClientAuthMethod::PrivateKeyJwt, ClientAuthMethod::TlsClientAuth,
                            ClientAuthMethod::SelfSignedTlsClientAuth}) {
    EXPECT_EQ(find_client_auth_method(name_of(method)), method);
  }
}

}  // namespace
}  // namespace signet::oauth
