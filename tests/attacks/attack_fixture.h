#pragma once
// A server with one honest client and one honest user, and what they hold after a login: the things worth stealing.

#include <gtest/gtest.h>

#include "support/browser_fixture.h"

namespace signet::test {

inline constexpr std::string_view kIssuer = "https://as.example";

/// The members of a token response.
struct Loot {
  std::string access_token;
  std::string refresh_token;
  std::string id_token;
  std::string token_type;
};

inline json::object body_of(const http::Response& response) {
  return value_of(parse_json_object(response.body));
}
inline std::string error_of(const http::Response& response) {
  return std::string(peek_string(body_of(response), "error"));
}
inline Loot loot_of(const http::Response& response) {
  const json::object body = body_of(response);
  const auto text = [&](std::string_view name) { return std::string(peek_string(body, name)); };
  return {text("access_token"), text("refresh_token"), text("id_token"), text("token_type")};
}

class AttackTest : public testing::Test {
 protected:
  explicit AttackTest(std::vector<server::IssuerConfig> issuers = {issuer_config()}) : server(std::move(issuers)) {
    client.metadata["grant_types"] = json::array{"authorization_code", "refresh_token", "client_credentials"};
    server.register_client(client);
    server.add_user();
  }

  /// A code of the honest user's login, in the thief's hands.
  std::string steal_code(const Parameters& more = {}) {
    const std::string request_uri = server.push(client, with(client.authorization_request(), more));
    return browser.log_in(TestServer::authorization_url(client, request_uri));
  }
  /// The tokens of a login of the honest user.
  Loot log_in(std::string_view scope = "openid accounts offline_access") {
    const http::Response response = server.redeem(client, steal_code({{"scope", std::string(scope)}}));
    EXPECT_EQ(response.status, 200) << response.body;
    return loot_of(response);
  }

  /// A form from the honest client, authenticated; `form` may replace what it has.
  Parameters authenticated(const Parameters& form) {
    return with(client.authenticate(kIssuer, server.clock.now(), server.random), form);
  }
  std::string proof(const jose::Signer& key, std::string_view method, const std::string& url,
                    std::string_view access_token = {}) {
    const std::string jti = make_random_id(server.random);
    return make_proof(key, {.method = method,
                            .url = url,
                            .jti = jti,
                            .now = server.clock.now(),
                            .nonce = {},
                            .access_token = access_token});
  }
  http::Response token_request(const Parameters& form) { return token_request(form, client.dpop_key); }
  http::Response token_request(const Parameters& form, const jose::Signer& dpop_key) {
    http::Fields fields;
    fields.set("DPoP", proof(dpop_key, "POST", kToken));
    return server.post(kToken, authenticated(form), std::move(fields));
  }

  /// An API call, at the API that the server itself has.
  http::Response call(const std::string& scheme, const std::string& token, const std::string& dpop_proof = "") {
    http::Fields fields;
    fields.set("Authorization", scheme + " " + token);
    if (!dpop_proof.empty()) fields.set("DPoP", dpop_proof);
    return server.get(kUserinfo, std::move(fields));
  }
  http::Response call_with_key(const std::string& token, const jose::Signer& key) {
    return call("DPoP", token, proof(key, "GET", kUserinfo, token));
  }
  [[nodiscard]] bool works(const std::string& token) { return call_with_key(token, client.dpop_key).status == 200; }

  const std::string kToken = std::string(kIssuer) + "/token";
  const std::string kPar = std::string(kIssuer) + "/par";
  const std::string kUserinfo = std::string(kIssuer) + "/userinfo";

  TestServer server;
  TestClient client;
  TestClient other_client{"client-2", "https://other.example/callback"};
  Browser browser{server};
  jose::Signer thiefs_key = make_signer("");
};

}  // namespace signet::test
