// Invariant 8: every decision about a user, a client, a key or a token leaves one audit record.
#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::with;

class Decisions : public AttackTest {
 protected:
  /// How many records an action leaves under this event and outcome.
  template <class Action>
  std::size_t recorded(std::string_view event_and_outcome, Action action) {
    const auto count = [&] {
      return static_cast<std::size_t>(std::ranges::count_if(
          server.audit(), [&](const std::string& record) { return record.starts_with(event_and_outcome); }));
    };
    const std::size_t before = count();
    action();
    return count() - before;
  }
};

TEST_F(Decisions, OnAPersonAreRecorded) {
  const std::string url = test::TestServer::authorization_url(client, server.push(client));
  browser.open(url);
  EXPECT_EQ(recorded("login refused", [&] { browser.sign_in(test::kUsername, "not her password"); }), 1U);
  EXPECT_EQ(recorded("login granted", [&] { browser.sign_in(); }), 1U);
  EXPECT_EQ(recorded("consent granted", [&] { browser.press("allow"); }), 1U);
  EXPECT_TRUE(server.was_recorded("authorization granted"));
}

TEST_F(Decisions, OnATokenAreRecorded) {
  const std::string code = steal_code({{"scope", "openid accounts offline_access"}});
  test::Loot loot;
  EXPECT_EQ(recorded("token.issued granted", [&] { loot = test::loot_of(server.redeem(client, code)); }), 1U);
  const test::Parameters refresh = {{"grant_type", "refresh_token"}, {"refresh_token", loot.refresh_token}};
  EXPECT_EQ(recorded("token.issued granted", [&] { (void)token_request(refresh); }), 1U);
  EXPECT_EQ(recorded("userinfo refused", [&] { (void)call_with_key(loot.access_token, thiefs_key); }), 1U);
  EXPECT_EQ(recorded("grant.revoked reuse", [&] { (void)server.redeem(client, code); }), 1U);
}

TEST_F(Decisions, OnARefusedClientAreRecordedWithTheirReason) {
  EXPECT_EQ(recorded("request refused",
                     [&] {
                       (void)server.post(kToken, with(authenticated({{"grant_type", "client_credentials"}}),
                                                      {{"client_assertion", "not.a.jwt"}}));
                     }),
            1U);
  EXPECT_EQ(recorded("request refused", [&] { (void)server.post(kPar, {{"client_id", "nobody"}}); }), 1U);
  const auto records = server.audit();
  EXPECT_TRUE(records.back().contains("invalid_client")) << records.back();
  EXPECT_TRUE(records.back().contains("203.0.113.7")) << records.back();
}

TEST_F(Decisions, AreRecordedOnceHoweverOftenAPageIsLoaded) {
  const std::string url = test::TestServer::authorization_url(client, server.push(client));
  EXPECT_EQ(recorded("authorization granted",
                     [&] {
                       browser.open(url).open(url);
                       browser.sign_in().press("allow");
                       browser.open(url);
                     }),
            1U);
}

// Who can use the store cannot exchange a record for another: its number is taken.
TEST_F(Decisions, CannotBeOverwrittenUnderTheirNumber) {
  (void)log_in();
  constexpr std::string_view kFirst = "SELECT sequence FROM audit ORDER BY sequence LIMIT 1";
  const auto rows = test::value_of(run_blocking(server.store.database.read({kFirst, {}})));
  const std::string first = join(server.audit(), "\n");
  sql::Batch batch;
  constexpr std::string_view kForge =
      "INSERT INTO audit (sequence, recorded_at, issuer, event, outcome, record, account_id)"
      " VALUES ($1, 0, '', '', '', '{}', '')";
  batch.add(kForge, {rows.at(0).integer(0)});
  EXPECT_FALSE(run_blocking(server.store.database.write(std::move(batch))));
  EXPECT_EQ(join(server.audit(), "\n"), first);
}

}  // namespace
}  // namespace signet
