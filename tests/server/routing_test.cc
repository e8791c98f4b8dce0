// From a path to an endpoint: what is not there, what is not allowed, whose issuer it is, and what every answer
// carries.
#include "server/back_channel.h"

namespace signet {
namespace {

using test::expect_refused;
using test::TestServer;
using test::text_of;

constexpr const char* kDiscovery = "/.well-known/openid-configuration";

class Routing : public testing::Test {
 protected:
  http::Response send(const std::string& method, const std::string& url, http::Fields fields = {}) {
    return server.send(server.make_request(method, url, std::move(fields)));
  }
  TestServer server;
};

TEST_F(Routing, AnUnknownPathIsAJsonError) {
  for (const char* const path : {"/", "/tokens", "/token/", "//token", "/token/x", "/TOKEN", "/.well-known/x",
                                 "/token%00", "/../token", "/assets/../token", "/login"}) {
    const auto answer = send("GET", path);
    expect_refused(answer, 404, "invalid_request");
    EXPECT_EQ(answer.fields.get("Content-Type"), "application/json") << path;
  }
}

// RFC9110-15.5.6
TEST_F(Routing, AnotherMethodIsRefusedWithThoseThatAreAllowed) {
  for (const char* const path : {"/par", "/token", "/introspect", "/revoke"}) {
    for (const char* const method : {"GET", "PUT", "DELETE", "HEAD", "PATCH", "post", "X"}) {
      const auto answer = send(method, path);
      EXPECT_EQ(answer.status, 405) << method << path;
      EXPECT_EQ(answer.fields.get("Allow"), "POST");
    }
  }
  EXPECT_EQ(send("POST", kDiscovery).fields.get("Allow"), "GET");
  EXPECT_EQ(send("DELETE", "/userinfo").fields.get("Allow"), "GET, POST");
}

TEST_F(Routing, HeadIsAnsweredWhereGetIs) {
  for (const char* const path : {kDiscovery, "/jwks"}) {
    const auto answer = send("HEAD", path);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.fields.get("Content-Type"), send("GET", path).fields.get("Content-Type"));
  }
}

// FAPI2-SP-FINAL-5.2.2: nothing of the authorization endpoint is readable from another origin
TEST_F(Routing, APreflightIsRefusedWhereScriptsHaveNoBusiness) {
  for (const char* const path : {"/authorize", "/login/x", "/introspect", "/assets/x"}) {
    const auto answer = send("OPTIONS", path);
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.fields.count("Access-Control-Allow-Origin"), 0U) << path;
  }
}

TEST_F(Routing, APreflightIsAnsweredWhereAppsInBrowsersCall) {
  for (const char* const path : {"/token", "/par", "/revoke", "/userinfo", "/jwks", kDiscovery}) {
    const auto answer = send("OPTIONS", path);
    EXPECT_EQ(answer.status, 204) << path;
    EXPECT_EQ(answer.fields.get("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer.fields.get("Access-Control-Allow-Headers"), "Authorization, Content-Type, DPoP");
    EXPECT_EQ(answer.fields.count("Access-Control-Allow-Credentials"), 0U) << "cookies never count there";
  }
}

TEST_F(Routing, AScriptMayReadWhyItWasRefused) {
  const auto answer = server.post("/token", {});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.fields.get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.fields.get("Access-Control-Expose-Headers"), "DPoP-Nonce, WWW-Authenticate");
}

// RFC6797-7.1
TEST_F(Routing, EveryAnswerIsProtected) {
  for (const char* const path : {"/nothing", "/token", kDiscovery, "/userinfo", "/authorize"}) {
    const auto answer = send("GET", path);
    EXPECT_EQ(answer.fields.get("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_TRUE(std::string(answer.fields.get("Strict-Transport-Security")).starts_with("max-age=")) << path;
    EXPECT_EQ(answer.fields.count("Cache-Control"), 1U) << path;
  }
  server.peer.tls = false;
  EXPECT_EQ(send("GET", kDiscovery).fields.count("Strict-Transport-Security"), 0U) << "RFC6797-7.2";
}

// RFC6749-3.2
TEST_F(Routing, ABodyThatIsNoFormIsRefused) {
  auto request = server.make_request("POST", "/token");
  request.body = "grant_type=client_credentials";
  expect_refused(server.send(request), 415, "invalid_request");
  request.fields.set("Content-Type", "application/json");
  expect_refused(server.send(request), 415, "invalid_request");
  request.fields.set("Content-Type", "application/x-www-form-urlencoded");
  request.fields.add("Content-Type", "application/json");
  expect_refused(server.send(request), 415, "invalid_request");
  request.fields.set("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
  expect_refused(server.send(request), 401, "invalid_client");
  request.body = "grant_type=%zz";
  expect_refused(server.send(request), 400, "invalid_request");
}

TEST_F(Routing, ABodyThatIsTooLargeIsRefusedWithWhatTheSenderCanRead) {
  const auto flood = [&](const std::string& method, const std::string& path) {
    auto request = server.make_request(method, path);
    request.fields.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = "padding=" + std::string(std::size_t{64} * 1024, 'x');
    return server.send(request);
  };
  for (const char* const path : {"/authorize", "/login/x", "/browser/x"}) {
    const auto answer = flood("POST", path);
    EXPECT_EQ(answer.status, 413) << path;
    EXPECT_EQ(answer.fields.get("Content-Type"), "text/html; charset=utf-8") << path;
    EXPECT_THAT(answer.body, testing::HasSubstr("This request cannot be completed")) << path;
  }
  EXPECT_EQ(flood("GET", "/account").fields.get("Content-Type"), "text/html; charset=utf-8");
  for (const char* const path : {"/par", "/token", "/introspect", "/revoke", "/revocations", "/userinfo", "/devices"}) {
    const auto answer = flood("POST", path);
    expect_refused(answer, 413, "invalid_request");
    EXPECT_EQ(answer.fields.get("Content-Type"), "application/json") << path;
  }
}

TEST_F(Routing, WhatTheHttpServerRefusesIsAPageWhereSomebodyLooksAtOne) {
  for (const char* const path : {"/authorize", "/login/x", "/browser/x", "/account"}) {
    const auto large = server.refuse(server.make_request("POST", path), 413);
    ASSERT_TRUE(large) << path;
    EXPECT_EQ(large->status, 413);
    EXPECT_EQ(large->fields.get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(large->fields.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(large->body, testing::HasSubstr("This request cannot be completed"));
    const auto fault = server.refuse(server.make_request("GET", path), 500, "0123456789abcdef");
    EXPECT_EQ(fault->status, 500);
    EXPECT_THAT(fault->body, testing::HasSubstr("Something went wrong on our side"));
    EXPECT_THAT(fault->body, testing::HasSubstr("incident 0123456789abcdef"));
  }
  for (const char* const path : {"/par", "/token", "/devices", "/assets/x", "/jwks", "/nowhere"})
    EXPECT_FALSE(server.refuse(server.make_request("POST", path), 413)) << path;
}

TEST_F(Routing, DebugLinesSayWhatWasAskedAndWhyItWasRefusedAndNothingOfWhatWasSent) {
  EXPECT_EQ(server.post("/token", {{"secret-name", "secret-value"}}).status, 401);
  EXPECT_EQ(send("GET", "/login/secret-handle?secret-query").status, 404);
  EXPECT_EQ(send("SECRET", "/token").status, 405);
  const std::string logged = server.logged();
  EXPECT_THAT(logged, testing::ContainsRegex(R"("level":"debug","event":"request.refused","issuer":"main",)"
                                             R"("endpoint":"/token","error":"invalid_client","text":"[^"]+","at":")"));
  EXPECT_THAT(logged, testing::HasSubstr(R"("event":"request.answered","issuer":"main","endpoint":"/token",)"
                                         R"("method":"POST","status":"401"})"));
  EXPECT_THAT(logged, testing::ContainsRegex(
                          R"("request.refused","issuer":"main","endpoint":"/login/\*","error":"not_found")"));
  EXPECT_THAT(logged, testing::HasSubstr(R"("endpoint":"/token","method":"other","status":"405"})"));
  EXPECT_THAT(to_lower_ascii(logged), testing::Not(testing::HasSubstr("secret")));
}

// RFC6749-3.2
TEST_F(Routing, AParameterThatStandsTwiceIsRefusedBeforeTheCallerIsLookedAt) {
  for (const char* const name : {"grant_type", "client_id", "client_assertion", "code", "unknown_parameter"}) {
    expect_refused(server.post("/token", {{name, "a"}, {name, "a"}}), 400, "invalid_request");
  }
}

class ManyIssuers : public Routing {
 protected:
  ManyIssuers() : Routing() {}
  std::string issuer_at(const std::string& url) { return text_of(send_to_many("GET", url), "issuer"); }
  http::Response send_to_many(const std::string& method, const std::string& url) {
    return many.send(many.make_request(method, url));
  }
  TestServer many{{test::issuer_config("a", "https://as.example"), test::issuer_config("b", "https://as.example/b"),
                   test::issuer_config("c", "https://other.example"),
                   test::issuer_config("d", "https://other.example/deep/d")}};
};

TEST_F(ManyIssuers, OneThatNoHostNamesIsNotServed) {
  EXPECT_EQ(send_to_many("GET", std::string("https://evil.example") + kDiscovery).status, 404);
  EXPECT_EQ(send_to_many("GET", std::string("https://as.example.evil.example") + kDiscovery).status, 404);
  EXPECT_EQ(send_to_many("GET", "https://as.example/b/unknown").status, 404);
}

TEST_F(ManyIssuers, AreToldApartByPathAndByHost) {
  for (const char* const url :
       {"https://as.example", "https://as.example/b", "https://other.example", "https://other.example/deep/d"}) {
    EXPECT_EQ(issuer_at(std::string(url) + kDiscovery), url);
  }
}

// RFC9110-4.2.3
TEST_F(ManyIssuers, AreFoundByAHostInAnyCaseAndWithTheDefaultPort) {
  for (const char* const host : {"AS.EXAMPLE", "as.example:443", "As.Example:443"}) {
    EXPECT_EQ(issuer_at("https://" + std::string(host) + kDiscovery), "https://as.example") << host;
  }
  for (const char* const host : {"as.example:80", "as.example:8443", "as.example:443:443", ":443", "as.example."}) {
    EXPECT_EQ(send_to_many("GET", "https://" + std::string(host) + kDiscovery).status, 404) << host;
  }
}

// RFC8414-3.1: the well-known part stands between host and path
TEST_F(ManyIssuers, HaveTheirDocumentsWhereEachSpecificationSays) {
  constexpr const char* kInserted = "/.well-known/oauth-authorization-server";
  EXPECT_EQ(issuer_at(std::string("https://as.example") + kInserted), "https://as.example");
  EXPECT_EQ(issuer_at(std::string("https://as.example") + kInserted + "/b"), "https://as.example/b");
  EXPECT_EQ(issuer_at(std::string("https://other.example") + kInserted + "/deep/d"), "https://other.example/deep/d");
  EXPECT_EQ(send_to_many("GET", std::string("https://as.example/b") + kInserted).status, 404);
}

}  // namespace
}  // namespace signet
