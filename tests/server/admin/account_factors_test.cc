#include "server/admin/account_factors.h"

#include "server/admin/accounts.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server::admin {
namespace {

using test::value_of;

class LostFactors : public test::StoreTest {
 protected:
  LostFactors() {
    account_id = make_account(R"({"username":"ada","password":"correct horse"})");
    add_factor("totp-1", "totp");
    sign_in();
  }
  std::string make_account(std::string_view text) {
    auto object = value_of(parse_json_object(text));
    const auto made = value_of(run_blocking(create_account(tools, actor, "main", std::move(object), cheap)));
    return std::string(peek_string(made, "account_id"));
  }
  void add_factor(std::string factor_id, std::string kind) {
    sql::Batch batch;
    store::Factors::add_insert(batch, {.factor_id = std::move(factor_id),
                                       .account_id = account_id,
                                       .issuer = "main",
                                       .kind = std::move(kind),
                                       .name = "My phone",
                                       .secret = Bytes{1, 2, 3},
                                       .created_at = clock.now()});
    write(std::move(batch));
  }
  void sign_in() {
    ASSERT_TRUE(run_blocking(store.sessions.create({.session_hash = oauth::SessionHash::of("cookie"),
                                                    .issuer = "main",
                                                    .account_id = account_id,
                                                    .authenticated_at = clock.now(),
                                                    .acr = "1",
                                                    .amr = {},
                                                    .created_at = clock.now(),
                                                    .last_used_at = clock.now(),
                                                    .expires_at = clock.now() + hours{1}})));
  }
  std::vector<std::string> audit(std::string event) {
    std::vector<std::string> records;
    for (const auto& record : value_of(run_blocking(store.audit.list({.event = std::move(event)}, "", 10))))
      records.push_back(record.record);
    return records;
  }
  Result<void> remove(std::string username, std::string factor_id) {
    return run_blocking(remove_account_factor(tools, actor, "main", std::move(username), std::move(factor_id)));
  }

  static constexpr crypto::PasswordCost cheap{.iterations = 1, .memory_bytes = 8 * 1024 * 1024};
  test::FakeClock clock;
  test::FixedRandom random;
  net::HttpClient http_client{{}};
  Tools tools{.store = store, .http_client = http_client, .clock = clock, .random = random};
  Actor actor{.name = "operator", .peer = {}};
  std::string account_id;
};

TEST_F(LostFactors, AreListedWithoutTheirSecrets) {
  const auto list = value_of(run_blocking(list_account_factors(tools, "main", " ADA ")));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(render_json(list.front()),
            R"({"factor_id":"totp-1","kind":"totp","name":"My phone","created_at":1800000000})");
  EXPECT_EQ(run_blocking(list_account_factors(tools, "main", "nobody")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(run_blocking(list_account_factors(tools, "other", "ada")).error().code, ErrorCode::NotFound);
}

TEST_F(LostFactors, ALostOneIsRemovedWithTheSessionsAndRecorded) {
  ASSERT_TRUE(remove("ada", "totp-1"));
  EXPECT_EQ(count("factors"), 0);
  EXPECT_EQ(count("sessions"), 0);
  const auto records = audit("factor");
  ASSERT_EQ(records.size(), 1U);
  for (const std::string_view part : {"totp-1", "by an operator", R"("actor":"operator")"})
    EXPECT_NE(records.front().find(part), std::string::npos) << records.front();
  EXPECT_EQ(remove("ada", "totp-1").error().code, ErrorCode::NotFound) << "it is gone";
}

TEST_F(LostFactors, OfAnotherAccountAreNotFound) {
  (void)make_account(R"({"username":"eve","password":"correct horse"})");
  EXPECT_EQ(remove("eve", "totp-1").error().code, ErrorCode::NotFound);
  EXPECT_EQ(count("factors"), 1);
  EXPECT_EQ(count("sessions"), 1);
}

TEST_F(LostFactors, TheLastWayInIsKept) {
  account_id = make_account(R"({"username":"eve"})");
  add_factor("passkey-1", "passkey");
  const auto refused = remove("eve", "passkey-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_NE(refused.error().detail.find("set-password"), std::string::npos);
  EXPECT_EQ(count("factors"), 2);
}

TEST_F(LostFactors, SessionsEndWithOrWithoutWhatApplicationsMayDo) {
  for (const bool revokes : {false, true}) {
    ASSERT_TRUE(run_blocking(end_account_sessions(tools, actor, "main", "ada", revokes)));
    EXPECT_EQ(count("sessions"), 0);
    sign_in();
  }
  const auto records = audit("account.sessions_ended");
  ASSERT_EQ(records.size(), 2U);
  for (const std::string_view grants : {R"("grants":"kept")", R"("grants":"revoked")"})
    EXPECT_EQ(std::ranges::count_if(records, [&](const auto& record) { return record.contains(grants); }), 1);
  EXPECT_EQ(run_blocking(end_account_sessions(tools, actor, "main", "nobody", true)).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace signet::server::admin
