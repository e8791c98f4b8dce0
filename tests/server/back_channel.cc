#include "server/back_channel.h"

#include <thread>

namespace signet::test {

void expect_refused(const http::Response& answer, int status, std::string_view error) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(error_of(answer), error) << answer.body;
  EXPECT_FALSE(answer.body.contains("_token\":")) << answer.body;
}

std::string text_of(const http::Response& response, std::string_view name) {
  const json::object body = body_of(response);
  return std::string(peek_string(body, name));
}

BackChannelTest::BackChannelTest(std::vector<server::IssuerConfig> issuers) : AttackTest(std::move(issuers)) {
  register_api(api, {std::string(kIssuer)});
}

BackChannelTest::~BackChannelTest() = default;

void BackChannelTest::register_api(TestClient& one, const std::vector<std::string>& resources,
                                   const std::string& issuer_id) {
  for (const char* const name : {"redirect_uris", "response_types", "dpop_bound_access_tokens"}) {
    one.metadata.erase(name);
  }
  one.metadata["grant_types"] = json::array{};
  one.metadata["resource"] = json::value_from(resources);
  one.metadata["introspection_allowed"] = true;
  server.register_client(one, issuer_id);
}

TestClient BackChannelTest::add_client(const std::string& id, const json::object& members,
                                       const std::string& issuer_id) {
  TestClient one(id, "https://" + id + ".example/callback");
  for (const auto& [name, value] : members) {
    if (value.is_null()) {
      one.metadata.erase(name);
    } else {
      one.metadata[name] = value;
    }
  }
  server.register_client(one, issuer_id);
  return one;
}

Parameters BackChannelTest::credentials_of(const TestClient& who, std::string_view issuer) {
  const bool by_assertion = peek_string(who.metadata, "token_endpoint_auth_method") == "private_key_jwt";
  if (by_assertion) return who.authenticate(issuer, server.clock.now(), server.random);
  return {{"client_id", who.client_id}};
}

http::Response BackChannelTest::post_as(const TestClient& who, const std::string& url, const Parameters& form,
                                        const std::string& dpop_proof) {
  http::Fields fields;
  if (!dpop_proof.empty()) fields.set("DPoP", dpop_proof);
  return server.post(url, with(credentials_of(who, url.substr(0, url.rfind('/'))), form), std::move(fields));
}

http::Response BackChannelTest::token_as(const TestClient& who, const Parameters& form, const std::string& url) {
  return post_as(who, url, form, proof(who.dpop_key, "POST", url));
}

http::Response BackChannelTest::redeem_as(const TestClient& who, const std::string& code, const Parameters& more) {
  return token_as(who, with(code_form(who, code), more));
}

http::Request BackChannelTest::make_token_request(const TestClient& who, const Parameters& form) {
  http::Fields fields;
  fields.set("Content-Type", "application/x-www-form-urlencoded");
  fields.set("DPoP", proof(who.dpop_key, "POST", kToken));
  http::Request request = server.make_request("POST", kToken, std::move(fields));
  request.body = http::render_form(with(credentials_of(who), form));
  return request;
}

std::array<http::Response, 2> BackChannelTest::send_at_once(const std::array<http::Request, 2>& requests) {
  std::array<http::Response, 2> answers;
  std::jthread other([&] { answers[1] = server.send(requests[1]); });
  answers[0] = server.send(requests[0]);
  other.join();
  return answers;
}

std::array<http::Response, 2> BackChannelTest::token_twice_at_once(const TestClient& who, const Parameters& form) {
  return send_at_once({make_token_request(who, form), make_token_request(who, form)});
}

Parameters BackChannelTest::code_form(const TestClient& who, const std::string& code) {
  return {{"grant_type", "authorization_code"},
          {"code", code},
          {"redirect_uri", who.redirect_uri},
          {"code_verifier", std::string(kVerifier)}};
}

http::Response BackChannelTest::refresh_as(const TestClient& who, const std::string& refresh_token,
                                           const Parameters& more) {
  return token_as(who, with({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}}, more));
}

std::string BackChannelTest::code_for(const TestClient& who, const Parameters& more) {
  const auto pushed = post_as(who, kPar, with(who.authorization_request(), more));
  if (pushed.status != 201) throw std::runtime_error("not pushed: " + pushed.body);
  Browser own(server);
  return own.log_in(TestServer::authorization_url(who, text_of(pushed, "request_uri")));
}

Loot BackChannelTest::tokens_for(const TestClient& who, const Parameters& more) {
  const auto answer = redeem_as(who, code_for(who, more));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return loot_of(answer);
}

Loot BackChannelTest::tokens_for(const TestClient& who, std::string scope) {
  return tokens_for(who, {{"scope", std::move(scope)}});
}

http::Response BackChannelTest::introspect_as(const TestClient& who, const std::string& token) {
  return post_as(who, std::string(kIssuer) + "/introspect", {{"token", token}});
}

json::object BackChannelTest::introspect(const std::string& token) {
  return body_of(introspect_as(api, token));
}

bool BackChannelTest::is_active(const std::string& token) {
  return introspect(token).at("active").as_bool();
}

http::Response BackChannelTest::revoke_as(const TestClient& who, const std::string& token, const Parameters& more) {
  return post_as(who, std::string(kIssuer) + "/revoke", with({{"token", token}}, more));
}

void BackChannelTest::change_client(const json::object& members) {
  for (const auto& [name, value] : members) client.metadata[name] = value;
  (void)value_of(run_blocking(server.store.clients.update(client.client_id, "main", render_json(client.metadata),
                                                          std::nullopt, server.clock.now())));
  server.clock.advance(seconds{2});
}

void BackChannelTest::disable_account(const std::string& account_id) {
  sql::Batch batch;
  store::Accounts::add_set_disabled(batch, account_id, true, server.clock.now());
  store::Grants::add_revoke_all_of_account(batch, account_id, server.clock.now());
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
}

json::object BackChannelTest::verified(const std::string& jwt) {
  const auto jws = value_of(jose::UnverifiedJws::parse(jwt));
  return value_of(parse_json_object(value_of(jws.verify(server.issuer().keys()->published))));
}

}  // namespace signet::test
