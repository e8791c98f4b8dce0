#include "store/approvals.h"

#include "store/records.h"

namespace signet {
namespace {

using store::ApprovalRecord;
using test::kIssuer;
using test::value_of;

class Approvals : public test::StoreTest {
 public:
  ApprovalRecord add(std::string approval_id) {
    const ApprovalRecord record{.approval_id = std::move(approval_id),
                                .issuer = kIssuer,
                                .account_id = "alice",
                                .client_id = "shop",
                                .grant_id = "grant",
                                .details_hash = "hash",
                                .shown = "{}",
                                .evidence = "{}",
                                .created_at = now};
    sql::Batch batch;
    store::Approvals::add(batch, record);
    write(std::move(batch));
    return record;
  }
};

TEST_F(Approvals, AreFoundByIdWithinTheirIssuer) {
  const auto record = add("one");
  EXPECT_EQ(value_of(run_blocking(store.approvals.find(kIssuer, "one"))), record);
  EXPECT_FALSE(value_of(run_blocking(store.approvals.find("staff", "one"))));
}

TEST_F(Approvals, AnIdStandsForOneApproval) {
  const auto record = add("one");
  sql::Batch batch;
  auto twin = record;
  twin.grant_id = "another";
  store::Approvals::add(batch, twin);
  EXPECT_FALSE(run_blocking(store.database.write(std::move(batch))));
}

TEST_F(Approvals, StayWhenTheAccountIsErased) {
  value_of(run_blocking(store.accounts.create(test::account("alice", now))));
  const auto record = add("one");
  value_of(run_blocking(store.accounts.remove("alice", now)));
  EXPECT_EQ(value_of(run_blocking(store.approvals.find(kIssuer, "one"))), record);
}

}  // namespace
}  // namespace signet
