// The audit trail against those who would fill the disk with refusals.
#include "server/refusal_limit.h"

#include "server/back_channel.h"
#include "server/context.h"

namespace signet {
namespace {

using server::RefusalLimit;
using Verdict = RefusalLimit::Verdict;

class OfStrangers : public test::BackChannelTest {
 protected:
  int refuse_and_count(int requests) {
    for (int i = 0; i < requests; ++i) {
      EXPECT_EQ(server.post("/token", {{"client_id", "nobody"}, {"grant_type", "client_credentials"}}).status, 401);
    }
    return static_cast<int>(std::ranges::count_if(
        server.audit(), [](const auto& record) { return record.starts_with("request refused"); }));
  }
  /// Records of one moment have no order.
  bool has_record_with(std::string_view text) {
    return std::ranges::any_of(server.audit(), [&](const auto& record) { return record.contains(text); });
  }
  std::uint64_t not_recorded() { return server.context().metrics.value(server::Metrics::Counter::RefusalsNotRecorded); }
};

TEST_F(OfStrangers, SixtyRefusalsAMinuteAreRecordedForOneAddress) {
  EXPECT_EQ(refuse_and_count(RefusalLimit::kOfAddress - 1), RefusalLimit::kOfAddress - 1);
  EXPECT_FALSE(has_record_with("not recorded"));
  EXPECT_EQ(refuse_and_count(10), RefusalLimit::kOfAddress);
  EXPECT_TRUE(has_record_with("more refusals of this minute are not recorded"));
  EXPECT_EQ(not_recorded(), 9U);
  server.clock.advance(minutes{1});
  EXPECT_EQ(refuse_and_count(1), RefusalLimit::kOfAddress + 1);
}

TEST_F(OfStrangers, TheRefusalsOfAClientThatHasProvenItselfAreAllRecorded) {
  (void)refuse_and_count(RefusalLimit::kOfAddress + 5);
  test::expect_refused(post_as(client, "https://as.example/token", {{"grant_type", "password"}}), 400,
                       "unsupported_grant_type");
  EXPECT_TRUE(has_record_with("unsupported_grant_type"));
}

TEST_F(OfStrangers, AClientIdThatNoClientCanHaveIsRefusedAndNotRecorded) {
  test::expect_refused(server.post("/token", {{"client_id", std::string(400, 'A')}}), 401, "invalid_client");
  EXPECT_FALSE(has_record_with("AAAA"));
}

TEST(RefusalLimit, ManyAddressesShareOneLimit) {
  RefusalLimit limit;
  const Instant now = from_unix_seconds(1'700'000'000);
  for (int i = 0; i < RefusalLimit::kOfAll - 1; ++i) EXPECT_EQ(limit.count(std::to_string(i), now), Verdict::Record);
  EXPECT_EQ(limit.count("last", now), Verdict::RecordAsLast);
  EXPECT_EQ(limit.count("another", now), Verdict::Leave);
  EXPECT_EQ(limit.count("another", now + minutes{1}), Verdict::Record);
}

TEST(RefusalLimit, AClockThatIsSetBackBeginsAnew) {
  RefusalLimit limit;
  const Instant now = from_unix_seconds(1'700'000'000);
  for (int i = 0; i < RefusalLimit::kOfAddress; ++i) (void)limit.count("a", now);
  EXPECT_EQ(limit.count("a", now), Verdict::Leave);
  EXPECT_EQ(limit.count("a", now - hours{1}), Verdict::Record);
}

}  // namespace
}  // namespace signet
