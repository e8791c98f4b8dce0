// Web apps call the hypermedia API from their own origin; nobody else may, and what a browser opens has no CORS.
#include <gtest/gtest.h>

#include "support/app_fixture.h"

namespace signet {
namespace {

using test::InApp;
using test::TestClient;
using test::TestServer;

constexpr std::string_view kOwn = "https://app.example";

class AppOrigin : public testing::Test {
 protected:
  explicit AppOrigin(server::IssuerConfig issuer = test::hypermedia_issuer()) : server({std::move(issuer)}) {
    client.metadata["allowed_origins"] = json::array{"https://spa.example:8443"};
    server.register_client(client);
    server.add_user();
  }
  std::string url() { return TestServer::authorization_url(client, server.push(client)); }
  http::Response preflight(const std::string& address, std::string_view origin,
                           std::string_view announced = "authorization,dpop") {
    http::Fields fields;
    fields.set("Origin", origin);
    fields.set("Access-Control-Request-Method", "GET");
    fields.set("Access-Control-Request-Headers", announced);
    return server.send(server.make_request("OPTIONS", address, std::move(fields)));
  }
  http::Response call(const InApp& app, const std::string& address, std::string_view origin) {
    http::Fields fields = app.credentials("GET", address);
    fields.set("Origin", origin);
    return server.get(address, std::move(fields));
  }
  static std::string allowed(const http::Response& response) {
    return std::string(response.fields.get("Access-Control-Allow-Origin"));
  }

  TestServer server;
  TestClient client = test::hypermedia_client();
};

class NoAppOrigin : public AppOrigin {
 protected:
  NoAppOrigin() : AppOrigin(test::issuer_config()) {}
};

TEST_F(AppOrigin, AnUnknownOriginGetsNothing) {
  const InApp app(server, client);
  const std::string link = url();
  for (const std::string_view origin :
       {"https://evil.example", "null", "https://app.example.evil.example", "http://app.example",
        "https://app.example:444", "https://APP.example", "*", "https://as.example", "https://spa.example"}) {
    const auto asked = preflight(link, origin);
    EXPECT_EQ(asked.status, 405) << origin;
    EXPECT_EQ(allowed(asked), "") << origin;
    EXPECT_EQ(allowed(call(app, link, origin)), "") << origin;
  }
}

TEST_F(AppOrigin, TheOriginOfAnotherClientGetsNothing) {
  const TestClient other = test::hypermedia_client("app-2", "https://other.example/callback");
  server.register_client(other);
  EXPECT_EQ(preflight(url(), "https://other.example").status, 405);
}

TEST_F(AppOrigin, AClientThatMayNotDriveLoginsHasNoOrigin) {
  const TestClient plain("plain", "https://plain.example/callback");
  server.register_client(plain);
  const std::string link = TestServer::authorization_url(plain, server.push(plain));
  EXPECT_EQ(preflight(link, "https://plain.example").status, 405);
}

// FAPI2-SP-FINAL-5.2.2
TEST_F(AppOrigin, WhatABrowserOpensHasNoCors) {
  const std::string link = url();
  http::Fields fields;
  fields.set("Origin", kOwn);
  fields.set("Accept", "text/html");
  EXPECT_EQ(allowed(server.get(link, fields)), "");
  EXPECT_EQ(preflight(link, kOwn, "content-type").status, 405);
  EXPECT_EQ(preflight(link, kOwn, "authorization").status, 405);
}

// FAPI2-SP-FINAL-5.2.2
TEST_F(NoAppOrigin, WithoutTheFaceOfAppsThereIsNoCors) {
  TestClient plain("plain", "https://app.example/callback");
  server.register_client(plain);
  const std::string link = TestServer::authorization_url(plain, server.push(plain));
  EXPECT_EQ(preflight(link, kOwn).status, 405);
  http::Fields fields;
  fields.set("Origin", kOwn);
  fields.set("Accept", test::kApiType);
  EXPECT_EQ(allowed(server.get(link, fields)), "");
}

TEST_F(AppOrigin, TheOriginsOfTheClientMayReadItsLogin) {
  for (const std::string_view origin : {kOwn, std::string_view("https://spa.example:8443")}) {
    const InApp app(server, client);
    const std::string link = url();
    const auto asked = preflight(link, origin);
    EXPECT_EQ(asked.status, 204);
    EXPECT_EQ(allowed(asked), origin);
    EXPECT_TRUE(asked.fields.get("Access-Control-Allow-Headers").contains("DPoP"));
    const auto answer = call(app, link, origin);
    EXPECT_EQ(allowed(answer), origin);
    EXPECT_EQ(answer.fields.count("Access-Control-Allow-Credentials"), 0U);
    EXPECT_TRUE(answer.fields.get("Access-Control-Expose-Headers").contains("Set-Session-Id"));
    EXPECT_TRUE(answer.fields.get("Vary").contains("Origin"));
  }
}

TEST_F(AppOrigin, APageOfTheLoginKnowsItsClient) {
  InApp app(server, client);
  app.open(url());
  const std::string page = "https://as.example" + app.address();
  EXPECT_EQ(preflight(page, kOwn).status, 204);
  EXPECT_EQ(preflight(page, "https://evil.example").status, 405);
  EXPECT_EQ(allowed(call(app, page, kOwn)), kOwn);
  EXPECT_EQ(preflight("https://as.example/login/" + make_random_token(server.random), kOwn).status, 405);
}

TEST_F(AppOrigin, ARefusedTokenCanBeReadByTheAppItself) {
  http::Fields fields;
  fields.set("Origin", kOwn);
  fields.set("Accept", test::kApiType);
  const auto answer = server.get(url(), std::move(fields));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(allowed(answer), kOwn);
  EXPECT_TRUE(answer.fields.get("Access-Control-Expose-Headers").contains("DPoP-Nonce"));
}

}  // namespace
}  // namespace signet
