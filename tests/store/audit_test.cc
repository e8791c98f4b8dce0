#include "store/audit.h"

#include <fmt/format.h>

#include "store/records.h"
#include "support/fakes.h"

namespace signet {
namespace {

using test::kIssuer;
using test::value_of;

class Audit : public test::StoreTest {
 public:
  /// The record as it is read afterwards.
  store::AuditRecord add(std::string event, std::string outcome, Instant at, std::string account_id = "") {
    store::AuditRecord record{.recorded_at = at,
                              .issuer = kIssuer,
                              .event = std::move(event),
                              .outcome = std::move(outcome),
                              .record = R"({"client_id":"bank"})",
                              .account_id = std::move(account_id)};
    sql::Batch batch;
    store.audit.add(batch, record);
    write(std::move(batch));
    record.audit_id = fmt::format("{:012x}{:016x}", to_unix_millis(at), ++added_);
    return record;
  }
  std::vector<store::AuditRecord> list(store::AuditFilter filter, std::string after = "", std::size_t limit = 100) {
    return value_of(run_blocking(store.audit.list(std::move(filter), std::move(after), limit)));
  }
  std::vector<store::AuditRecord> list_newest(store::AuditFilter filter, std::string before, std::size_t limit) {
    return value_of(run_blocking(store.audit.list_newest(std::move(filter), std::move(before), limit)));
  }

 private:
  int added_ = 0;
};

TEST_F(Audit, NumbersHaveNoGapAlsoWhereABatchFailed) {
  add("a", "granted", now);
  sql::Batch failing;
  store.audit.add(failing, {.recorded_at = now, .issuer = kIssuer, .event = "b", .outcome = "granted", .record = "{}"});
  failing.add("INSERT INTO missing VALUES (1)", {});
  EXPECT_FALSE(run_blocking(store.database.write(std::move(failing))));
  const auto next = add("c", "granted", now);
  EXPECT_EQ(list({}).back(), next);
}

TEST_F(Audit, RecordsOfOneMomentAreListedOnceInPortions) {
  std::vector<store::AuditRecord> records;
  for (int i = 0; i < 5; ++i) records.push_back(add("a", "granted", now, i == 3 ? "" : "alice"));
  std::vector<store::AuditRecord> found;
  for (std::string after; found.size() < 5; after = found.back().audit_id) {
    const auto portion = list({}, after, 2);
    ASSERT_FALSE(portion.empty());
    found.insert(found.end(), portion.begin(), portion.end());
  }
  EXPECT_EQ(found, records);
  EXPECT_EQ(list_newest({}, records[2].audit_id, 9), (std::vector{records[1], records[0]}));
  EXPECT_EQ(list_newest({.account_id = "alice"}, records[4].audit_id, 2), (std::vector{records[2], records[1]}));
}

TEST_F(Audit, ARecordOfAClockThatWentBackStandsAtItsTime) {
  const auto late = add("a", "granted", now + hours{1});
  const auto early = add("b", "granted", now);
  EXPECT_EQ(list({}), (std::vector{early, late}));
  EXPECT_EQ(list({.from = now + minutes{1}}), std::vector{late});
  EXPECT_EQ(list({.until = now + minutes{1}}), std::vector{early});
}

TEST_F(Audit, WhatIsNoIdIsNoBound) {
  const auto record = add("a", "granted", now, "alice");
  for (const std::string id : {"", "x", "0199c7f1c3a0AbCdEfGhIjKlMnOpQrStUv", "-0000000000000000000000000001"}) {
    EXPECT_EQ(list({}, id), std::vector{record}) << id;
    EXPECT_EQ(list_newest({.account_id = "alice"}, id, 1), std::vector{record}) << id;
  }
}

TEST_F(Audit, IsReadInTheOrderOfAnIndex) {
  const auto plan = [&](std::string_view statement) {
    std::string text;
    for (const auto& row : value_of(run_blocking(store.database.read({statement, {}})))) text += row.text(3) + "; ";
    return text;
  };
  EXPECT_EQ(plan("EXPLAIN QUERY PLAN SELECT * FROM audit WHERE (recorded_at, sequence) > (5, 0)"
                 " AND (recorded_at, sequence) < (9, 0) ORDER BY recorded_at DESC, sequence DESC"),
            "SEARCH audit USING INDEX audit_by_time (recorded_at>? AND recorded_at<?); ");
  EXPECT_EQ(plan("EXPLAIN QUERY PLAN SELECT * FROM audit WHERE account_id = 'a' AND account_id <> ''"
                 " AND (recorded_at, sequence) > (5, 0) AND (recorded_at, sequence) < (9, 0)"
                 " ORDER BY recorded_at DESC, sequence DESC"),
            "SEARCH audit USING INDEX audit_by_account (account_id=? AND recorded_at>? AND recorded_at<?); ");
}

TEST_F(Audit, RecordsAreListedInPortionsFromTheOldestOrTheNewest) {
  const auto one = add("a", "granted", now);
  const auto two = add("b", "granted", now + seconds{1});
  const auto three = add("c", "refused", now + seconds{2});
  EXPECT_EQ(list({}, "", 2), (std::vector{one, two}));
  EXPECT_EQ(list({}, two.audit_id, 2), std::vector{three});
  EXPECT_EQ(value_of(run_blocking(store.audit.list_newest({}, "", 2))), (std::vector{three, two}));
  EXPECT_EQ(value_of(run_blocking(store.audit.list_newest({}, two.audit_id, 2))), std::vector{one});
}

TEST_F(Audit, FiltersNarrowTogether) {
  add("token.issued", "granted", now);
  const auto wanted = add("token.issued", "refused", now + seconds{1});
  add("login", "refused", now + seconds{2});
  EXPECT_EQ(list({.issuer = kIssuer, .event = "token.issued", .outcome = "refused"}), std::vector{wanted});
  EXPECT_TRUE(list({.issuer = "staff"}).empty());
  EXPECT_EQ(list({.outcome = "refused"}).size(), 2U);
}

TEST_F(Audit, AHistoryShowsNothingOfOtherAccounts) {
  const auto login = add("login", "granted", now, "alice");
  add("login", "granted", now + seconds{1}, "bob");
  add("token.issued", "granted", now + seconds{2});
  const auto consent = add("consent", "refused", now + seconds{3}, "alice");
  const auto newest = [&](store::AuditFilter filter, std::string before) {
    return value_of(run_blocking(store.audit.list_newest(std::move(filter), std::move(before), 2)));
  };
  EXPECT_EQ(newest({.account_id = "alice"}, ""), (std::vector{consent, login}));
  EXPECT_EQ(newest({.account_id = "alice"}, consent.audit_id), std::vector{login});
  EXPECT_EQ(newest({.event = "consent", .account_id = "alice"}, ""), std::vector{consent});
  EXPECT_TRUE(newest({.issuer = "staff", .account_id = "alice"}, "").empty());
  EXPECT_TRUE(newest({.account_id = "mallory"}, "").empty());
  EXPECT_EQ(list({.account_id = "alice"}), (std::vector{login, consent}));
}

TEST_F(Audit, RecordsAreFoundByTheClientAndTheAccountThatTheyName) {
  const auto add_record = [&](std::string text) {
    sql::Batch batch;
    store.audit.add(batch, {.recorded_at = now, .issuer = kIssuer, .event = "a", .outcome = "b", .record = text});
    write(std::move(batch));
  };
  const std::string wanted = R"({"client_id":"sh\"op_%","account_id":"alice"})";
  for (int i = 0; i < 3; ++i) {
    add_record(wanted);
    add_record(R"({"client_id":"shop","account_id":"alice2"})");
    add_record(R"({"reason":"\"client_id\":\"sh\"op_%\""})");
    add_record(R"({"client_id":"SH\"OP_%","account_id":"ALICE"})");
  }
  const auto found = list_newest({.named_client_id = "sh\"op_%"}, "", 3);
  ASSERT_EQ(found.size(), 3U);
  for (const auto& record : found) EXPECT_EQ(record.record, wanted);
  EXPECT_EQ(list({.named_account_id = "alice"}), list({.named_client_id = "sh\"op_%", .named_account_id = "alice"}));
  EXPECT_EQ(list({.named_account_id = "alice"}).size(), 3U);
  EXPECT_TRUE(list({.named_client_id = "shop", .named_account_id = "alice"}).empty());
  EXPECT_TRUE(list({.named_client_id = "op_%"}).empty());
}

TEST_F(Audit, ATimeSpanIncludesItsBeginAndExcludesItsEnd) {
  add("a", "granted", now);
  const auto inside = add("b", "granted", now + seconds{1});
  add("c", "granted", now + seconds{2});
  EXPECT_EQ(list({.from = now + seconds{1}, .until = now + seconds{2}}), std::vector{inside});
}

}  // namespace
}  // namespace signet
