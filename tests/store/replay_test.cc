#include "store/replay.h"

#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;

class Replay : public test::StoreTest {
 public:
  sql::Batch mark(std::string_view jti) {
    sql::Batch batch;
    store.replay.add_mark(batch, digest_of(jti));
    return batch;
  }
};

TEST_F(Replay, OfUsesAtOnceExactlyOneIsTheFirst) {
  EXPECT_EQ(test::winners_of_race(store.database, 16, [&] { return mark("jti"); }), 1);
}

TEST_F(Replay, ASecondUseStopsTheBatchBeforeAnythingIsGiven) {
  write(mark("jti"));
  sql::Batch batch = mark("jti");
  store.access_tokens.add_insert(batch, test::access_token("token", "", now));
  EXPECT_EQ(failed_guard(std::move(batch)), 0U);
  EXPECT_EQ(count("access_tokens"), 0);
}

TEST_F(Replay, AMarkStaysWhenALaterGuardOfItsBatchFails) {
  sql::Batch batch = mark("jti");
  const auto guard = store.authorization_codes.add_consume(batch, oauth::CodeHash::of("guessed"), now);
  EXPECT_EQ(failed_guard(std::move(batch)), guard);
  EXPECT_TRUE(failed_guard(mark("jti")));
}

TEST_F(Replay, OneBatchCanMarkAnAssertionAndAProof) {
  sql::Batch batch = mark("assertion");
  store.replay.add_mark(batch, digest_of("proof"));
  EXPECT_FALSE(failed_guard(std::move(batch)));
  EXPECT_TRUE(failed_guard(mark("proof")));
}

TEST_F(Replay, ATrialChangesARowEachTimeAndLeavesByItself) {
  for (int times = 0; times < 2; ++times) {
    sql::Batch batch;
    store.replay.add_trial(batch);
    batch.add_guard("SELECT 1 WHERE changes() = 1", {});
    EXPECT_FALSE(failed_guard(std::move(batch))) << times;
  }
  EXPECT_EQ(count("replay_marks"), 1);
  write(mark("jti"));
  (void)test::value_of(run_blocking(store.expiry.remove_expired(now, 10)));
  EXPECT_EQ(count("replay_marks"), 1);
  EXPECT_TRUE(failed_guard(mark("jti")));
}

}  // namespace
}  // namespace signet
