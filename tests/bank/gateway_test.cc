// The bank where ./run has it: behind the gateway, which proved the key and fetched the phantom token.
#include "bank/accounts.h"
#include "bank/bank.h"
#include "resource/resource_fixture.h"

namespace signet::test {
namespace {

resource::ResourceConfig make_bank_config() {
  auto config = make_resource_config();
  config.issuers.front().introspection.reset();
  config.gateway = verify::GatewayTrust{.client_ids = {"gateway"}};
  return config;
}

class BankBehindTheGateway : public ResourceFixture {
 protected:
  BankBehindTheGateway() : ResourceFixture(make_bank_config()) {
    server_.introspection.scope = {"accounts", "payments"};
  }
  [[nodiscard]] http::Request forwarded(std::string method, std::string target) const {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.fields.add("Authorization",
                       "Bearer " + server_.sign(oauth::kIntrospectionJwtTyp,
                                                oauth::render_introspection_claims(
                                                    server_.issuer, "gateway", clock_.now(), server_.introspection)));
    request.peer.is_proxied = true;
    request.peer.dpop_jkt = jose::thumbprint(key_.public_key());
    return request;
  }
  http::Response handle(const http::Request& request) { return run_blocking(bank_.handle(request)); }

  bank::Bank bank_{*api_, random_};
};

TEST_F(BankBehindTheGateway, ACallPastTheGatewayIsAProblemDocument) {
  auto request = forwarded("GET", "/accounts");
  request.peer = {};
  const auto response = handle(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
  EXPECT_NE(response.body.find("invalid_token"), std::string::npos);
  EXPECT_EQ(handle(make_request("opaque")).status, 401);
}

TEST_F(BankBehindTheGateway, AStolenPhantomWithAnotherKeyIsRefused) {
  auto request = forwarded("GET", "/accounts");
  request.peer.dpop_jkt = std::string(43, 'A');
  EXPECT_EQ(handle(request).status, 401);
}

TEST_F(BankBehindTheGateway, ScopesAreCheckedHereAsWell) {
  server_.introspection.scope = {"accounts"};
  EXPECT_EQ(handle(forwarded("POST", "/payments")).status, 403);
}

TEST_F(BankBehindTheGateway, TheUserSeesTheirAccountsAndPays) {
  EXPECT_EQ(handle(forwarded("GET", "/accounts")).status, 200);
  server_.introspection.jti = "grant.token";
  server_.introspection.authorization_details =
      R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"1.00"},"creditorName":"Merchant A",)"
      R"("creditorAccount":{"iban":"DE89370400440532013000"}}])";
  auto payment = forwarded("POST", "/payments");
  payment.fields.add("Content-Type", "application/json");
  payment.body = R"({"instructedAmount":{"currency":"EUR","amount":"1.00"},"debtorAccount":{"iban":")" +
                 bank::accounts_of("alice").front().iban +
                 R"("},"creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}})";
  EXPECT_EQ(handle(payment).status, 201);
  EXPECT_EQ(handle(payment).status, 409);
  EXPECT_EQ(server_.count("/introspect"), 0U);
}

}  // namespace
}  // namespace signet::test
