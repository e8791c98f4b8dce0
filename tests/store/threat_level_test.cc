#include "store/threat_level.h"

#include "store/records.h"

namespace signet {
namespace {

using store::ThreatLevelRecord;
using test::kIssuer;
using test::value_of;

class ThreatLevel : public test::StoreTest {
 public:
  void set(const ThreatLevelRecord& level) {
    sql::Batch batch;
    store.threat_level.add_set(batch, level);
    write(std::move(batch));
  }
  std::optional<ThreatLevelRecord> found(Instant at) {
    return value_of(run_blocking(store.threat_level.find(kIssuer, at)));
  }

  ThreatLevelRecord raised{.issuer = kIssuer, .level = 3, .reason = "attack", .actor = "ada", .raised_at = now};
};

TEST_F(ThreatLevel, IsUnsetAtFirst) {
  EXPECT_FALSE(found(now));
}

TEST_F(ThreatLevel, IsReadWithWhatIsInForce) {
  const auto level = [this](const std::string& issuer, Instant at) {
    return value_of(run_blocking(store.workflow_documents.find_in_force(issuer, at))).threat_level;
  };
  raised.expires_at = now + minutes{1};
  set(raised);
  EXPECT_EQ(level(kIssuer, now), 3);
  EXPECT_EQ(level("other", now), 0);
  EXPECT_EQ(level(kIssuer, now + minutes{1}), 0);
}

TEST_F(ThreatLevel, StaysUntilItIsLowered) {
  set(raised);
  EXPECT_EQ(found(now + days{1000}), raised);
  sql::Batch batch;
  store.threat_level.add_clear(batch, kIssuer);
  write(std::move(batch));
  EXPECT_FALSE(found(now));
  sql::Batch again;
  store.threat_level.add_clear(again, kIssuer);
  EXPECT_TRUE(failed_guard(std::move(again)));
}

TEST_F(ThreatLevel, EndsByItselfWhenItHasAnEnd) {
  raised.expires_at = now + hours{2};
  set(raised);
  EXPECT_EQ(found(now + hours{2} - milliseconds{1}), raised);
  EXPECT_FALSE(found(now + hours{2}));
}

TEST_F(ThreatLevel, AnotherReplacesIt) {
  raised.expires_at = now + hours{2};
  set(raised);
  raised = {.issuer = kIssuer, .level = 1, .reason = "", .actor = "bob", .raised_at = now + seconds{1}};
  set(raised);
  EXPECT_EQ(found(now + days{1}), raised);
}

TEST_F(ThreatLevel, IsThatOfOneIssuer) {
  raised.issuer = "other";
  set(raised);
  EXPECT_FALSE(found(now));
}

}  // namespace
}  // namespace signet
