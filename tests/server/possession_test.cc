// Proof of possession at the token endpoint: what counts as a proof, of which key, for which address, how often.
#include "server/back_channel.h"
#include "server/context.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::Parameters;
using test::TestClient;
using test::text_of;

const Parameters kForm = {{"grant_type", "client_credentials"}};
const json::array kOwnTokens = {"client_credentials"};

class Possession : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  http::Response ask(const std::string& dpop_proof) { return post_as(client, kToken, kForm, dpop_proof); }
  /// A proof whose claims are good unless changed.
  std::string proof_with(const oauth::DpopProofRequest& request) { return test::make_proof(client.dpop_key, request); }
  TestClient add_own(const std::string& id, json::object members) {
    members["grant_types"] = kOwnTokens;
    members["response_types"] = json::array{};
    members["redirect_uris"] = nullptr;
    return add_client(id, members);
  }
  test::Authority authority{"Authority", server.clock.now()};
};

TEST_F(Possession, ARefusedProofIsCountedAtClientsAndAtHoldersOfTokens) {
  const auto count = [&] { return server.context().metrics.value(server::Metrics::Counter::DpopFailures); };
  EXPECT_EQ(ask(proof(client.dpop_key, "POST", kToken)).status, 200);
  EXPECT_EQ(count(), 0U);
  expect_refused(ask(proof(client.dpop_key, "GET", kToken)), 400, "invalid_dpop_proof");
  EXPECT_EQ(count(), 1U);
  const std::string token = test::loot_of(redeem_as(client, code_for(client))).access_token;
  EXPECT_EQ(call_with_key(token, client.dpop_key).status, 200);
  EXPECT_EQ(count(), 1U);
  http::Fields fields;
  fields.set("Authorization", "DPoP " + token);
  fields.set("DPoP", proof(client.dpop_key, "POST", "https://as.example/userinfo", token));
  EXPECT_EQ(server.get("https://as.example/userinfo", std::move(fields)).status, 401);
  EXPECT_EQ(count(), 2U);
}

// RFC9449-4.3
TEST_F(Possession, AProofForAnotherMethodOrAddressIsRefused) {
  for (const char* const url : {"https://as.example/par", "https://as.example/token/", "http://as.example/token",
                                "https://evil.example/token", "https://as.example:8443/token"}) {
    expect_refused(ask(proof(client.dpop_key, "POST", url)), 400, "invalid_dpop_proof");
  }
  expect_refused(ask(proof(client.dpop_key, "GET", kToken)), 400, "invalid_dpop_proof");
  expect_refused(ask(proof(client.dpop_key, "post", kToken)), 400, "invalid_dpop_proof");
  EXPECT_EQ(ask(proof(client.dpop_key, "POST", "HTTPS://AS.example:443/token")).status, 200)
      << "the same address in another spelling";
}

// RFC9449-11.1
TEST_F(Possession, AProofThatIsOldOrFromTheFutureIsRefused) {
  const Instant now = server.clock.now();
  for (const Instant iat : {now - minutes{3}, now + minutes{2}}) {
    expect_refused(ask(proof_with({.method = "POST", .url = kToken, .jti = "time", .now = iat})), 400,
                   "invalid_dpop_proof");
  }
  EXPECT_EQ(ask(proof_with({.method = "POST", .url = kToken, .jti = "a", .now = now - seconds{30}})).status, 200);
  EXPECT_EQ(ask(proof_with({.method = "POST", .url = kToken, .jti = "b", .now = now + seconds{8}})).status, 200);
}

// RFC9449-4.3
TEST_F(Possession, TwoProofsOrNoProofAtAllAreRefused) {
  http::Fields fields;
  fields.add("DPoP", proof(client.dpop_key, "POST", kToken));
  fields.add("DPoP", proof(client.dpop_key, "POST", kToken));
  expect_refused(server.post(kToken, authenticated(kForm), std::move(fields)), 400, "invalid_dpop_proof");
  for (const char* const text : {"x", "e30.e30.e30", "..", "eyJhbGciOiJub25lIn0.e30."}) {
    expect_refused(ask(text), 400, "invalid_dpop_proof");
  }
}

// RFC9449-4.2
TEST_F(Possession, AProofSignedByAnotherKeyThanItShowsIsRefused) {
  const std::string header = oauth::render_dpop_header(client.dpop_key.key.public_key(), client.dpop_key.alg);
  const std::string claims =
      oauth::render_dpop_claims({.method = "POST", .url = kToken, .jti = "forged", .now = server.clock.now()});
  expect_refused(ask(test::value_of(jose::sign_jws_with_header(thiefs_key, header, claims))), 400,
                 "invalid_dpop_proof");
}

// RFC8725-3.11: a client assertion is signed by a key, too, and is no proof
TEST_F(Possession, AnotherKindOfJwtIsNoProof) {
  const auto form = authenticated(kForm);
  const auto assertion = std::ranges::find(form, "client_assertion", &http::Form::Entry::name)->value;
  http::Fields fields;
  fields.set("DPoP", assertion);
  expect_refused(server.post(kToken, form, std::move(fields)), 400, "invalid_dpop_proof");
}

TEST_F(Possession, ARefusedRequestDoesNotSpendItsProof) {
  const std::string good = proof(client.dpop_key, "POST", kToken);
  expect_refused(post_as(client, kToken, {{"grant_type", "client_credentials"}, {"scope", "openid"}}, good), 400,
                 "invalid_scope");
  EXPECT_EQ(ask(good).status, 200);
  expect_refused(ask(good), 400, "invalid_dpop_proof");
}

// RFC9449-5.2, RFC8705-3.4: the registration says which key
TEST_F(Possession, ACertificateIsNoReplacementForAProof) {
  server.peer.certificate = authority.issue_client("client");
  expect_refused(ask(""), 400, "invalid_dpop_proof");
}

TEST_F(Possession, AProofIsNoReplacementForACertificate) {
  const auto bank =
      add_own("bank", {{"dpop_bound_access_tokens", nullptr}, {"tls_client_certificate_bound_access_tokens", true}});
  expect_refused(token_as(bank, kForm), 400, "invalid_dpop_proof");
  server.peer.certificate = authority.issue_client("bank");
  expect_refused(token_as(bank, kForm), 400, "invalid_dpop_proof");
  EXPECT_EQ(text_of(post_as(bank, kToken, kForm), "token_type"), "Bearer");
}

TEST_F(Possession, WithoutARegisteredKindEitherKeyWillDoButNoneWillNot) {
  const auto free = add_own("free", {{"dpop_bound_access_tokens", nullptr}});
  expect_refused(post_as(free, kToken, kForm), 400, "invalid_dpop_proof");
  EXPECT_EQ(text_of(token_as(free, kForm), "token_type"), "DPoP");
  server.peer.certificate = authority.issue_client("free");
  EXPECT_TRUE(introspect(text_of(post_as(free, kToken, kForm), "access_token")).contains("cnf"));
}

class CertificateAddress : public Possession {
 protected:
  CertificateAddress() : Possession({issuer_with_alias()}) {}
  static server::IssuerConfig issuer_with_alias() {
    auto config = test::issuer_config();
    config.mtls_url = "https://mtls.as.example";
    return config;
  }
  http::Response ask_at(const std::string& url, const std::string& dpop_proof) {
    http::Fields fields;
    fields.set("DPoP", dpop_proof);
    return server.post(url, authenticated(kForm), std::move(fields));
  }
};

// RFC9449-4.3, RFC8705-5
TEST_F(CertificateAddress, AProofIsForTheAddressItWasSentTo) {
  const std::string alias = "https://mtls.as.example/token";
  expect_refused(ask_at(alias, proof(client.dpop_key, "POST", kToken)), 400, "invalid_dpop_proof");
  expect_refused(ask_at(kToken, proof(client.dpop_key, "POST", alias)), 400, "invalid_dpop_proof");
  EXPECT_EQ(ask_at(alias, proof(client.dpop_key, "POST", alias)).status, 200);
  EXPECT_EQ(ask_at(kToken, proof(client.dpop_key, "POST", kToken)).status, 200);
}

TEST_F(CertificateAddress, AHostThatTheCallerInventsIsNotBelieved) {
  const std::string invented = "https://evil.example/token";
  expect_refused(ask_at(invented, proof(client.dpop_key, "POST", invented)), 400, "invalid_dpop_proof");
}

class DemandedNonce : public Possession {
 protected:
  DemandedNonce() : Possession({issuer_with_nonces()}) {}
  static server::IssuerConfig issuer_with_nonces() {
    auto config = test::issuer_config();
    config.require_dpop_nonce = true;
    return config;
  }
  http::Response ask_with_nonce(std::string_view nonce) {
    const std::string jti = make_random_id(server.random);
    return ask(proof_with({.method = "POST", .url = kToken, .jti = jti, .now = server.clock.now(), .nonce = nonce}));
  }
  static std::string nonce_of(const http::Response& response) { return std::string(response.fields.get("DPoP-Nonce")); }
};

// RFC9449-8
TEST_F(DemandedNonce, AProofWithoutOrWithAnInventedOneIsToldTheRightOne) {
  for (const char* const nonce : {"", "invented", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto answer = ask_with_nonce(nonce);
    expect_refused(answer, 400, "use_dpop_nonce");
    EXPECT_NE(nonce_of(answer), "");
    EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  }
}

TEST_F(DemandedNonce, WorksWhenItIsUsedAndComesAgainWithTheAnswer) {
  const std::string nonce = nonce_of(ask_with_nonce(""));
  const auto answer = ask_with_nonce(nonce);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(nonce_of(answer), "");
  EXPECT_EQ(ask_with_nonce(nonce_of(answer)).status, 200);
}

// RFC9449-8.2
TEST_F(DemandedNonce, ComesAgainWithThePushedRequest) {
  const std::string nonce = nonce_of(ask_with_nonce(""));
  const std::string par = std::string(test::kIssuer) + "/par";
  const auto pushed =
      post_as(client, par, client.authorization_request(),
              proof_with({.method = "POST", .url = par, .jti = "par", .now = server.clock.now(), .nonce = nonce}));
  EXPECT_EQ(pushed.status, 201) << pushed.body;
  EXPECT_EQ(ask_with_nonce(nonce_of(pushed)).status, 200);
  EXPECT_EQ(nonce_of(post_as(client, par, client.authorization_request())), "") << "who sends no proof needs none";
}

// RFC9449-8.2
TEST_F(DemandedNonce, RunsOut) {
  const std::string nonce = nonce_of(ask_with_nonce(""));
  server.clock.advance(minutes{2});
  const auto fresh = ask_with_nonce(nonce);
  EXPECT_EQ(fresh.status, 200) << "the one before is good for those who just got it";
  server.clock.advance(minutes{3});
  expect_refused(ask_with_nonce(nonce), 400, "use_dpop_nonce");
}

// RFC9449-8: at a resource it is a challenge
TEST_F(DemandedNonce, IsDemandedAtUserinfoByAChallenge) {
  const std::string nonce = nonce_of(ask_with_nonce(""));
  const auto proof_with_nonce =
      proof_with({.method = "POST", .url = kToken, .jti = "j", .now = server.clock.now(), .nonce = nonce});
  const auto issued = post_as(client, kToken, code_form(client, code_for(client)), proof_with_nonce);
  const auto answer = call_with_key(text_of(issued, "access_token"), client.dpop_key);
  EXPECT_EQ(answer.status, 401);
  EXPECT_NE(nonce_of(answer), "");
  EXPECT_TRUE(std::string(answer.fields.all("WWW-Authenticate").front()).contains("error=\"use_dpop_nonce\""));
}

}  // namespace
}  // namespace signet
