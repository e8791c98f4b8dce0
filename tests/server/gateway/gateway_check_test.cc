// The decision for gateways of others. Every rule is attacked through each of the three contracts.
#include "attacks/certificates.h"
#include "http/byte_sequence.h"
#include "server/gateway/gateway_fixture.h"

namespace signet {
namespace {

using test::Call;
using test::GatewayTest;
using test::kApi;
using test::kApiOrigin;
using test::TestClient;

class GatewayCheck : public GatewayTest, public testing::WithParamInterface<const char*> {
 protected:
  const std::string name = GetParam();
  /// nginx passes no 400 on.
  const int bad_request = name == "nginx" ? 403 : 400;
  http::Response ask_here(const Call& call) { return ask(name, call); }
};
INSTANTIATE_TEST_SUITE_P(Contracts, GatewayCheck, testing::Values("envoy", "forward", "nginx"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(GatewayCheck, AGoodCallIsGivenThePhantomTokenAndTheProvenKey) {
  const auto answer = ask_here(good_call(token));
  const auto phantom = phantom_of(answer);
  EXPECT_EQ(phantom.aud, std::vector<std::string>{std::string(kApi)});
  EXPECT_EQ(phantom.client_id, "caller");
  EXPECT_EQ(phantom.cnf, oauth::SenderConstraint::dpop(test::jkt_of(caller.dpop_key)));
  EXPECT_EQ(answer.fields.get("Client-DPoP-JKT"), test::jkt_of(caller.dpop_key));
  EXPECT_EQ(answer.fields.count("Client-Cert"), 0U);
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  EXPECT_EQ(answer.body, "");
}

// RFC6750-3.1
TEST_P(GatewayCheck, ACallWithoutATokenIsToldWhatToBring) {
  const auto answer = ask_here({});
  expect_problem(answer, 401, "invalid_token");
  const std::string challenge(answer.fields.get("WWW-Authenticate"));  // one field, whatever it holds
  EXPECT_THAT(challenge, testing::StartsWith("DPoP "));
  EXPECT_THAT(challenge, testing::HasSubstr("Bearer "));
  EXPECT_THAT(challenge, testing::Not(testing::HasSubstr("error=")));
}

// RFC9449-7.1
TEST_P(GatewayCheck, AStolenTokenIsRefused) {
  const auto thief = test::make_signer("");
  const std::string url = std::string(kApiOrigin) + "/accounts";
  expect_problem(ask_here(call_with(token, proof(thief, "GET", url, token))), 401, "invalid_token");
  expect_problem(ask_here(call_with(token, "", "Bearer")), 401, "invalid_token");
  expect_problem(ask_here(call_with(token, "")), 401, "invalid_dpop_proof");
}

// RFC9449-4.3
TEST_P(GatewayCheck, AProofForAnotherCallIsRefused) {
  const std::string origin(kApiOrigin);
  for (const std::string& url :
       {origin + "/payments", origin + "/accounts/", std::string("https://other.example/accounts"),
        std::string("http://api.bank.example/accounts"), origin + "/gateway/check/" + name}) {
    expect_problem(ask_here(call_with(token, proof_for(token, url))), 401, "invalid_dpop_proof");
  }
  expect_problem(ask_here(call_with(token, proof_for(token, origin + "/accounts", "POST"))), 401, "invalid_dpop_proof");
  expect_problem(ask_here(call_with(token, proof_for("another token"))), 401, "invalid_dpop_proof");
}

// RFC9449-4.3
TEST_P(GatewayCheck, AProofOfThePastOrTheFutureIsRefused) {
  const auto call = good_call(token);
  server.clock.advance(minutes{3});
  expect_problem(ask_here(call), 401, "invalid_dpop_proof");
  const auto early = good_call(token);
  server.clock.advance(-minutes{3});
  expect_problem(ask_here(early), 401, "invalid_dpop_proof");
}

// RFC9449-11.1
TEST_P(GatewayCheck, AProofIsGoodOnceWhereverItIsShown) {
  const auto call = good_call(token);
  EXPECT_EQ(ask_here(call).status, 200);
  expect_problem(ask_here(call), 401, "invalid_dpop_proof");
  const auto other_node = test::value_of(server::GatewayCheck::make(server.context()));
  expect_problem(run_blocking(other_node->handle(question(name, call))), 401, "invalid_dpop_proof");
  for (const char* const other : {"envoy", "forward", "nginx"}) {
    expect_problem(ask(other, call), 401, "invalid_dpop_proof");
  }
}

TEST_P(GatewayCheck, ATokenForAnotherApiIsRefused) {
  const auto foreign = tokens_for(client).access_token;
  expect_problem(
      ask_here(call_with(foreign, proof(client.dpop_key, "GET", std::string(kApiOrigin) + "/accounts", foreign))), 401,
      "invalid_token");
}

// RFC6750-3.1
TEST_P(GatewayCheck, ATokenWithoutTheScopeIsRefusedAndToldWhichOne) {
  const auto weak = tokens_for(caller, "openid").access_token;
  const auto answer = ask_here(good_call(weak));
  expect_problem(answer, 403, "insufficient_scope");
  EXPECT_THAT(answer.fields.get("WWW-Authenticate"), testing::HasSubstr("scope=\"accounts\""));
}

TEST_P(GatewayCheck, ARevokedTokenIsRefusedAtOnce) {
  const auto with_jwt =
      add_client("with-jwt", {{"resource", json::array{json::string(kApi)}}, {"access_token_format", "jwt"}});
  const auto jwt = tokens_for(with_jwt).access_token;
  const std::string url = std::string(kApiOrigin) + "/accounts";
  const auto call_by_jwt = [&] { return ask_here(call_with(jwt, proof(with_jwt.dpop_key, "GET", url, jwt))); };
  EXPECT_EQ(call_by_jwt().status, 200);
  EXPECT_EQ(revoke_as(with_jwt, jwt).status, 200);
  expect_problem(call_by_jwt(), 401, "invalid_token");
  EXPECT_EQ(ask_here(good_call(token)).status, 200);
  EXPECT_EQ(revoke_as(caller, token).status, 200);
  expect_problem(ask_here(good_call(token)), 401, "invalid_token");
}

// RFC6750-2.3, FAPI2-SP-FINAL-5.3.4
TEST_P(GatewayCheck, ATokenInTheQueryIsRefusedHoweverItsNameIsWritten) {
  for (const char* const query : {"access_token=x", "a=1&access_token=x", "access%5Ftoken=x", "%61ccess_token"}) {
    Call call = good_call(token);
    call.target = std::string("/accounts?") + query;
    const auto answer = ask_here(call);
    expect_problem(answer, bad_request, "invalid_request");
    EXPECT_THAT(answer.fields.get("WWW-Authenticate"), testing::HasSubstr("error=\"invalid_request\""));
  }
  Call harmless = good_call(token);
  harmless.target = "/accounts?my_access_token=x&q=access_token";
  EXPECT_EQ(ask_here(harmless).status, 200);
}

// RFC6750-3.1
TEST_P(GatewayCheck, TwoCredentialsAreRefused) {
  Call call = good_call(token);
  call.fields.add("Authorization", "Bearer " + token);
  expect_problem(ask_here(call), bad_request, "invalid_request");
  Call proofs = good_call(token);
  proofs.fields.add("DPoP", proof_for(token));
  expect_problem(ask_here(proofs), 401, "invalid_dpop_proof");
  Call oversized = call_with(std::string(9000, 'a'), proof_for(token));
  expect_problem(ask_here(oversized), bad_request, "invalid_request");
}

TEST_P(GatewayCheck, AProvenKeyThatTheClientClaimsIsNotBelieved) {
  Call call = call_with(token, "", "Bearer");
  call.fields.set("Client-DPoP-JKT", test::jkt_of(caller.dpop_key));
  auto asked = question(name, call);
  asked.peer.dpop_jkt = test::jkt_of(caller.dpop_key);  // as a listener would take it from a trusted proxy
  expect_problem(send(asked), 401, "invalid_token");
  Call mixed = good_call(token);
  mixed.fields.set("Client-DPoP-JKT", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  mixed.fields.set("Client-Cert", ":AQI=:");
  const auto answer = ask_here(mixed);
  EXPECT_EQ(answer.fields.get("Client-DPoP-JKT"), test::jkt_of(caller.dpop_key));
  EXPECT_EQ(answer.fields.count("Client-Cert"), 0U);
}

TEST_P(GatewayCheck, WhatCannotBeLookedUpIsRefused) {
  for (const std::string_view statement : {"DROP TABLE replay_marks", "DROP TABLE access_tokens"}) {
    sql::Batch batch;
    batch.add(statement, {});
    (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
    const auto answer = ask_here(good_call(token));
    EXPECT_GE(answer.status, 500);
    EXPECT_EQ(answer.fields.count("Authorization"), 0U);
  }
}

TEST_P(GatewayCheck, ARefusalIsRecordedWithoutTokenOrProof) {
  const auto call = good_call(token);
  EXPECT_EQ(ask_here(call).status, 200);
  EXPECT_EQ(ask_here(call).status, 401);
  const auto records = server.audit();
  const auto refusal =
      std::ranges::find_if(records, [](const auto& record) { return record.starts_with("gateway refused"); });
  ASSERT_NE(refusal, records.end());
  EXPECT_THAT(*refusal, testing::HasSubstr("\"resource\":\"" + name + "\""));
  EXPECT_THAT(*refusal, testing::HasSubstr("\"client_id\":\"caller\""));
  for (const auto& record : records) {
    EXPECT_FALSE(record.contains(token));
    EXPECT_FALSE(record.contains(call.fields.get("DPoP")));
  }
  const auto& metrics = server.context().metrics;
  EXPECT_EQ(metrics.value(server::Metrics::Counter::GatewayApprovals), 1U);
  EXPECT_EQ(metrics.value(server::Metrics::Counter::GatewayRefusals), 1U);
  EXPECT_EQ(metrics.value(server::Metrics::Counter::ReplaysRefused), 1U);
}

class GatewayCheckByCertificate : public GatewayCheck {
 protected:
  GatewayCheckByCertificate() {
    server.peer.certificate = own;
    token = test::text_of(post_as(holder, kTokenUrl, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                          "access_token");
    server.peer.certificate.clear();
  }
  Call call_by(const Bytes& certificate) {
    Call call = call_with(token, "", "Bearer");
    call.certificate = certificate;
    return call;
  }
  test::Authority authority{"Some CA", server.clock.now()};
  const Bytes own = authority.issue_client("holder");
  const TestClient holder = add_client("holder", {{"resource", json::array{json::string(kApi)}},
                                                  {"grant_types", json::array{"client_credentials"}},
                                                  {"redirect_uris", nullptr},
                                                  {"response_types", nullptr},
                                                  {"dpop_bound_access_tokens", nullptr},
                                                  {"tls_client_certificate_bound_access_tokens", true}});
};
INSTANTIATE_TEST_SUITE_P(Contracts, GatewayCheckByCertificate, testing::Values("envoy", "forward", "nginx"),
                         [](const auto& info) { return std::string(info.param); });

// RFC8705-3, RFC9440-2.2
TEST_P(GatewayCheckByCertificate, ItsHolderPassesAndTheCertificateIsHandedOn) {
  const auto answer = ask_here(call_by(own));
  EXPECT_EQ(phantom_of(answer).cnf.kind, oauth::SenderConstraint::Kind::Mtls);
  EXPECT_EQ(answer.fields.get("Client-Cert"), http::render_byte_sequence(own));
  EXPECT_EQ(answer.fields.count("Client-DPoP-JKT"), 0U);
}

// RFC8705-3
TEST_P(GatewayCheckByCertificate, NobodyElseDoes) {
  expect_problem(ask_here(call_by({})), 401, "invalid_token");
  expect_problem(ask_here(call_by(authority.issue_client("holder"))), 401, "invalid_token");
  Call forged = call_by({});
  forged.fields.set("Client-Cert", http::render_byte_sequence(own));  // not believed by the listener
  expect_problem(ask_here(forged), 401, "invalid_token");
  expect_problem(ask_here(call_by({1, 2, 3})), bad_request, "invalid_request");
}

TEST_P(GatewayCheckByCertificate, NobodyDoesWhereCertificatesDoNotCount) {
  for (auto& one : server.config().protected_resources) one.accept = {"dpop"};
  configure();
  expect_problem(ask_here(call_by(own)), 401, "invalid_token");
}

class GatewayCheckWithNonces : public GatewayCheck {
 protected:
  GatewayCheckWithNonces() {
    for (auto& one : server.config().protected_resources) one.require_dpop_nonce = true;
    configure();
  }
  Call call_with_nonce(const std::string& nonce) {
    const std::string jti = make_random_id(server.random);
    const std::string url = std::string(kApiOrigin) + "/accounts";
    return call_with(token, test::make_proof(caller.dpop_key, {.method = "GET",
                                                               .url = url,
                                                               .jti = jti,
                                                               .now = server.clock.now(),
                                                               .nonce = nonce,
                                                               .access_token = token}));
  }
  std::string nonce_of(const std::string& gateway) {
    return std::string(ask(gateway, good_call(token)).fields.get("DPoP-Nonce"));
  }
};
INSTANTIATE_TEST_SUITE_P(Contracts, GatewayCheckWithNonces, testing::Values("envoy", "forward", "nginx"),
                         [](const auto& info) { return std::string(info.param); });

// RFC9449-9
TEST_P(GatewayCheckWithNonces, AProofMustCarryOneOfThisApi) {
  const auto answer = ask_here(good_call(token));
  expect_problem(answer, 401, "use_dpop_nonce");
  EXPECT_THAT(answer.fields.get("WWW-Authenticate"), testing::HasSubstr("error=\"use_dpop_nonce\""));
  EXPECT_EQ(ask_here(call_with_nonce(nonce_of(name))).status, 200);
  const std::string elsewhere = nonce_of(name == "envoy" ? "forward" : "envoy");
  expect_problem(ask_here(call_with_nonce(elsewhere)), 401, "use_dpop_nonce");
  expect_problem(ask_here(call_with_nonce(server.context().dpop_nonces.make(server.clock.now()))), 401,
                 "use_dpop_nonce");
}

// RFC9449-8.2
TEST_P(GatewayCheckWithNonces, ANewOneComesWithTheApprovalBeforeTheOldOneEnds) {
  const auto nonce = nonce_of(name);
  server.clock.advance(minutes{2});
  const auto answer = ask_here(call_with_nonce(nonce));
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.fields.get("DPoP-Nonce"), nonce);
  EXPECT_NE(answer.fields.get("DPoP-Nonce"), "");
}

// RFC9470-3
TEST_P(GatewayCheck, ALoginThatIsTooWeakOrTooOldIsSentBackForMore) {
  for (auto& one : server.config().protected_resources) one.acr_values = {"urn:example:strong"};
  configure();
  const auto weak = ask_here(good_call(token));
  expect_problem(weak, 401, "insufficient_user_authentication");
  EXPECT_THAT(weak.fields.get("WWW-Authenticate"), testing::HasSubstr("acr_values=\"urn:example:strong\""));
  for (auto& one : server.config().protected_resources) {
    one.acr_values = {};
    one.max_age = minutes{5};
  }
  configure();
  EXPECT_EQ(ask_here(good_call(token)).status, 200);
  server.clock.advance(minutes{6});
  expect_problem(ask_here(good_call(token)), 401, "insufficient_user_authentication");
}

// RFC9728-5.1
TEST_P(GatewayCheck, AChallengeNamesTheMetadataOfTheApi) {
  for (auto& one : server.config().protected_resources) {
    one.realm = "accounts";
    one.resource_metadata = "https://api.bank.example/.well-known/oauth-protected-resource/v1";
  }
  configure();
  const auto answer = ask_here({});
  EXPECT_THAT(answer.fields.get("WWW-Authenticate"), testing::HasSubstr("realm=\"accounts\""));
  EXPECT_THAT(answer.fields.get("WWW-Authenticate"), testing::HasSubstr("resource_metadata=\"https://api.bank"));
}

class GatewayCheckOfBearerTokens : public GatewayTest {
 protected:
  GatewayCheckOfBearerTokens() : GatewayTest({test::issuer_config("main", "https://as.example", "openid")}) {
    const auto unbound =
        add_client("unbound", {{"resource", json::array{json::string(kApi)}}, {"dpop_bound_access_tokens", nullptr}});
    token = test::text_of(post_as(unbound, kTokenUrl, code_form(unbound, code_for(unbound))), "access_token");
  }
};

TEST_F(GatewayCheckOfBearerTokens, TheyPassWhereTheyAreNamed) {
  expect_problem(ask("envoy", call_with(token, "", "Bearer")), 401, "invalid_token");
  configured(0).accept = {"bearer"};
  configure();
  const auto answer = ask("envoy", call_with(token, "", "Bearer"));
  EXPECT_FALSE(phantom_of(answer).cnf.is_bound());
  EXPECT_EQ(answer.fields.count("Client-Cert") + answer.fields.count("Client-DPoP-JKT"), 0U);
}

TEST_F(GatewayCheckOfBearerTokens, BoundTokensDoNotBecomeBearerTokensThere) {
  configured(0).accept = {"bearer"};
  configure();
  const auto bound = tokens_for(caller).access_token;
  expect_problem(ask("envoy", call_with(bound, "", "Bearer")), 401, "invalid_token");
  expect_problem(ask("envoy", good_call(bound)), 401, "invalid_token");
}

}  // namespace
}  // namespace signet
