// Invariant 6: what cannot be checked is refused. One after the other, what a check needs is taken away; the answer may
// be "later" or "no", never "yes".
#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;

class Unavailable : public AttackTest {
 protected:
  void lose_table(std::string_view drop_statement) {
    sql::Batch batch;
    batch.add(drop_statement, {});
    test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  void expect_no_token(const http::Response& answer) {
    EXPECT_GE(answer.status, 400) << answer.body;
    EXPECT_FALSE(answer.body.contains("access_token")) << answer.body;
  }
};

// RFC9449-11.1, RFC7523-3
TEST_F(Unavailable, ReplayMarksMakeNoTokenAndNoAnswer) {
  const auto loot = log_in();
  lose_table("DROP TABLE replay_marks");
  expect_no_token(token_request({{"grant_type", "client_credentials"}}));
  expect_no_token(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}}));
  EXPECT_FALSE(works(loot.access_token));
}

TEST_F(Unavailable, AuditTrailMakesNoToken) {
  const std::string code = steal_code();
  lose_table("DROP TABLE audit");
  expect_no_token(server.redeem(client, code));
}

TEST_F(Unavailable, TokensAreNotTakenForGood) {
  const auto loot = log_in();
  lose_table("DROP TABLE access_tokens");
  const auto answer = call_with_key(loot.access_token, client.dpop_key);
  EXPECT_GE(answer.status, 500);
  EXPECT_EQ(answer.body.contains("Ada"), false);
}

TEST_F(Unavailable, AccountsLogNobodyIn) {
  const std::string url = test::TestServer::authorization_url(client, server.push(client));
  browser.open(url);
  lose_table("DROP TABLE accounts");
  browser.sign_in();
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_FALSE(browser.has_element("allow"));
}

// A jwks_uri that leads nowhere: without keys nobody is who they say.
TEST_F(Unavailable, KeysOfAClientAuthenticateNobody) {
  client.metadata["client_id"] = client.client_id = "client-remote-keys";
  client.metadata.erase("jwks");
  client.metadata["jwks_uri"] = "https://127.0.0.1:9/jwks";
  server.register_client(client);
  const auto answer = token_request({{"grant_type", "client_credentials"}});
  expect_no_token(answer);
}

// RFC8705-2.1
TEST_F(Unavailable, TrustAnchorsTrustNoCertificate) {
  client.metadata["client_id"] = client.client_id = "client-tls";
  client.metadata.erase("jwks");
  client.metadata["token_endpoint_auth_method"] = "tls_client_auth";
  client.metadata["tls_client_auth_subject_dn"] = "CN=client-tls";
  server.register_client(client);
  server.peer.certificate = Bytes(64, 1);
  EXPECT_EQ(server.post(kPar, client.authorization_request()).status, 401);
}

}  // namespace
}  // namespace signet
