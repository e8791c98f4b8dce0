#include "store/accounts.h"

#include "store/records.h"

namespace signet {
namespace {

using test::account;
using test::kIssuer;
using test::value_of;

class Accounts : public test::StoreTest {
 public:
  void create(std::string account_id) {
    value_of(run_blocking(store.accounts.create(account(std::move(account_id), now))));
  }
  void set_claims(const std::string& account_id, const std::string& claims, Instant at) {
    sql::Batch batch;
    (void)store::Accounts::add_set_claims(batch, account_id, claims, at);
    write(std::move(batch));
  }
  /// Every table with rows of accounts, so that a new one cannot be forgotten when an account is erased. What an
  /// account did stays: the audit trail, and the evidence of its payments.
  std::vector<std::string> tables_of_accounts() {
    std::vector<std::string> tables;
    const sql::Statement columns{
        "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND c.name = 'account_id' AND t.name NOT IN ('audit', 'approvals')",
        {}};
    for (const sql::Row& row : value_of(run_blocking(store.database.read(columns)))) tables.push_back(row.text(0));
    return tables;
  }
};

TEST_F(Accounts, ATakenUsernameIsAConflictWithinItsIssuerOnly) {
  create("alice");
  auto twin = account("alice2", now);
  twin.username = "alice@example.com";
  const auto refused = run_blocking(store.accounts.create(twin));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  twin.issuer = "staff";
  EXPECT_TRUE(run_blocking(store.accounts.create(twin)));
}

TEST_F(Accounts, ATakenIdIsAConflict) {
  create("alice");
  auto twin = account("alice", now);
  twin.username = "other@example.com";
  EXPECT_EQ(run_blocking(store.accounts.create(twin)).error().code, ErrorCode::Conflict);
}

TEST_F(Accounts, AUsernameOfAnotherIssuerIsUnknown) {
  create("alice");
  EXPECT_FALSE(value_of(run_blocking(store.accounts.find_by_username("staff", "alice@example.com"))));
  EXPECT_EQ(value_of(run_blocking(store.accounts.find_by_username(kIssuer, "alice@example.com"))),
            account("alice", now));
  EXPECT_EQ(value_of(run_blocking(store.accounts.find("alice"))), account("alice", now));
}

TEST_F(Accounts, ChangesOfAnUnknownAccountAreNotFound) {
  EXPECT_EQ(run_blocking(store.accounts.set_password("nobody", "x", now)).error().code, ErrorCode::NotFound);
  using Change = void (*)(sql::Batch&);
  const Change changes[] = {
      [](sql::Batch& batch) { (void)store::Accounts::add_set_claims(batch, "nobody", "{}", Instant{}); },
      [](sql::Batch& batch) { (void)store::Accounts::add_set_disabled(batch, "nobody", true, Instant{}); }};
  for (const Change change : changes) {
    sql::Batch batch;
    change(batch);
    EXPECT_TRUE(failed_guard(std::move(batch)));
  }
  EXPECT_EQ(run_blocking(store.accounts.remove("nobody", now)).error().code, ErrorCode::NotFound);
}

TEST_F(Accounts, EachChangeTouchesItsOwnPartAndTheVersion) {
  create("alice");
  set_claims("alice", "{\"name\":\"A\"}", now + seconds{1});
  value_of(run_blocking(store.accounts.set_password("alice", "$argon2id$y", now + seconds{2})));
  test::disable_account(store, "alice", now + seconds{3});
  auto expected = account("alice", now);
  expected.claims = "{\"name\":\"A\"}";
  expected.password_hash = "$argon2id$y";
  expected.disabled = true;
  expected.version = 4;
  expected.updated_at = now + seconds{3};
  EXPECT_EQ(value_of(run_blocking(store.accounts.find("alice"))), expected);
}

TEST_F(Accounts, AChangeOfWhatWasReadFailsOnceAnotherHasComeBefore) {
  create("alice");
  const auto require = [this](std::int64_t version) {
    sql::Batch batch;
    store::Accounts::add_require_version(batch, "alice", version);
    return !value_of(run_blocking(store.database.write(std::move(batch)))).failed_guard;
  };
  EXPECT_TRUE(require(1));
  set_claims("alice", "{}", now);
  EXPECT_FALSE(require(1));
  EXPECT_TRUE(require(2));
}

TEST_F(Accounts, FlagsAreKeptAndChangedWithTheVersion) {
  auto flagged = account("alice", now);
  flagged.flags = {"staff", "may_pay"};
  value_of(run_blocking(store.accounts.create(flagged)));
  EXPECT_EQ(value_of(run_blocking(store.accounts.find("alice"))), flagged);
  sql::Batch batch;
  store.accounts.add_set_flags(batch, "alice", {"vip"}, now + seconds{1});
  write(std::move(batch));
  flagged.flags = {"vip"};
  flagged.version = 2;
  flagged.updated_at = now + seconds{1};
  EXPECT_EQ(value_of(run_blocking(store.accounts.list(kIssuer, "", 1))), std::vector{flagged});
  sql::Batch unknown;
  store.accounts.add_set_flags(unknown, "nobody", {}, now);
  EXPECT_TRUE(failed_guard(std::move(unknown)));
}

TEST_F(Accounts, ADisabledOrUnknownAccountStopsABatch) {
  create("alice");
  sql::Batch enabled;
  store.accounts.add_require(enabled, "alice");
  EXPECT_FALSE(failed_guard(std::move(enabled)));
  test::disable_account(store, "alice", now);
  for (const char* id : {"alice", "nobody"}) {
    sql::Batch batch;
    store.accounts.add_require(batch, id);
    EXPECT_TRUE(failed_guard(std::move(batch))) << id;
  }
}

TEST_F(Accounts, ErasureTakesEverythingButTheAuditTrail) {
  create("alice");
  create("bob");
  sql::Batch batch;
  for (const std::string& id : {std::string("alice"), std::string("bob")}) {
    auto grant = test::grant("grant-" + id, now);
    grant.account_id = id;
    store.grants.add_insert(batch, grant);
    store.authorization_codes.add_insert(batch, test::code("code-" + id, grant.grant_id, now));
    auto token = test::access_token("access-" + id, grant.grant_id, now);
    token.account_id = id;
    store.access_tokens.add_insert(batch, token);
    store.refresh_tokens.add_insert(batch, test::refresh_token("refresh-" + id, grant.grant_id, now));
    store.sessions.add_insert(batch, test::session("cookie-" + id, id, now));
    store.consents.add_upsert(batch, test::consent(id, "bank", now));
    store.decision_contexts.add(batch, test::decision_context("context-" + id, id, now));
    store.factors.add_insert(batch, test::factor("phone-" + id, id, now));
    store.known_devices.add_upsert(batch, test::known_device("device", id, now));
    store.push_challenges.add_insert(batch, test::push_challenge("push-" + std::string(id), id, now), 3);
    store.device_registrations.add_insert(batch, test::device_registration("code-" + std::string(id), id, now));
  }
  store.audit.add(batch, {.recorded_at = now,
                          .issuer = kIssuer,
                          .event = "login",
                          .outcome = "granted",
                          .record = "{}",
                          .account_id = "alice"});
  write(std::move(batch));
  value_of(run_blocking(store.accounts.remove("alice", now)));
  for (const char* table :
       {"accounts", "grants", "authorization_codes", "access_tokens", "refresh_tokens", "sessions", "factors",
        "known_devices", "push_challenges", "device_registrations", "consents", "decision_contexts", "audit"}) {
    EXPECT_EQ(count(table), 1) << table;
  }
  for (const std::string& table : tables_of_accounts()) {
    EXPECT_EQ(count(table + " WHERE account_id = 'bob'"), 1) << "the test writes no row into " << table;
    EXPECT_EQ(count(table + " WHERE account_id = 'alice'"), 0) << table;
  }
  EXPECT_TRUE(value_of(run_blocking(store.refresh_tokens.find(oauth::TokenHash::of("refresh-bob")))));
}

TEST_F(Accounts, AreListedInPortionsByTheirUsername) {
  for (const char* id : {"carol", "alice", "bob"}) create(id);
  const auto first = value_of(run_blocking(store.accounts.list(kIssuer, "", 2)));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].account_id, "bob");
  const auto rest = value_of(run_blocking(store.accounts.list(kIssuer, first[1].username, 2)));
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].account_id, "carol");
}

}  // namespace
}  // namespace signet
