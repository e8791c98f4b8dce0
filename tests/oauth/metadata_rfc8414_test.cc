#include "oauth/metadata_rfc8414.h"

#include "base/json.h"
#include "oauth/protected_resource_rfc9728.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;

AuthorizationServerMetadata make_metadata() {
  AuthorizationServerMetadata metadata;
  metadata.issuer = "https://as.example";
  metadata.authorization_endpoint = "https://as.example/authorize";
  metadata.token_endpoint = "https://as.example/token";
  metadata.mtls_endpoint_aliases.token_endpoint = "https://mtls.as.example/token";
  metadata.response_types_supported = {"code"};
  metadata.require_pushed_authorization_requests = true;
  metadata.claims_parameter_supported = true;
  return metadata;
}

// OIDC-DISCOVERY-4.3
TEST(Metadata, ADocumentOfAnotherIssuerIsRefused) {
  const std::string body = render_metadata(make_metadata());
  for (const auto* issuer : {"https://evil.example", "https://as.example/", "https://AS.example", ""}) {
    EXPECT_EQ(code_of(parse_metadata(body, issuer)), ErrorCode::InvalidRequest) << issuer;
  }
}

TEST(Metadata, OfAnotherIssuerNamesBoth) {
  EXPECT_EQ(parse_metadata(render_metadata(make_metadata()), "https://as.example/").error().detail,
            "https://as.example instead of https://as.example/");
  for (const std::string_view body :
       {R"({"issuer":"\u001b[2J"})", R"({"issuer":5})", "{}", R"({"issuer":"https://as.example?a=secret"})"}) {
    EXPECT_EQ(parse_metadata(body, "https://as.example").error().detail, "no issuer instead of https://as.example")
        << body;
  }
}

// RFC8414-2
TEST(Metadata, AnHttpEndpointBelowAnHttpsIssuerIsRefused) {
  auto metadata = make_metadata();
  metadata.token_endpoint = "http://as.example/token";
  EXPECT_EQ(code_of(parse_metadata(render_metadata(metadata), "https://as.example")), ErrorCode::Malformed);
  metadata = make_metadata();
  metadata.mtls_endpoint_aliases.token_endpoint = "http://as.example/token";
  EXPECT_EQ(code_of(parse_metadata(render_metadata(metadata), "https://as.example")), ErrorCode::Malformed);
}

TEST(Metadata, WrongTypesAreMalformed) {
  for (const auto* member : {R"("token_endpoint":1)", R"("token_endpoint":"x")", R"("scopes_supported":"a")",
                             R"("claims_parameter_supported":"true")", R"("mtls_endpoint_aliases":[])"}) {
    const std::string body = R"({"issuer":"https://as.example",)" + std::string(member) + "}";
    EXPECT_EQ(code_of(parse_metadata(body, "https://as.example")), ErrorCode::Malformed) << member;
  }
}

// RFC9207-3
TEST(Metadata, WhatTheServerWritesAClientReads) {
  const std::string body = render_metadata(make_metadata());
  const auto read = parse_metadata(body, "https://as.example");
  ASSERT_TRUE(read) << read.error().public_text.view();
  EXPECT_EQ(render_metadata(*read), body);
  EXPECT_EQ(read->mtls_endpoint_aliases.token_endpoint, "https://mtls.as.example/token");
}

// OIDC-DISCOVERY-3
TEST(Metadata, RequestUriSupportIsAlwaysSaid) {
  EXPECT_NE(render_metadata(make_metadata()).find(R"("request_uri_parameter_supported":false)"), std::string::npos);
  EXPECT_TRUE(parse_metadata(R"({"issuer":"i"})", "i")->request_uri_parameter_supported);
}

TEST(Metadata, EmptyMembersAreLeftOut) {
  const auto object = parse_json_object(render_metadata(make_metadata()));
  EXPECT_FALSE(object->contains("registration_endpoint"));
  EXPECT_FALSE(object->contains("scopes_supported"));
  EXPECT_FALSE(object->at("mtls_endpoint_aliases").as_object().contains("userinfo_endpoint"));
}

// OIDC-DISCOVERY-4, OIDC-DISCOVERY-4.1, RFC8414-3.1
TEST(WellKnown, OAuthInsertsAndOpenidAppends) {
  EXPECT_EQ(*oauth_metadata_url("https://as.example"), "https://as.example/.well-known/oauth-authorization-server");
  EXPECT_EQ(*oauth_metadata_url("https://as.example/t1"),
            "https://as.example/.well-known/oauth-authorization-server/t1");
  EXPECT_EQ(*oauth_metadata_url("https://as.example/t1/"),
            "https://as.example/.well-known/oauth-authorization-server/t1");
  EXPECT_EQ(*openid_metadata_url("https://as.example:8443/t1"),
            "https://as.example:8443/t1/.well-known/openid-configuration");
  EXPECT_EQ(*openid_metadata_url("https://as.example/"), "https://as.example/.well-known/openid-configuration");
  EXPECT_EQ(code_of(oauth_metadata_url("not a url")), ErrorCode::Malformed);
  EXPECT_EQ(*resource_metadata_url("https://api.example/v1?x=1"),
            "https://api.example/.well-known/oauth-protected-resource/v1?x=1");
}

TEST(ResourceMetadata, SaysWhoseTokensAndHowBound) {
  ProtectedResourceMetadata metadata;
  metadata.resource = "https://api.example";
  metadata.authorization_servers = {"https://as.example"};
  metadata.dpop_bound_access_tokens_required = true;
  const auto object = parse_json_object(render_resource_metadata(metadata));
  ASSERT_TRUE(object);
  EXPECT_EQ(peek_string(*object, "resource"), "https://api.example");
  EXPECT_EQ(object->at("authorization_servers").as_array(), json::array{"https://as.example"});
  EXPECT_TRUE(object->at("dpop_bound_access_tokens_required").as_bool());
  EXPECT_FALSE(object->contains("jwks_uri"));
}

}  // namespace
}  // namespace signet::oauth
