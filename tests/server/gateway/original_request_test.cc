// How each contract tells of the call. A gateway that asks wrongly is told so with 500, so that somebody notices; what
// a client could have written into the fields of another contract is never looked at.
#include "server/gateway/gateway_fixture.h"

namespace signet {
namespace {

using test::Call;
using test::GatewayTest;

class GatewayContracts : public GatewayTest {
 protected:
  void expect_misconfigured(const http::Request& request, std::string_view reason) {
    const auto answer = send(request);
    expect_problem(answer, 500, "server_error");
    EXPECT_THAT(answer.body, testing::HasSubstr(reason));
    EXPECT_EQ(answer.fields.count("WWW-Authenticate"), 0U);
  }
  http::Request good_question(const std::string& name) { return question(name, good_call(token)); }
  static http::Request without(http::Request request, std::string_view field) {
    http::Fields kept;
    for (const auto& one : request.fields.list()) {
      if (one.name != field) kept.add(one.name, one.value);
    }
    request.fields = std::move(kept);
    return request;
  }
};

TEST_F(GatewayContracts, AnApiThatIsNotConfiguredIsNotGuessed) {
  for (const char* const name : {"", "unknown", "ENVOY", "envoy%2f", ".."}) {
    auto request = good_question("nginx");
    request.target = std::string("/gateway/check/") + name;
    EXPECT_EQ(send(request).status, 500) << name;
  }
  EXPECT_EQ(server.context().metrics.value(server::Metrics::Counter::GatewayFailures), 5U);
}

TEST_F(GatewayContracts, TheLogNamesTheApiThatWasAskedAboutAndWhoAsked) {
  auto request = good_question("nginx");
  request.peer.address = "192.0.2.77";
  request.target = "/gateway/check/no-such.api?token=secret";
  EXPECT_EQ(send(request).status, 500);
  EXPECT_THAT(server.logged(), testing::HasSubstr(R"("resource":"no-such.api","address":"192.0.2.77")"));
  request.target = "/gateway/check/" + std::string(500, 'x');
  EXPECT_EQ(send(request).status, 500);
  EXPECT_THAT(server.logged(), testing::HasSubstr("\"resource\":\"" + std::string(64, 'x') + "\""));
  request.target = "/gateway/check/<script>";
  EXPECT_EQ(send(request).status, 500);
  EXPECT_THAT(server.logged(), testing::HasSubstr(R"-("resource":"(not a name)")-"));
  EXPECT_THAT(server.logged(), testing::Not(testing::HasSubstr("script")));
  EXPECT_THAT(server.logged(), testing::Not(testing::HasSubstr("secret")));
  auto posted = good_question("nginx");
  posted.method = "POST";
  EXPECT_EQ(send(posted).status, 500);
  EXPECT_THAT(server.logged(), testing::HasSubstr(R"("resource":"nginx")"));
}

TEST_F(GatewayContracts, EveryFieldOfAContractMustBeThereOnce) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"forward", "X-Forwarded-Method"}, {"forward", "X-Forwarded-Uri"}, {"forward", "X-Forwarded-Proto"},
      {"forward", "X-Forwarded-Host"},   {"nginx", "X-Original-Method"}, {"nginx", "X-Original-URI"}};
  for (const auto& [name, field] : expected) {
    const std::string reason = std::string("must send one ") + field;
    expect_misconfigured(without(good_question(name), field), reason);
    auto twice = good_question(name);
    twice.fields.add(field, twice.fields.get(field));
    expect_misconfigured(twice, reason);
    auto empty = good_question(name);
    empty.fields.set(field, "");
    expect_misconfigured(empty, reason);
  }
}

TEST_F(GatewayContracts, FieldsOfAnotherContractAreNotLookedAt) {
  auto envoy = good_question("envoy");
  envoy.fields.set("X-Original-Method", "DELETE");
  envoy.fields.set("X-Forwarded-Method", "DELETE");
  envoy.fields.set("X-Forwarded-Uri", "/elsewhere");
  EXPECT_EQ(send(envoy).status, 200);
  auto forwarded = good_question("forward");
  forwarded.target = "/gateway/check/nginx";
  expect_misconfigured(forwarded, "must send one X-Original-Method");
}

TEST_F(GatewayContracts, OnlyEnvoyAsksWithTheMethodAndThePathOfTheCall) {
  for (const char* const name : {"forward", "nginx"}) {
    auto posted = good_question(name);
    posted.method = "POST";
    expect_misconfigured(posted, "must ask with GET");
    auto longer = good_question(name);
    longer.target += "/accounts";
    expect_misconfigured(longer, "more than the name");
    auto with_query = good_question(name);
    with_query.target += "?x=1";
    expect_misconfigured(with_query, "more than the name");
  }
  auto without_path = good_question("envoy");
  for (const char* const target : {"/gateway/check/envoy", "/gateway/check/envoy?page=2"}) {
    without_path.target = target;
    expect_misconfigured(without_path, "did not tell the path");
  }
  Call call = call_with(token, proof_for(token, std::string(test::kApiOrigin) + "/payments/7", "PATCH"));
  call.method = "PATCH";
  call.target = "/payments/7";
  EXPECT_EQ(ask("envoy", call).status, 200);
}

TEST_F(GatewayContracts, APathThatIsNoneIsRefused) {
  for (const char* const target :
       {"accounts", "https://api.bank.example/accounts", "*", "/acc ounts", "/acc\xc3\xb6"}) {
    Call call = good_call(token);
    call.target = target;
    expect_misconfigured(question("forward", call), "did not tell the path");
    expect_misconfigured(question("nginx", call), "did not tell the path");
  }
}

TEST_F(GatewayContracts, ForwardAuthRefusesACallByAnotherNameOrInClear) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"http", "api.bank.example"},       {"https", "other.example"},
      {"https", "api.bank.example:8443"}, {"https", "api.bank.example@other.example"},
      {"https", "api.bank.example/x"},    {"wss", "api.bank.example"}};
  for (const auto& [scheme, host] : wrong) {
    auto request = good_question("forward");
    request.fields.set("X-Forwarded-Proto", scheme);
    request.fields.set("X-Forwarded-Host", host);
    const auto answer = send(request);
    expect_problem(answer, 400, "invalid_request");
    EXPECT_THAT(answer.body, testing::HasSubstr("another origin")) << scheme << host;
  }
  auto same = good_question("forward");
  same.fields.set("X-Forwarded-Host", "API.bank.example:443");
  EXPECT_EQ(send(same).status, 200);
}

TEST_F(GatewayContracts, EnvoyIsToldWhichFieldsOfTheClientMustNotPass) {
  EXPECT_EQ(ask("envoy", good_call(token)).fields.get("x-envoy-auth-headers-to-remove"),
            "DPoP, Client-Cert, Client-Cert-Chain");
  EXPECT_EQ(ask("forward", good_call(token)).fields.count("x-envoy-auth-headers-to-remove"), 0U);
}

TEST_F(GatewayContracts, AnIssuerThatIsNotThereStopsTheStart) {
  configured(0).issuer = "unknown";
  EXPECT_FALSE(server::GatewayCheck::make(server.context()));
}

}  // namespace
}  // namespace signet
