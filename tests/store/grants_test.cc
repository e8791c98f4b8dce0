#include "store/grants.h"

#include "store/records.h"

namespace signet {
namespace {

using test::grant;
using test::kIssuer;
using test::value_of;

class Grants : public test::StoreTest {
 public:
  void insert(const store::GrantRecord& record) {
    sql::Batch batch;
    store.grants.add_insert(batch, record);
    write(std::move(batch));
  }
  /// Three grants: alice's to the bank and to the shop, and bob's to the bank.
  void insert_three() {
    insert(grant("alice-bank", now));
    auto shop = grant("alice-shop", now);
    shop.client_id = "shop";
    insert(shop);
    auto bob = grant("bob-bank", now);
    bob.account_id = "bob";
    insert(bob);
  }
  bool is_active(std::string grant_id) {
    return value_of(run_blocking(store.grants.find(std::move(grant_id))))->is_active(now);
  }
};

TEST_F(Grants, AGrantComesBackAsItWasStored) {
  insert(grant("g", now));
  EXPECT_EQ(*value_of(run_blocking(store.grants.find("g"))), grant("g", now));
  EXPECT_FALSE(value_of(run_blocking(store.grants.find("h"))));
}

TEST_F(Grants, ARevokedGrantStaysRevokedSinceTheFirstTime) {
  insert(grant("g", now));
  for (const auto later : {seconds{1}, seconds{2}}) {
    sql::Batch batch;
    store.grants.add_revoke(batch, "g", now + later);
    write(std::move(batch));
  }
  const auto found = value_of(run_blocking(store.grants.find("g")));
  EXPECT_EQ(found->revoked_at, now + seconds{1});
  EXPECT_FALSE(found->is_active(now + seconds{3}));
}

TEST_F(Grants, AnExpiredGrantIsNotActive) {
  EXPECT_TRUE(grant("g", now).is_active(now + days{90} - milliseconds{1}));
  EXPECT_FALSE(grant("g", now).is_active(now + days{90}));
}

TEST_F(Grants, RevokingBetweenAPersonAndAClientTouchesNoOther) {
  insert_three();
  sql::Batch batch;
  store.grants.add_revoke_all(batch, "alice", "bank", kIssuer, now);
  write(std::move(batch));
  EXPECT_FALSE(is_active("alice-bank"));
  EXPECT_TRUE(is_active("alice-shop"));
  EXPECT_TRUE(is_active("bob-bank"));
}

TEST_F(Grants, RevokingAllOfAnAccountTouchesNoOther) {
  insert_three();
  sql::Batch batch;
  store.grants.add_revoke_all_of_account(batch, "alice", now);
  write(std::move(batch));
  EXPECT_FALSE(is_active("alice-bank"));
  EXPECT_FALSE(is_active("alice-shop"));
  EXPECT_TRUE(is_active("bob-bank"));
}

TEST_F(Grants, AnInactiveGrantStopsABatch) {
  insert(grant("g", now));
  const auto require = [&](const char* grant_id, Instant at) {
    sql::Batch batch;
    store.grants.add_require(batch, grant_id, at);
    return failed_guard(std::move(batch));
  };
  EXPECT_FALSE(require("g", now));
  EXPECT_TRUE(require("unknown", now));
  EXPECT_TRUE(require("g", now + days{90}));
  sql::Batch batch;
  store.grants.add_revoke(batch, "g", now);
  write(std::move(batch));
  EXPECT_TRUE(require("g", now));
}

TEST_F(Grants, OnlyActiveGrantsAreListed) {
  insert_three();
  sql::Batch batch;
  store.grants.add_revoke(batch, "alice-shop", now);
  write(std::move(batch));
  const auto listed = value_of(run_blocking(store.grants.list("alice", now)));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].grant_id, "alice-bank");
}

}  // namespace
}  // namespace signet
