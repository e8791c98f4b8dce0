// Invariant 5: nothing secret is stored in clear or written to a log. A whole life of a login is lived, then everything
// the server has kept and said is searched for what must not be there.
#include "attacks/attack_fixture.h"
#include "server/context.h"

namespace signet {
namespace {

using test::AttackTest;
using test::Parameters;
using test::TestServer;
using test::with;

/// Every column of every row of every table, as hexadecimal text, so that neither type nor encoding hides anything.
std::string dump(sql::Database& database) {
  // Prepared statements are remembered by the address of their text, so each text has to stay.
  static std::map<std::string, std::string> texts;
  const auto read = [&](const std::string& sql) {
    const std::string& text = texts.try_emplace(sql, sql).first->second;
    return test::value_of(run_blocking(database.read({text, {}})));
  };
  std::string out;
  for (const auto& table : read("SELECT name FROM sqlite_master WHERE type = 'table'")) {
    for (const auto& column : read("SELECT name FROM pragma_table_info('" + table.text(0) + "')")) {
      for (const auto& row : read("SELECT hex(" + column.text(0) + ") FROM " + table.text(0)))
        out += row.text(0) + "\n";
    }
  }
  return to_lower_ascii(out);
}

class Secrets : public AttackTest {
 protected:
  /// Remembers a secret under the name it is reported with.
  void keep(const std::string& name, std::string_view value) {
    ASSERT_GE(value.size(), 8U) << name;
    secrets_.emplace_back(name, value);
  }
  void keep_form(const Parameters& form) {
    for (const auto& [name, value] : form) {
      static const std::vector<std::string> kSecret = {"client_assertion", "code_verifier", "password", "form_token"};
      if (contains(kSecret, name) && !value.empty()) keep(name, value);
    }
  }

  std::string push_and_keep() {
    auto form = authenticated(with(client.authorization_request(), {{"scope", "openid accounts offline_access"}}));
    keep_form(form);
    const auto answer = server.post(kPar, form);
    const std::string request_uri(peek_string(test::body_of(answer), "request_uri"));
    keep("request_uri", std::string_view(request_uri).substr(request_uri.rfind(':') + 1));
    return request_uri;
  }

  std::string log_in_and_keep() {
    browser.open(TestServer::authorization_url(client, push_and_keep()));
    keep("login handle", std::string_view(browser.address()).substr(browser.address().rfind('/') + 1));
    keep_form(browser.find_form("login").fields);
    browser.sign_in(test::kUsername, "a wrong password of hers");
    browser.sign_in();
    keep_form(browser.find_form("allow").fields);
    browser.press("allow");
    keep("authorization code", browser.code());
    for (const auto& [name, value] : browser.cookies) keep("cookie " + name, value);
    return browser.code();
  }

  test::Loot redeem_and_keep(const std::string& code) {
    http::Fields fields;
    fields.set("DPoP", proof(client.dpop_key, "POST", kToken));
    keep("DPoP proof", fields.get("DPoP"));
    const auto form = authenticated({{"grant_type", "authorization_code"},
                                     {"code", code},
                                     {"redirect_uri", client.redirect_uri},
                                     {"code_verifier", std::string(test::kVerifier)}});
    keep_form(form);
    const auto loot = test::loot_of(server.post(kToken, form, std::move(fields)));
    keep("access token", loot.access_token);
    keep("refresh token", loot.refresh_token);
    keep("ID token", loot.id_token);
    return loot;
  }

  /// Everything that can go wrong with these credentials in somebody's hands, so that refusals are written, too.
  void misuse(const test::Loot& loot, const std::string& code) {
    EXPECT_EQ(call_with_key(loot.access_token, thiefs_key).status, 401);
    EXPECT_EQ(call("Bearer", loot.access_token).status, 401);
    EXPECT_EQ(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token + "x"}}).status,
              400);
    EXPECT_EQ(server.redeem(client, code).status, 400);
    browser.open(std::string(test::kIssuer) + "/authorize?request_uri=" + secrets_.front().second);
  }

  std::vector<std::pair<std::string, std::string>> secrets_;
};

// FAPI2-SP-FINAL-5.3.2.1: what the server keeps and says is no use to a thief of backups and logs.
TEST_F(Secrets, OfALoginAreNowhereInDatabaseAuditTrailOrLog) {
  keep("password", test::kPassword);
  keep("wrong password", "a wrong password of hers");
  keep("code verifier", test::kVerifier);
  const std::string code = log_in_and_keep();
  const auto loot = redeem_and_keep(code);
  const auto refreshed =
      test::loot_of(token_request({{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}}));
  keep("second access token", refreshed.access_token);
  EXPECT_TRUE(works(refreshed.access_token));
  misuse(loot, code);

  const std::string records = join(server.audit(), "\n");
  const std::string kept = dump(server.store.database);
  const std::string said = server.logged() + server.context().metrics.render();
  EXPECT_TRUE(kept.contains(encode_hex(as_bytes("Ada Lovelace")))) << "the search must be able to find what is there";
  EXPECT_GT(secrets_.size(), 12U);
  for (const auto& [name, secret] : secrets_) {
    EXPECT_FALSE(records.contains(secret)) << name << " stands in the audit trail";
    EXPECT_FALSE(said.contains(secret)) << name << " was logged";
    EXPECT_FALSE(kept.contains(encode_hex(as_bytes(secret)))) << name << " is stored in clear";
  }
}

TEST_F(Secrets, OfARefusedRequestDoNotComeBackInTheAnswer) {
  const std::string marker = "marker-of-a-secret-value-1234567890";
  for (const char* const name :
       {"client_assertion", "code", "refresh_token", "code_verifier", "grant_type", "client_id"}) {
    const auto answer =
        server.post(kToken, with(authenticated({{"grant_type", "authorization_code"}}), {{name, marker}}));
    EXPECT_GE(answer.status, 400);
    EXPECT_FALSE(answer.body.contains(marker)) << name;
    for (const auto& field : answer.fields.list()) EXPECT_FALSE(field.value.contains(marker)) << name << field.name;
  }
  EXPECT_FALSE(server.logged().contains(marker));
}

}  // namespace
}  // namespace signet
