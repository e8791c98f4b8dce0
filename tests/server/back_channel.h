#pragma once
// What the tests of the back channel share: clients of every kind, a resource server, forms and what comes back.

#include <array>

#include "attacks/attack_fixture.h"
#include "attacks/certificates.h"

namespace signet::test {

void expect_refused(const http::Response& answer, int status, std::string_view error);
/// A text member of a JSON answer.
std::string text_of(const http::Response& response, std::string_view name);

class BackChannelTest : public AttackTest {
 protected:
  explicit BackChannelTest(std::vector<server::IssuerConfig> issuers = {issuer_config()});
  ~BackChannelTest() override;

  /// Registers a resource server that may ask about tokens for `resources`.
  void register_api(TestClient& one, const std::vector<std::string>& resources, const std::string& issuer_id = "main");
  /// Another registered client; `members` take the place of its metadata, null takes one away.
  TestClient add_client(const std::string& id, const json::object& members = {}, const std::string& issuer_id = "main");

  /// How a client says who it is: by assertion, or by its name when a certificate or nothing proves it.
  Parameters credentials_of(const TestClient& who, std::string_view issuer = kIssuer);
  http::Response post_as(const TestClient& who, const std::string& url, const Parameters& form,
                         const std::string& dpop_proof = "");
  /// A token request with a proof of the client's key.
  http::Response token_as(const TestClient& who, const Parameters& form, const std::string& url = kTokenUrl);
  http::Response redeem_as(const TestClient& who, const std::string& code, const Parameters& more = {});
  /// A token request with an assertion and a proof, to be sent.
  http::Request make_token_request(const TestClient& who, const Parameters& form);
  /// The answers to two requests that come at the same moment.
  std::array<http::Response, 2> send_at_once(const std::array<http::Request, 2>& requests);
  /// The same for two equal token requests, each with its own assertion and proof.
  std::array<http::Response, 2> token_twice_at_once(const TestClient& who, const Parameters& form);
  static Parameters code_form(const TestClient& who, const std::string& code);
  http::Response refresh_as(const TestClient& who, const std::string& refresh_token, const Parameters& more = {});
  /// A code for the honest user, by a pushed request and a browser of its own.
  std::string code_for(const TestClient& who, const Parameters& more = {});
  Loot tokens_for(const TestClient& who, const Parameters& more = {});
  Loot tokens_for(const TestClient& who, std::string scope);

  http::Response introspect_as(const TestClient& who, const std::string& token);
  json::object introspect(const std::string& token);
  bool is_active(const std::string& token);
  http::Response revoke_as(const TestClient& who, const std::string& token, const Parameters& more = {});
  /// Changes what the honest client is registered for, long enough ago for every node to know.
  void change_client(const json::object& members);
  void disable_account(const std::string& account_id);

  /// The claims of a JWT that the server has signed.
  json::object verified(const std::string& jwt);

  inline static const std::string kTokenUrl = std::string(kIssuer) + "/token";
  TestClient api{"api", "https://api.example/callback"};
};

}  // namespace signet::test
