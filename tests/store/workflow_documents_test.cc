#include "store/workflow_documents.h"

#include "store/records.h"

namespace signet {
namespace {

using store::DocumentKey;
using store::DocumentKind;
using store::WorkflowDocumentRecord;
using State = store::WorkflowDocuments::State;
using test::kIssuer;
using test::value_of;

class WorkflowDocuments : public test::StoreTest {
 public:
  WorkflowDocumentRecord version(std::int64_t number) const {
    return {.key = key, .version = number, .document = std::to_string(number), .actor = "ada", .created_at = now};
  }
  bool apply(std::int64_t number, std::int64_t expected) {
    sql::Batch batch;
    store.workflow_documents.add_apply(batch, version(number), expected);
    return !failed_guard(std::move(batch));
  }
  bool activate(std::int64_t number, std::int64_t expected) {
    sql::Batch batch;
    store.workflow_documents.add_activate(batch, key, number, expected);
    return !failed_guard(std::move(batch));
  }
  State state() { return value_of(run_blocking(store.workflow_documents.find_state(key))); }
  std::optional<WorkflowDocumentRecord> active() {
    for (auto& record : value_of(run_blocking(store.workflow_documents.list(kIssuer)))) {
      if (record.key == key) return std::move(record);
    }
    return std::nullopt;
  }

  store::WorkflowDocuments::Active in_force() {
    return value_of(run_blocking(store.workflow_documents.find_in_force(kIssuer, now)));
  }

  DocumentKey key{.issuer = kIssuer, .kind = DocumentKind::Policy, .name = "login"};
};

TEST_F(WorkflowDocuments, WithoutAnyTheProgramsOwnIsInForce) {
  EXPECT_EQ(state(), (State{.active = 0, .latest = 0}));
  EXPECT_FALSE(active());
  EXPECT_TRUE(in_force().versions.empty());
  EXPECT_EQ(in_force().threat_level, 0);
}

TEST_F(WorkflowDocuments, WhatIsAppliedIsInForce) {
  ASSERT_TRUE(apply(1, 0));
  EXPECT_EQ(active(), version(1));
  ASSERT_TRUE(apply(2, 1));
  EXPECT_EQ(active(), version(2));
  EXPECT_EQ(state(), (State{.active = 2, .latest = 2}));
}

TEST_F(WorkflowDocuments, OfTwoOperatorsWhoStartFromOneVersionOnlyOneSucceeds) {
  ASSERT_TRUE(apply(1, 0));
  const int winners = test::winners_of_race(store.database, 6, [this] {
    sql::Batch batch;
    store.workflow_documents.add_apply(batch, version(2), 1);
    return batch;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_FALSE(apply(3, 1)) << "somebody else put version 2 in force";
  EXPECT_EQ(state(), (State{.active = 2, .latest = 2}));
}

TEST_F(WorkflowDocuments, AVersionIsNeverWrittenOver) {
  ASSERT_TRUE(apply(1, 0) && apply(2, 1) && activate(1, 2));
  auto other = version(2);
  other.document = "other";
  sql::Batch batch;
  store.workflow_documents.add_apply(batch, other, 1);
  EXPECT_TRUE(failed_guard(std::move(batch)));
  EXPECT_EQ(active(), version(1));
  EXPECT_EQ(value_of(run_blocking(store.workflow_documents.find(key, 2))), version(2));
}

TEST_F(WorkflowDocuments, AnEarlierVersionCanBePutInForceAgain) {
  ASSERT_TRUE(apply(1, 0) && apply(2, 1));
  ASSERT_TRUE(activate(1, 2));
  EXPECT_EQ(active(), version(1));
  EXPECT_EQ(state(), (State{.active = 1, .latest = 2}));
  ASSERT_TRUE(activate(0, 1));
  EXPECT_FALSE(active());
  ASSERT_TRUE(activate(2, 0));
  EXPECT_EQ(active(), version(2));
}

TEST_F(WorkflowDocuments, AVersionThatDoesNotExistIsNotPutInForce) {
  ASSERT_TRUE(apply(1, 0));
  EXPECT_FALSE(activate(7, 1));
  EXPECT_FALSE(activate(1, 7)) << "another version is in force";
  EXPECT_FALSE(activate(0, 7));
  ASSERT_TRUE(activate(0, 1));
  EXPECT_FALSE(activate(7, 0));
  EXPECT_FALSE(active());
}

TEST_F(WorkflowDocuments, OfOneNameAWorkflowAndAPolicyAreTwoThings) {
  ASSERT_TRUE(apply(1, 0));
  key.kind = DocumentKind::Workflow;
  EXPECT_FALSE(active());
  ASSERT_TRUE(apply(1, 0));
  key.issuer = "other";
  EXPECT_FALSE(active());
  using Active = store::WorkflowDocuments::ActiveVersion;
  EXPECT_THAT(in_force().versions, testing::UnorderedElementsAre(Active{DocumentKind::Workflow, "login", 1},
                                                                 Active{DocumentKind::Policy, "login", 1}));
  EXPECT_EQ(value_of(run_blocking(store.workflow_documents.list(kIssuer))).size(), 2U);
}

TEST_F(WorkflowDocuments, TheHistoryBeginsWithTheNewest) {
  ASSERT_TRUE(apply(1, 0) && apply(2, 1) && apply(3, 2));
  EXPECT_EQ(value_of(run_blocking(store.workflow_documents.history(key, 2))),
            (std::vector<WorkflowDocumentRecord>{version(3), version(2)}));
}

}  // namespace
}  // namespace signet
