#include "store/decision_contexts.h"

#include "store/dated_id.h"
#include "store/records.h"
#include "support/fakes.h"

namespace signet {
namespace {

using store::DecisionContextRecord;
using test::kIssuer;
using test::value_of;

class DecisionContexts : public test::StoreTest {
 public:
  DecisionContextRecord add(Instant at, std::string account_id = "alice", std::string issuer = kIssuer) {
    auto record = test::decision_context(store::make_dated_id(at, random_), std::move(account_id), at);
    record.issuer = std::move(issuer);
    sql::Batch batch;
    store.decision_contexts.add(batch, record);
    write(std::move(batch));
    return record;
  }
  std::vector<DecisionContextRecord> newest(std::string before, std::size_t limit) {
    return value_of(run_blocking(store.decision_contexts.list_newest(kIssuer, std::move(before), limit)));
  }

 private:
  test::FixedRandom random_;
};

TEST_F(DecisionContexts, AreListedNewestFirstInPortions) {
  const auto first = add(now);
  const auto second = add(now + seconds{1});
  const auto third = add(now + seconds{2});
  add(now + seconds{3}, "alice", "other");
  EXPECT_EQ(newest("", 2), (std::vector<DecisionContextRecord>{third, second}));
  EXPECT_EQ(newest(second.context_id, 2), std::vector<DecisionContextRecord>{first});
}

TEST_F(DecisionContexts, AreForgottenAfterTheirTime) {
  add(now);
  const auto later = add(now + seconds{1});
  const auto remove_expired = [this](Instant at) {
    return value_of(run_blocking(store.expiry.remove_expired(at, 1000)));
  };
  EXPECT_EQ(remove_expired(now + store::kDecisionContextMemory), 0U);
  EXPECT_EQ(remove_expired(now + store::kDecisionContextMemory + milliseconds{1}), 1U);
  EXPECT_EQ(newest("", 10), std::vector<DecisionContextRecord>{later});
}

TEST_F(DecisionContexts, LeaveWithTheAccount) {
  value_of(run_blocking(store.accounts.create(test::account("alice", now))));
  add(now);
  const auto other = add(now + seconds{1}, "bob");
  value_of(run_blocking(store.accounts.remove("alice", now)));
  EXPECT_EQ(newest("", 10), std::vector<DecisionContextRecord>{other});
}

}  // namespace
}  // namespace signet
