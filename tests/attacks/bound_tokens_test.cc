// Invariant 1: every access token is bound to a key unless the client's profile says bearer; every grant goes through
// the same mint; every hop checks the binding.
#include "attacks/attack_fixture.h"
#include "attacks/certificates.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::loot_of;

class StolenToken : public AttackTest {};

// RFC9449-7.1, FAPI2-SP-FINAL-5.3.4, OIDC-5.3
TEST_F(StolenToken, IsWorthlessWithAProofOfTheThiefsOwnKey) {
  const auto loot = log_in();
  const auto answer = call_with_key(loot.access_token, thiefs_key);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(error_of(answer), "invalid_token");
  EXPECT_TRUE(works(loot.access_token));
}

// RFC9449-7.2
TEST_F(StolenToken, IsWorthlessAsABearerToken) {
  const auto loot = log_in();
  EXPECT_EQ(loot.token_type, "DPoP");
  EXPECT_EQ(call("Bearer", loot.access_token).status, 401);
  EXPECT_EQ(call("DPoP", loot.access_token).status, 401);
}

// RFC9449-11.1
TEST_F(StolenToken, IsWorthlessWithARecordedProof) {
  const auto loot = log_in();
  const std::string recorded = proof(client.dpop_key, "GET", kUserinfo, loot.access_token);
  EXPECT_EQ(call("DPoP", loot.access_token, recorded).status, 200);
  EXPECT_EQ(call("DPoP", loot.access_token, recorded).status, 401);
}

// RFC9449-4.3
TEST_F(StolenToken, IsWorthlessWithAProofForAnotherTokenMethodOrAddress) {
  const auto loot = log_in();
  for (const auto& wrong :
       {proof(client.dpop_key, "GET", kUserinfo, "another-token"), proof(client.dpop_key, "GET", kUserinfo),
        proof(client.dpop_key, "POST", kUserinfo, loot.access_token),
        proof(client.dpop_key, "GET", kToken, loot.access_token)}) {
    EXPECT_EQ(call("DPoP", loot.access_token, wrong).status, 401);
  }
}

class EveryGrant : public AttackTest {};

// FAPI2-SP-FINAL-5.3.2.1, RFC6749-1.4
TEST_F(EveryGrant, GivesNoTokenWithoutAKey) {
  const auto loot = log_in();
  const std::string code = steal_code();
  const test::Parameters grants[] = {
      {{"grant_type", "authorization_code"},
       {"code", code},
       {"redirect_uri", client.redirect_uri},
       {"code_verifier", std::string(test::kVerifier)}},
      {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}},
      {{"grant_type", "client_credentials"}},
  };
  for (const auto& grant : grants) {
    const auto answer = server.post(kToken, authenticated(grant));
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(error_of(answer), "invalid_dpop_proof");
    EXPECT_FALSE(answer.body.contains("access_token"));
  }
}

// RFC9449-5
TEST_F(EveryGrant, BindsItsTokenToTheKeyThatWasProven) {
  const auto loot = log_in();
  const auto own = loot_of(token_request({{"grant_type", "client_credentials"}}));
  const auto refreshed =
      loot_of(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}}, thiefs_key));
  EXPECT_EQ(own.token_type, "DPoP");
  EXPECT_EQ(refreshed.token_type, "DPoP");
  EXPECT_EQ(call_with_key(refreshed.access_token, thiefs_key).status, 200);
  EXPECT_EQ(call_with_key(refreshed.access_token, client.dpop_key).status, 401);
}

// RFC9449-11.1
TEST_F(EveryGrant, TakesAProofOnce) {
  http::Fields fields;
  fields.set("DPoP", proof(client.dpop_key, "POST", kToken));
  EXPECT_EQ(server.post(kToken, authenticated({{"grant_type", "client_credentials"}}), fields).status, 200);
  const auto again = server.post(kToken, authenticated({{"grant_type", "client_credentials"}}), fields);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(error_of(again), "invalid_dpop_proof");
}

class StolenCertificateToken : public AttackTest {
 protected:
  StolenCertificateToken() {
    client.metadata.erase("dpop_bound_access_tokens");
    client.metadata["tls_client_certificate_bound_access_tokens"] = true;
    client.metadata["client_id"] = client.client_id = "client-with-certificate";
    server.register_client(client);
    server.peer.certificate = own_;
  }
  std::string log_in_with_certificate() {
    const std::string code = steal_code();
    const auto answer = server.post(kToken, authenticated({{"grant_type", "authorization_code"},
                                                           {"code", code},
                                                           {"redirect_uri", client.redirect_uri},
                                                           {"code_verifier", std::string(test::kVerifier)}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return loot_of(answer).access_token;
  }

  test::Authority authority_{"Authority", server.clock.now()};
  Bytes own_ = authority_.issue_client("honest client");
};

// RFC8705-3
TEST_F(StolenCertificateToken, IsWorthlessWithoutTheCertificate) {
  const std::string token = log_in_with_certificate();
  EXPECT_EQ(call("Bearer", token).status, 200);
  server.peer.certificate.clear();
  EXPECT_EQ(call("Bearer", token).status, 401);
  server.peer.certificate = authority_.issue_client("honest client");
  EXPECT_EQ(call("Bearer", token).status, 401);
}

// RFC8705-3
TEST_F(StolenCertificateToken, IsWorthlessWithADpopProofInstead) {
  const std::string token = log_in_with_certificate();
  server.peer.certificate.clear();
  EXPECT_EQ(call_with_key(token, thiefs_key).status, 401);
}

class BearerProfile : public AttackTest {
 protected:
  BearerProfile() : AttackTest({test::issuer_config("main", "https://as.example", "oauth2")}) {
    plain.metadata.erase("dpop_bound_access_tokens");
    plain.metadata["grant_types"] = json::array{"client_credentials"};
    plain.metadata.erase("response_types");
    plain.metadata.erase("redirect_uris");
    plain.metadata["scope"] = "accounts";
    server.register_client(plain);
  }
  test::TestClient plain{"client-plain", "https://plain.example/callback"};
};

// RFC6750-2.1
TEST_F(BearerProfile, GivesBearerTokensToClientsThatDidNotAskForMore) {
  auto form = plain.authenticate(test::kIssuer, server.clock.now(), server.random);
  form.push_back({"grant_type", "client_credentials"});
  const auto answer = server.post(kToken, form);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(loot_of(answer).token_type, "Bearer");
}

TEST_F(BearerProfile, CannotBeUsedToWeakenAClientThatIsStricter) {
  client.metadata["scope"] = "accounts";
  client.metadata["client_id"] = client.client_id = "client-strict";
  server.register_client(client);
  const auto answer = server.post(kToken, authenticated({{"grant_type", "client_credentials"}}));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "invalid_dpop_proof");
}

}  // namespace
}  // namespace signet
