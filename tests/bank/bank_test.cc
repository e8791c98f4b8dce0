#include "bank/bank.h"

#include "bank/accounts.h"
#include "oauth/iban_iso13616.h"
#include "resource/resource_fixture.h"

namespace signet::test {
namespace {

constexpr std::string_view kId = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";

class BankApi : public ResourceFixture {
 protected:
  BankApi() {
    server_.introspection.scope = {"accounts", "payments"};
    approve("12.50");
  }
  /// The next token stands for a grant of its own, in which the user approved this payment.
  void approve(std::string_view amount) {
    token_ = make_random_token(random_);
    server_.introspection.jti = make_random_token(random_) + ".token";
    server_.introspection.authorization_details =
        R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":")" + std::string(amount) +
        R"("},"creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}}])";
  }

  http::Response call(std::string method, std::string target, std::string body = {}, http::Fields fields = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.fields = std::move(fields);
    ProofParts parts = proof_parts(token_);
    parts.claims["htm"] = request.method;
    parts.claims["htu"] = std::string(kApi) + std::string(request.path());
    request.fields.add("Authorization", "DPoP " + token_);
    request.fields.add("DPoP", sign(parts));
    return run_blocking(bank_.handle(request));
  }
  http::Response pay(std::string body) {
    http::Fields fields;
    fields.add("Content-Type", "application/json");
    return call("POST", "/payments", std::move(body), std::move(fields));
  }
  [[nodiscard]] static std::string payment(std::string_view amount, std::string_view debtor) {
    return R"({"instructedAmount":{"currency":"EUR","amount":")" + std::string(amount) +
           R"("},"debtorAccount":{"iban":")" + std::string(debtor) +
           R"("},"creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}})";
  }

  bank::Bank bank_{*api_, random_};
  std::string token_;
  const bank::Account account_ = bank::accounts_of("alice").front();
};

TEST_F(BankApi, WithoutATokenThereIsAProblemDocumentWithChallenges) {
  http::Request request;
  request.method = "GET";
  request.target = "/accounts";
  const auto response = run_blocking(bank_.handle(request));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
  EXPECT_GE(response.fields.count("WWW-Authenticate"), 1U);
}

TEST_F(BankApi, ATokenWithoutTheScopeDoesNotPay) {
  server_.introspection.scope = {"accounts"};
  EXPECT_EQ(pay(payment("1.00", account_.iban)).status, 403);
}

TEST_F(BankApi, AnotherUsersAccountIsNotFound) {
  const auto foreign = bank::accounts_of("bob").front().id;
  EXPECT_EQ(call("GET", "/accounts/" + foreign).status, 404);
  EXPECT_EQ(call("GET", "/accounts/" + foreign + "/balances").status, 404);
  EXPECT_EQ(call("GET", "/accounts/" + foreign + "/transactions").status, 404);
}

// RFC9562-4
TEST_F(BankApi, AnInteractionIdThatIsNoUuidIsRefused) {
  for (const std::string_view bad :
       {"", "x", "c770aef3678441f78e0eff5f97bddb3a", "c770aef3-6784-41f7-8e0e-ff5f97bddb3g"}) {
    http::Fields fields;
    fields.add("x-fapi-interaction-id", bad);
    const auto response = call("GET", "/accounts", {}, fields);
    EXPECT_EQ(response.status, 400) << bad;
    EXPECT_EQ(response.fields.get("x-fapi-interaction-id").size(), 36U);
  }
}

// RFC9562-5.4
TEST_F(BankApi, TheInteractionIdComesBackOrIsMade) {
  http::Fields fields;
  fields.add("x-fapi-interaction-id", kId);
  EXPECT_EQ(call("GET", "/accounts", {}, fields).fields.get("x-fapi-interaction-id"), kId);
  const std::string made(call("GET", "/accounts").fields.get("x-fapi-interaction-id"));
  ASSERT_EQ(made.size(), 36U);
  EXPECT_EQ(made[14], '4');
}

TEST_F(BankApi, TheUserSeesTheirAccountsBalancesAndTransactions) {
  const auto accounts = call("GET", "/accounts");
  EXPECT_EQ(accounts.status, 200);
  EXPECT_EQ(parse_json_object(accounts.body)->at("accounts").as_array().size(), 3U);
  for (const std::string part : {"", "/balances", "/transactions"}) {
    const auto response = call("GET", "/accounts/" + account_.id + part);
    EXPECT_EQ(response.status, 200) << part;
    EXPECT_EQ(response.fields.get("Content-Type"), "application/json");
  }
}

TEST_F(BankApi, AProofForAnotherAccountDoesNotFit) {
  http::Request request;
  request.method = "GET";
  request.target = "/accounts/" + account_.id;
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", make_proof("opaque"));  // made for /accounts
  EXPECT_EQ(run_blocking(bank_.handle(request)).status, 401);
}

TEST_F(BankApi, WrongPathsAndMethodsAreNamed) {
  EXPECT_EQ(call("GET", "/account").status, 404);
  EXPECT_EQ(call("GET", "/accounts/").status, 404);
  const auto response = call("DELETE", "/accounts");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.fields.get("Allow"), "GET");
}

TEST_F(BankApi, APaymentThatMakesNoSenseIsRefused) {
  EXPECT_EQ(pay("").status, 400);
  EXPECT_EQ(pay("[]").status, 400);
  EXPECT_EQ(pay(R"({"instructedAmount":5})").status, 400);
  for (const std::string_view amount : {"0", "-1", "1.234", "1.", "1e3", "", "999999999999"}) {
    EXPECT_EQ(pay(payment(amount, account_.iban)).status, 400) << amount;
  }
  EXPECT_EQ(pay(payment("12.50", bank::accounts_of("bob").front().iban)).status, 400);
  EXPECT_EQ(pay(payment("12.50", bank::accounts_of("alice").back().iban)).status, 400) << "pounds";
  approve("99999999.00");
  EXPECT_EQ(pay(payment("99999999.00", account_.iban)).status, 422);
  EXPECT_EQ(call("POST", "/payments", payment("1.00", account_.iban)).status, 415);
}

// RFC9396-9
TEST_F(BankApi, AnotherPaymentThanTheApprovedOneIsRefusedAndTheDifferenceNamed) {
  const std::string order = payment("12.50", account_.iban);
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = order;
    return other.replace(other.find(from), from.size(), to);
  };
  struct Row {
    std::string body;
    const char* named;
  };
  const Row rows[] = {
      {changed("12.50", "12.51"), "The amount"},
      {changed("12.50", "1250"), "The amount"},
      {changed("EUR", "GBP"), "The currency"},
      {changed("Merchant A", "Merchant B"), "The payee"},
      {changed("Merchant A", "Merchant \u0410"), "The payee"},
      {changed("DE89370400440532013000", "GB82WEST12345698765432"), "The account of the payee"},
      {changed("\"creditorName\"", "\"remittanceInformationUnstructured\":\"x\",\"creditorName\""), "The remittance"}};
  for (const Row& row : rows) {
    const auto response = pay(row.body);
    EXPECT_EQ(response.status, 403) << row.body;
    EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
    const json::object problem = parse_json_object(response.body).value();
    EXPECT_EQ(peek_string(problem, "error"), "insufficient_scope");
    EXPECT_TRUE(peek_string(problem, "detail").starts_with(row.named)) << response.body;
  }
  EXPECT_EQ(pay(order).status, 201) << "what was refused has used nothing up";
}

TEST_F(BankApi, ATokenWithoutAnApprovedPaymentDoesNotPay) {
  for (const char* const details : {"", R"([{"type":"account_information","actions":["list_accounts"]}])",
                                    R"([{"type":"payment_initiation"}])", R"([{"type":"unknown"}])"}) {
    approve("12.50");
    server_.introspection.authorization_details = details;
    const auto response = pay(payment("12.50", account_.iban));
    EXPECT_EQ(response.status, 403) << details;
    EXPECT_TRUE(response.body.contains("insufficient_scope")) << response.body;
  }
}

TEST_F(BankApi, OneApprovalIsOnePaymentHoweverManyTokensItHas) {
  EXPECT_EQ(pay(payment("12.50", account_.iban)).status, 201);
  EXPECT_EQ(pay(payment("12.50", account_.iban)).status, 409);
  server_.introspection.jti = server_.introspection.jti.substr(0, server_.introspection.jti.find('.')) + ".refreshed";
  token_ = "refreshed";
  EXPECT_EQ(pay(payment("12.50", account_.iban)).status, 409);
  approve("12.50");
  EXPECT_EQ(pay(payment("12.50", account_.iban)).status, 201);
  approve("12.50");
  server_.introspection.jti.clear();
  EXPECT_EQ(pay(payment("12.50", account_.iban)).status, 403);
}

TEST_F(BankApi, APaymentIsTaken) {
  const auto response = pay(payment("12.5", account_.iban));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(parse_json_object(response.body)->at("instructedAmount").at("amount"), "12.50");
}

TEST_F(BankApi, PaymentsMayNeedAStrongerLogin) {
  bank::Bank strict(*api_, random_, {.transactions = {}, .payments = {.acr_values = {"mfa"}, .max_age = {}}});
  http::Request request;
  request.method = "POST";
  request.target = "/payments";
  ProofParts parts = proof_parts("opaque");
  parts.claims["htm"] = "POST";
  parts.claims["htu"] = "https://api.test/payments";
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", sign(parts));
  const auto response = run_blocking(strict.handle(request));
  EXPECT_EQ(response.status, 401);
  EXPECT_TRUE(oauth::find_step_up(oauth::parse_challenges(response.fields.all("WWW-Authenticate")).value()));
}

TEST_F(BankApi, TheMetadataIsPublic) {
  http::Request request;
  request.method = "GET";
  request.target = "/.well-known/oauth-protected-resource";
  const auto response = run_blocking(bank_.handle(request));
  EXPECT_EQ(response.status, 200);
  const auto metadata = parse_json_object(response.body);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(peek_string(*metadata, "resource"), kApi);
}

TEST(BankData, IbansAreValidAndTheSameEveryTime) {
  for (const auto& account : bank::accounts_of("alice")) EXPECT_TRUE(oauth::is_iban(account.iban)) << account.iban;
  EXPECT_EQ(bank::accounts_of("alice").front().iban, bank::accounts_of("alice").front().iban);
  EXPECT_NE(bank::accounts_of("alice").front().iban, bank::accounts_of("bob").front().iban);
}

}  // namespace
}  // namespace signet::test
