#include "store/workflow_instances.h"

#include "store/records.h"
#include "support/fakes.h"

namespace signet {
namespace {

using test::value_of;
using test::workflow_instance;

class WorkflowInstances : public test::StoreTest {
 public:
  void SetUp() override {
    sql::Batch batch;
    store.workflow_instances.add_insert(batch, workflow_instance("handle", now));
    write(std::move(batch));
  }
  std::optional<store::WorkflowInstanceRecord> find(Instant at) {
    return value_of(run_blocking(store.workflow_instances.find(oauth::InstanceHash::of("handle"), at)));
  }
  sql::Batch advance(std::int64_t version, std::string state, Instant at, std::optional<Instant> end = {}) {
    sql::Batch batch;
    store.workflow_instances.add_advance(batch, oauth::InstanceHash::of("handle"), version, state,
                                         end.value_or(now + minutes{15}), at);
    return batch;
  }
  sql::Batch restate(std::int64_t version, const std::string& state, Instant at) {
    sql::Batch batch;
    store.workflow_instances.add_restate(batch, oauth::InstanceHash::of("handle"), version, state, at);
    return batch;
  }
  sql::Batch finish(std::int64_t version, Instant at) {
    sql::Batch batch;
    store.workflow_instances.add_remove(batch, oauth::InstanceHash::of("handle"), version, at);
    return batch;
  }
};

TEST_F(WorkflowInstances, AnInstanceComesBackAsItWasStored) {
  EXPECT_EQ(find(now), workflow_instance("handle", now));
}

TEST_F(WorkflowInstances, OfTwoInputsToOneStateExactlyOneAdvancesIt) {
  EXPECT_EQ(test::winners_of_race(store.database, 8, [&] { return advance(1, "{}", now); }), 1);
  EXPECT_EQ(find(now)->version, 2);
}

TEST_F(WorkflowInstances, AnInputToAnEarlierStateIsRefused) {
  EXPECT_FALSE(failed_guard(advance(1, "{\"step\":\"consent\"}", now)));
  EXPECT_TRUE(failed_guard(advance(1, "{\"step\":\"password\"}", now)));
  EXPECT_EQ(find(now)->state, "{\"step\":\"consent\"}");
}

TEST_F(WorkflowInstances, ANewStateOfTheSameStepIsOfTheVersionThatIsThere) {
  EXPECT_FALSE(failed_guard(restate(1, "{\"locale\":\"de\"}", now)));
  EXPECT_EQ(find(now)->state, "{\"locale\":\"de\"}");
  EXPECT_EQ(find(now)->version, 1);
  EXPECT_FALSE(failed_guard(advance(1, "{}", now)));
  EXPECT_TRUE(failed_guard(restate(1, "{\"locale\":\"fr\"}", now)));
  EXPECT_TRUE(failed_guard(restate(2, "{\"locale\":\"fr\"}", now + minutes{15})));
  EXPECT_EQ(find(now)->state, "{}");
}

TEST_F(WorkflowInstances, AnInstanceIsFinishedOnce) {
  EXPECT_EQ(test::winners_of_race(store.database, 8, [&] { return finish(1, now); }), 1);
  EXPECT_FALSE(find(now));
}

TEST_F(WorkflowInstances, AnExpiredInstanceIsNotFoundAdvancedOrFinished) {
  const Instant end = now + minutes{15};
  EXPECT_FALSE(find(end));
  EXPECT_TRUE(failed_guard(advance(1, "{}", end)));
  EXPECT_TRUE(failed_guard(finish(1, end)));
}

TEST_F(WorkflowInstances, AnInstanceThatIsGivenALaterEndLivesUntilThen) {
  test::FixedRandom random;
  const Instant end = now + minutes{15};
  const Instant later = end + minutes{10};
  const std::string handle = oauth::make_credential(random, end);
  const auto hash = oauth::InstanceHash::of(handle);
  sql::Batch batch;
  store.workflow_instances.add_insert(batch, workflow_instance(handle, now));
  store.workflow_instances.add_advance(batch, hash, 1, "{}", later, now);
  write(std::move(batch));
  const auto remove_at = [&](Instant at) { return value_of(run_blocking(store.expiry.remove_expired(at, 10))); };
  (void)remove_at(later - milliseconds{1});
  EXPECT_TRUE(value_of(run_blocking(store.workflow_instances.find(hash, later - milliseconds{1}))));
  EXPECT_FALSE(value_of(run_blocking(store.workflow_instances.find(hash, later))));
  EXPECT_EQ(remove_at(later), 1U);
}

}  // namespace
}  // namespace signet
