#include "store/store.h"

#include "store/records.h"

namespace signet {
namespace {

using test::value_of;

TEST(Migrations, AFreshDatabaseGetsEveryTable) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("fresh.db")}));
  const store::Store store = value_of(store::open(*database));
  EXPECT_FALSE(value_of(run_blocking(store.grants.find("none"))));
  EXPECT_TRUE(value_of(run_blocking(store.audit.list({}, "", 10))).empty());
}

TEST(Migrations, RepeatingThemKeepsWhatIsStored) {
  test::TemporaryDirectory directory;
  const std::string path = directory.file("signet.db");
  const Instant now = from_unix_seconds(1'800'000'000);
  {
    const auto database = value_of(sql::open_sqlite({.path = path}));
    const store::Store store = value_of(store::open(*database));
    value_of(run_blocking(store.clients.create(test::client("bank", now))));
  }
  const auto database = value_of(sql::open_sqlite({.path = path}));
  const store::Store store = value_of(store::open(*database));
  ASSERT_TRUE(store::open(*database));
  EXPECT_TRUE(value_of(run_blocking(store.clients.find("bank", test::kIssuer))));
}

TEST(Migrations, WhatThePastVersionWroteStaysReadable) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("signet.db")}));
  value_of(sql::migrate(*database, store::migrations().first(2)));
  value_of(database->run_script(
      "INSERT INTO accounts VALUES ('alice', 'main', 'alice', '', '{}', 0, 1, 0, 0);"
      "INSERT INTO audit VALUES ('1', 0, 'main', 'login', 'granted', '{\"account_id\":\"alice\"}');"));
  const store::Store store = value_of(store::open(*database));
  EXPECT_TRUE(value_of(run_blocking(store.accounts.find("alice")))->flags.empty());
  const auto record = value_of(run_blocking(store.audit.list_newest({}, "", 2))).at(0);
  EXPECT_EQ(record.account_id, "");
  EXPECT_EQ(record.record, "{\"account_id\":\"alice\"}");
}

TEST(Migrations, ApprovalsHaveNoIndexButTheirKey) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("signet.db")}));
  ASSERT_TRUE(store::open(*database));
  const auto indexes = value_of(run_blocking(database->read(
      {"SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'approvals' AND sql <> ''", {}})));
  EXPECT_TRUE(indexes.empty()) << indexes.front().text(0);
}

TEST(Migrations, KeysByTimeKeepDevicesAndRecordsAndEndTheSessionsBeforeThem) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("signet.db")}));
  value_of(sql::migrate(*database, store::migrations().first(8)));
  const Instant now = from_unix_seconds(1'800'000'000);
  value_of(database->run_script(
      "INSERT INTO sessions (session_hash, issuer, account_id, authenticated_at, acr, amr, created_at, last_used_at,"
      " expires_at) VALUES (zeroblob(32), 'main', 'alice', 0, '', 'pwd', 0, 0, 1800000001000);"
      "INSERT INTO known_devices VALUES"
      " ('alice', zeroblob(32), 'main', 'Firefox', '192.0.2.7', 'SE', 1, -2, 3, 4, 1800000001000);"
      "INSERT INTO audit VALUES ('2', 5, 'main', 'login', 'granted', '{}', 'alice');"
      "INSERT INTO audit VALUES ('1', 4, 'main', 'login', 'refused', '{}', 'alice');"));
  const store::Store store = value_of(store::open(*database));
  EXPECT_TRUE(value_of(run_blocking(store.sessions.list("alice", now))).empty());
  const auto device = value_of(run_blocking(store.known_devices.find("alice", Digest256{}, now)));
  ASSERT_TRUE(device);
  EXPECT_EQ(device->name + " " + device->country, "Firefox SE");
  const auto records = value_of(run_blocking(store.audit.list_newest({.account_id = "alice"}, "", 9)));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].outcome + records[1].outcome, "grantedrefused");
  EXPECT_EQ(records[0].audit_id, "0000000000050000000000000002");
}

TEST(Migrations, AuditRecordsFromBeforeTheirNumbersKeepTheirOrder) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("signet.db")}));
  value_of(sql::migrate(*database, store::migrations().first(11)));
  value_of(database->run_script(
      "INSERT INTO audit VALUES ('000000000007c', 7, 'main', 'login', 'refused', '{\"n\":3}', 'alice');"
      "INSERT INTO audit VALUES ('000000000005b', 5, 'main', 'login', 'granted', '{\"n\":1}', 'alice');"
      "INSERT INTO audit VALUES ('000000000007a', 7, 'staff', 'token.issued', 'granted', '{\"n\":2}', '');"));
  const store::Store store = value_of(store::open(*database));
  sql::Batch batch;
  const Instant now = from_unix_millis(8);
  store::Audit::add(batch, {.recorded_at = now, .issuer = "main", .event = "e", .outcome = "o", .record = "{\"n\":4}"});
  value_of(run_blocking(database->write(std::move(batch))));
  const auto records = value_of(run_blocking(store.audit.list({}, "", 9)));
  ASSERT_EQ(records.size(), 4U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].record, "{\"n\":" + std::to_string(i + 1) + "}");
    EXPECT_TRUE(records[i].audit_id.ends_with("000" + std::to_string(i + 1))) << records[i].audit_id;
  }
  EXPECT_EQ(records[1], (store::AuditRecord{.audit_id = "0000000000070000000000000002",
                                            .recorded_at = from_unix_millis(7),
                                            .issuer = "staff",
                                            .event = "token.issued",
                                            .outcome = "granted",
                                            .record = "{\"n\":2}"}));
  const auto of_alice = value_of(run_blocking(store.audit.list_newest({.account_id = "alice"}, "", 9)));
  EXPECT_EQ(of_alice, (std::vector{records[2], records[0]}));
}

TEST(Migrations, MarksByCommitKeepWhatWasMarkedBeforeThem) {
  test::TemporaryDirectory directory;
  const auto database = value_of(sql::open_sqlite({.path = directory.file("signet.db")}));
  value_of(sql::migrate(*database, store::migrations().first(10)));
  const Digest256 used = test::digest_of("used");
  sql::Batch old;
  old.add("INSERT INTO replay (replay_hash) VALUES ($1)", {Bytes(used.begin(), used.begin() + 18)});
  value_of(run_blocking(database->write(std::move(old))));
  value_of(sql::migrate(*database, store::migrations()));

  sql::Batch again;
  store::Replay::add_mark(again, used);
  EXPECT_TRUE(value_of(run_blocking(database->write(std::move(again)))).failed_guard);
  sql::Batch other;
  store::Replay::add_mark(other, test::digest_of("other"));
  EXPECT_FALSE(value_of(run_blocking(database->write(std::move(other)))).failed_guard);
}

TEST(Migrations, ADatabaseOfANewerProgramIsRefused) {
  test::TemporaryDatabase temporary;
  const auto older = store::migrations().first(store::migrations().size() - 1);
  const auto refused = sql::migrate(temporary.database(), older);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
}

TEST(Migrations, AreNumberedWithoutGaps) {
  int expected = 1;
  for (const auto& migration : store::migrations()) EXPECT_EQ(migration.number, expected++) << migration.name;
  EXPECT_GT(expected, 1);
}

}  // namespace
}  // namespace signet
