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

json::object body_of(const http::Response& response);
std::string error_of(const http::Response& response);
Loot loot_of(const http::Response& response);

class AttackTest : public testing::Test {
 protected:
  explicit AttackTest(std::vector<server::IssuerConfig> issuers = {issuer_config()});
  ~AttackTest() override;

  /// A code of the honest user's login, in the thief's hands.
  std::string steal_code(const Parameters& more = {});
  /// The tokens of a login of the honest user.
  Loot log_in(std::string_view scope = "openid accounts offline_access");

  /// A form from the honest client, authenticated; `form` may replace what it has.
  Parameters authenticated(const Parameters& form);
  std::string proof(const jose::Signer& key, std::string_view method, const std::string& url,
                    std::string_view access_token = {});
  http::Response token_request(const Parameters& form);
  http::Response token_request(const Parameters& form, const jose::Signer& dpop_key);

  /// An API call, at the API that the server itself has.
  http::Response call(const std::string& scheme, const std::string& token, const std::string& dpop_proof = "");
  http::Response call_with_key(const std::string& token, const jose::Signer& key);
  [[nodiscard]] bool works(const std::string& token);

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
