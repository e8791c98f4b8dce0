#pragma once
// A server with an API behind three gateways, each of its own contract, and a caller with a token for that API.

#include "oauth/jwt_access_token_rfc9068.h"
#include "server/back_channel.h"
#include "server/gateway/gateway_check.h"

namespace signet::test {

inline constexpr std::string_view kApi = "https://api.bank.example/v1";
inline constexpr std::string_view kApiOrigin = "https://api.bank.example";

/// What the client sent to the API. `certificate` is what the listener believed of it.
struct Call {
  std::string method = "GET";
  std::string target = "/accounts?page=2";
  http::Fields fields = {};
  Bytes certificate = {};
};

class GatewayTest : public BackChannelTest {
 protected:
  explicit GatewayTest(std::vector<server::IssuerConfig> issuers = {issuer_config()});
  ~GatewayTest() override;

  static server::ProtectedResourceConfig resource(std::string name, server::GatewayContract contract);
  server::ProtectedResourceConfig& configured(std::size_t index);
  /// After a change of the configuration.
  void configure();

  http::Response send(const http::Request& request);
  /// The question of a gateway about a call, as its contract has it.
  static http::Request question(const std::string& name, const Call& call);
  http::Response ask(const std::string& name, const Call& call);

  /// A call with a token and a proof; either may be another's.
  Call call_with(const std::string& access_token, const std::string& dpop_proof, const std::string& scheme = "DPoP");
  std::string proof_for(const std::string& access_token, const std::string& url = std::string(kApiOrigin) + "/accounts",
                        std::string_view method = "GET");
  Call good_call(const std::string& access_token);

  static void expect_problem(const http::Response& answer, int status, std::string_view error);
  oauth::JwtAccessToken phantom_of(const http::Response& answer);

  TestClient caller = add_client("caller", {{"resource", json::array{json::string(kApi)}}});
  std::string token = tokens_for(caller).access_token;
  std::unique_ptr<server::GatewayCheck> check;
};

}  // namespace signet::test
