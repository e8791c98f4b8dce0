#include "server/admin/threat.h"

#include "support/database.h"
#include "support/fakes.h"

namespace signet::server::admin {
namespace {

using test::value_of;

class Threat : public test::StoreTest {
 public:
  Result<store::ThreatLevelRecord> raise(std::int64_t level, std::string reason = "",
                                         std::optional<Duration> lasting = {}) {
    return run_blocking(raise_threat_level(tools, actor, "main", level, std::move(reason), lasting));
  }
  std::int64_t level_at(Instant at) {
    const auto found = value_of(run_blocking(store.threat_level.find("main", at)));
    return found ? found->level : 0;
  }

  test::FakeClock clock;
  test::FixedRandom random;
  net::HttpClient http_client{{}};
  Tools tools{.store = store, .http_client = http_client, .clock = clock, .random = random};
  Actor actor{.name = "operator", .peer = {}};
};

TEST_F(Threat, IsRaisedForAWhileOrUntilItIsLowered) {
  value_of(raise(3, "stuffing", hours{2}));
  EXPECT_EQ(level_at(clock.now()), 3);
  EXPECT_EQ(level_at(clock.now() + hours{2}), 0);
  value_of(raise(1));
  EXPECT_EQ(level_at(clock.now() + days{1}), 1);
  value_of(run_blocking(lower_threat_level(tools, actor, "main")));
  EXPECT_EQ(level_at(clock.now()), 0);
}

TEST_F(Threat, HasFourLevels) {
  for (const std::int64_t level : {-1, 0, 5}) EXPECT_EQ(raise(level).error().code, ErrorCode::InvalidRequest) << level;
  EXPECT_TRUE(raise(4));
}

TEST_F(Threat, AReasonIsShortText) {
  EXPECT_FALSE(raise(1, std::string(201, 'x')));
  EXPECT_FALSE(raise(1, "\xff"));
  EXPECT_EQ(count("audit"), 0);
}

TEST_F(Threat, LoweringWhatIsNotRaisedLeavesNoRecord) {
  EXPECT_EQ(run_blocking(lower_threat_level(tools, actor, "main")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(count("audit"), 0);
}

TEST_F(Threat, AChangeIsRecordedWithItsActorAndReason) {
  value_of(raise(2, "stuffing", hours{2}));
  const auto records = value_of(run_blocking(store.audit.list({.event = "threat.raised"}, "", 10)));
  ASSERT_EQ(records.size(), 1U);
  const auto record = value_of(parse_json_object(records.front().record));
  EXPECT_EQ(peek_string(record, "actor"), "operator");
  EXPECT_EQ(peek_string(record, "reason"), "stuffing");
  EXPECT_EQ(record.at("level"), 2);
  EXPECT_EQ(peek_string(record, "expires_at"), std::to_string(to_unix_seconds(clock.now() + hours{2})));
}

}  // namespace
}  // namespace signet::server::admin
