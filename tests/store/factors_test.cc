#include "store/factors.h"

#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;
using test::factor;
using test::kIssuer;
using test::value_of;

class Factors : public test::StoreTest {
 public:
  bool insert(const store::FactorRecord& record) {
    sql::Batch batch;
    store.factors.add_insert(batch, record);
    return !failed_guard(std::move(batch));
  }
  bool use(std::string account_id, std::int64_t counter) {
    sql::Batch batch;
    store.factors.add_use(batch, account_id, "phone", counter, now + seconds{1});
    return !failed_guard(std::move(batch));
  }
  bool touch(std::string account_id) {
    sql::Batch batch;
    store.factors.add_touch(batch, account_id, "phone", now + seconds{1});
    return !failed_guard(std::move(batch));
  }
  bool set_data(std::int64_t expected, std::string data, std::int64_t counter) {
    sql::Batch batch;
    store.factors.add_set_data(batch, "alice", "phone", expected, data, counter, now + seconds{1});
    return !failed_guard(std::move(batch));
  }
  std::optional<store::FactorRecord> find(std::string account_id, std::string factor_id = "phone") {
    return value_of(run_blocking(store.factors.find(std::move(account_id), std::move(factor_id))));
  }
};

TEST_F(Factors, ACredentialBelongsToOneAccountOfItsIssuerAndKind) {
  EXPECT_TRUE(insert(factor("phone", "alice", now)));
  auto stolen = factor("phone", "mallory", now);
  EXPECT_FALSE(insert(stolen));
  EXPECT_FALSE(find("mallory"));
  stolen.kind = "push";
  EXPECT_TRUE(insert(stolen));
  auto elsewhere = factor("phone", "erin", now);
  elsewhere.issuer = "staff";
  EXPECT_TRUE(insert(elsewhere));
  const auto found = value_of(run_blocking(store.factors.find_by_lookup(kIssuer, "passkey", digest_of("phone"))));
  EXPECT_EQ(found, factor("phone", "alice", now));
}

TEST_F(Factors, OneTakesThePlaceOfThoseOfItsAccountKindAndLookupHash) {
  const auto replace = [this](const store::FactorRecord& record) {
    sql::Batch batch;
    store.factors.add_replace(batch, record);
    return !failed_guard(std::move(batch));
  };
  auto sheet = factor("sheet", "alice", now);
  sheet.lookup_hash = std::nullopt;
  auto foreign = sheet;
  foreign.account_id = "mallory";
  ASSERT_TRUE(insert(sheet));
  ASSERT_TRUE(insert(foreign));
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  sheet.factor_id = "new sheet";
  EXPECT_TRUE(replace(sheet));
  EXPECT_FALSE(find("alice", "sheet"));
  EXPECT_TRUE(find("alice", "new sheet"));
  EXPECT_TRUE(find("mallory", "sheet"));
  auto phone = factor("phone", "alice", now);
  phone.factor_id = "same phone";
  EXPECT_TRUE(replace(phone));
  EXPECT_FALSE(find("alice"));
  EXPECT_TRUE(find("alice", "same phone"));
  EXPECT_TRUE(find("alice", "new sheet"));
}

TEST_F(Factors, NoneIsFoundByTheCredentialOfAnotherIssuerOrKind) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  EXPECT_FALSE(value_of(run_blocking(store.factors.find_by_lookup("staff", "passkey", digest_of("phone")))));
  EXPECT_FALSE(value_of(run_blocking(store.factors.find_by_lookup(kIssuer, "push", digest_of("phone")))));
  EXPECT_FALSE(value_of(run_blocking(store.factors.find_by_lookup(kIssuer, "passkey", digest_of("other")))));
}

TEST_F(Factors, AnAccountHasNoTwoOfOneId) {
  auto record = factor("phone", "alice", now);
  ASSERT_TRUE(insert(record));
  record.lookup_hash = digest_of("another key");
  EXPECT_FALSE(insert(record));
  EXPECT_EQ(find("alice"), factor("phone", "alice", now));
}

TEST_F(Factors, ManyMayHaveNothingToBeFoundBy) {
  for (const char* account : {"alice", "bob"}) {
    auto record = factor("phone", account, now);
    record.kind = "totp";
    record.lookup_hash = {};
    EXPECT_TRUE(insert(record));
    EXPECT_EQ(find(account), record);
  }
}

TEST_F(Factors, ACounterThatWasUsedIsRefusedForever) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  EXPECT_TRUE(use("alice", 7));
  EXPECT_FALSE(use("alice", 7));
  EXPECT_FALSE(use("alice", 6));
  EXPECT_FALSE(use("mallory", 8));
  EXPECT_TRUE(use("alice", 8));
  EXPECT_EQ(find("alice")->counter, 8);
  EXPECT_EQ(find("alice")->last_used_at, now + seconds{1});
}

TEST_F(Factors, OfTwoUsesOfOneCodeThatRaceOnePasses) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  EXPECT_EQ(test::winners_of_race(store.database, 8,
                                  [&] {
                                    sql::Batch batch;
                                    store.factors.add_use(batch, "alice", "phone", 1, now);
                                    return batch;
                                  }),
            1);
}

TEST_F(Factors, OneThatDoesNotCountMayBeUsedAgain) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  EXPECT_TRUE(touch("alice"));
  EXPECT_TRUE(touch("alice"));
  EXPECT_EQ(find("alice")->last_used_at, now + seconds{1});
  EXPECT_FALSE(touch("mallory"));
}

TEST_F(Factors, OneThatHasCountedIsNoLongerUsedWithoutACount) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  ASSERT_TRUE(use("alice", 5));
  EXPECT_FALSE(touch("alice"));
  EXPECT_FALSE(use("alice", 0));
}

TEST_F(Factors, DataChangeOnlyFromTheStateTheyWereReadIn) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  EXPECT_TRUE(set_data(0, "[1]", 1));
  EXPECT_FALSE(set_data(0, "[2]", 1));
  EXPECT_FALSE(set_data(1, "[3]", 1)) << "a counter that stays would let the old state be used twice";
  EXPECT_TRUE(set_data(1, "[4]", 2));
  EXPECT_EQ(find("alice")->data, "[4]");
  EXPECT_EQ(find("alice")->counter, 2);
}

TEST_F(Factors, AreRenamedAndRemovedByTheirOwnAccountOnly) {
  ASSERT_TRUE(insert(factor("phone", "alice", now)));
  const auto changes = [&](const std::string& account) {
    sql::Batch rename;
    store.factors.add_rename(rename, account, "phone", "Old phone");
    sql::Batch remove;
    store.factors.add_remove(remove, account, "phone");
    const bool renamed = !failed_guard(std::move(rename));
    const auto name = find("alice")->name;
    return std::tuple(renamed, name, !failed_guard(std::move(remove)));
  };
  EXPECT_EQ(changes("mallory"), std::tuple(false, "Phone", false));
  EXPECT_EQ(changes("alice"), std::tuple(true, "Old phone", true));
  EXPECT_FALSE(find("alice"));
}

TEST_F(Factors, AreListedOldestFirstAndGoTogether) {
  ASSERT_TRUE(insert(factor("a", "alice", now + seconds{2})));
  ASSERT_TRUE(insert(factor("b", "alice", now)));
  ASSERT_TRUE(insert(factor("c", "bob", now)));
  EXPECT_EQ(value_of(run_blocking(store.factors.list("alice"))),
            (std::vector{factor("b", "alice", now), factor("a", "alice", now + seconds{2})}));
  sql::Batch batch;
  store.factors.add_remove_all(batch, "alice");
  write(std::move(batch));
  EXPECT_TRUE(value_of(run_blocking(store.factors.list("alice"))).empty());
  EXPECT_TRUE(find("bob", "c"));
}

}  // namespace
}  // namespace signet
