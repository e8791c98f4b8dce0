#include "store/audit.h"

#include "store/records.h"
#include "support/fakes.h"

namespace signet {
namespace {

using test::kIssuer;
using test::value_of;

class Audit : public test::StoreTest {
 public:
  store::AuditRecord add(std::string event, std::string outcome, Instant at, std::string account_id = "") {
    store::AuditRecord record{.audit_id = store::make_audit_id(at, random_),
                              .recorded_at = at,
                              .issuer = kIssuer,
                              .event = std::move(event),
                              .outcome = std::move(outcome),
                              .record = R"({"client_id":"bank"})",
                              .account_id = std::move(account_id)};
    sql::Batch batch;
    store.audit.add(batch, record);
    write(std::move(batch));
    return record;
  }
  std::vector<store::AuditRecord> list(store::AuditFilter filter, std::string after = "", std::size_t limit = 100) {
    return value_of(run_blocking(store.audit.list(std::move(filter), std::move(after), limit)));
  }

 private:
  test::FixedRandom random_;
};

TEST_F(Audit, ARecordIsNeverReplaced) {
  const auto first = add("token.issued", "granted", now);
  auto forged = first;
  forged.outcome = "refused";
  sql::Batch batch;
  store.audit.add(batch, forged);
  const auto refused = run_blocking(store.database.write(std::move(batch)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(list({}), std::vector{first});
}

TEST_F(Audit, IdsSortByTimeAndDifferWithinAMillisecond) {
  test::FixedRandom random;
  const auto early = store::make_audit_id(now, random);
  const auto twin = store::make_audit_id(now, random);
  const auto late = store::make_audit_id(now + milliseconds{1}, random);
  EXPECT_NE(early, twin);
  EXPECT_LT(early, late);
  EXPECT_LT(twin, late);
  EXPECT_EQ(early.size(), 34U);
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

TEST_F(Audit, ATimeSpanIncludesItsBeginAndExcludesItsEnd) {
  add("a", "granted", now);
  const auto inside = add("b", "granted", now + seconds{1});
  add("c", "granted", now + seconds{2});
  EXPECT_EQ(list({.from = now + seconds{1}, .until = now + seconds{2}}), std::vector{inside});
}

}  // namespace
}  // namespace signet
