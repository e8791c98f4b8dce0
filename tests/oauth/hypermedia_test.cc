#include "oauth/hypermedia.h"

#include <gtest/gtest.h>

namespace signet::oauth {
namespace {

ClientMetadata app() {
  ClientMetadata client;
  client.redirect_uris = {"https://app.example/callback", "http://127.0.0.1:8080/cb", "com.example.app:/cb"};
  client.allowed_origins = {"https://spa.example"};
  client.grant_types = {"authorization_code", "client_credentials"};
  client.scope = {"openid", std::string(kHypermediaScope)};
  return client;
}

TEST(HypermediaClients, NeedTheScopeBothGrantsAndASecretOfTheirOwn) {
  EXPECT_TRUE(may_drive_login(app()));
  ClientMetadata client = app();
  client.scope = {"openid"};
  EXPECT_FALSE(may_drive_login(client));
  client = app();
  client.grant_types = {"authorization_code"};
  EXPECT_FALSE(may_drive_login(client));
  client.grant_types = {"client_credentials"};
  EXPECT_FALSE(may_drive_login(client));
  client = app();
  client.token_endpoint_auth_method = ClientAuthMethod::None;
  EXPECT_FALSE(may_drive_login(client));
}

TEST(HypermediaClients, HaveTheOriginsOfTheirRedirectUrisAndThoseRegistered) {
  for (const char* const origin : {"https://app.example", "http://127.0.0.1:8080", "https://spa.example"}) {
    EXPECT_TRUE(is_origin_of(app(), origin)) << origin;
  }
  for (const char* const origin :
       {"", "null", "https://app.example/", "http://app.example", "https://app.example:444", "http://127.0.0.1",
        "com.example.app:", "com.example.app://", "https://spa.example."}) {
    EXPECT_FALSE(is_origin_of(app(), origin)) << origin;
  }
}

}  // namespace
}  // namespace signet::oauth
