#include "attacks/attack_fixture.h"

namespace signet::test {

json::object body_of(const http::Response& response) {
  return value_of(parse_json_object(response.body));
}

std::string error_of(const http::Response& response) {
  return std::string(peek_string(body_of(response), "error"));
}

Loot loot_of(const http::Response& response) {
  const json::object body = body_of(response);
  const auto text = [&](std::string_view name) { return std::string(peek_string(body, name)); };
  return {text("access_token"), text("refresh_token"), text("id_token"), text("token_type")};
}

AttackTest::AttackTest(std::vector<server::IssuerConfig> issuers) : server(std::move(issuers)) {
  client.metadata["grant_types"] = json::array{"authorization_code", "refresh_token", "client_credentials"};
  server.register_client(client);
  server.add_user();
}

AttackTest::~AttackTest() = default;

std::string AttackTest::steal_code(const Parameters& more) {
  const std::string request_uri = server.push(client, with(client.authorization_request(), more));
  return browser.log_in(TestServer::authorization_url(client, request_uri));
}

Loot AttackTest::log_in(std::string_view scope) {
  const http::Response response = server.redeem(client, steal_code({{"scope", std::string(scope)}}));
  EXPECT_EQ(response.status, 200) << response.body;
  return loot_of(response);
}

Parameters AttackTest::authenticated(const Parameters& form) {
  return with(client.authenticate(kIssuer, server.clock.now(), server.random), form);
}

std::string AttackTest::proof(const jose::Signer& key, std::string_view method, const std::string& url,
                              std::string_view access_token) {
  const std::string jti = make_random_id(server.random);
  return make_proof(
      key,
      {.method = method, .url = url, .jti = jti, .now = server.clock.now(), .nonce = {}, .access_token = access_token});
}

http::Response AttackTest::token_request(const Parameters& form) {
  return token_request(form, client.dpop_key);
}

http::Response AttackTest::token_request(const Parameters& form, const jose::Signer& dpop_key) {
  http::Fields fields;
  fields.set("DPoP", proof(dpop_key, "POST", kToken));
  return server.post(kToken, authenticated(form), std::move(fields));
}

http::Response AttackTest::call(const std::string& scheme, const std::string& token, const std::string& dpop_proof) {
  http::Fields fields;
  fields.set("Authorization", scheme + " " + token);
  if (!dpop_proof.empty()) fields.set("DPoP", dpop_proof);
  return server.get(kUserinfo, std::move(fields));
}

http::Response AttackTest::call_with_key(const std::string& token, const jose::Signer& key) {
  return call("DPoP", token, proof(key, "GET", kUserinfo, token));
}

bool AttackTest::works(const std::string& token) {
  return call_with_key(token, client.dpop_key).status == 200;
}

}  // namespace signet::test
