#include "store/device_registrations.h"

#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;
using test::value_of;

class DeviceRegistrations : public test::StoreTest {
 public:
  DeviceRegistrations() {
    sql::Batch batch;
    store.device_registrations.add_insert(batch, test::device_registration("code", "alice", now));
    write(std::move(batch));
  }
  bool answer(const std::string& device, Instant at) {
    sql::Batch batch;
    store.device_registrations.add_answer(batch, digest_of("code"), device, at);
    return !failed_guard(std::move(batch));
  }
  bool consume(const std::string& account_id, const std::string& device, Instant at) {
    sql::Batch batch;
    store.device_registrations.add_consume(batch, account_id, digest_of("code"), device, at);
    return !failed_guard(std::move(batch));
  }
  std::optional<store::DeviceRegistrationRecord> find(Instant at) {
    return value_of(run_blocking(store.device_registrations.find(digest_of("code"), at)));
  }
};

TEST_F(DeviceRegistrations, OneDeviceAnswersACode) {
  EXPECT_TRUE(answer("phone", now));
  EXPECT_FALSE(answer("thief", now));
  EXPECT_EQ(find(now)->device, "phone");
}

TEST_F(DeviceRegistrations, ACodeIsOverAfterItsTime) {
  const Instant end = now + minutes{10};
  EXPECT_FALSE(answer("phone", end));
  EXPECT_TRUE(answer("phone", end - milliseconds{1}));
  EXPECT_FALSE(consume("alice", "phone", end));
  EXPECT_FALSE(find(end));
}

TEST_F(DeviceRegistrations, OnlyTheAccountOfTheCodeTakesTheDeviceUpAndOnce) {
  EXPECT_FALSE(consume("alice", "", now + minutes{11}));
  ASSERT_TRUE(answer("phone", now));
  EXPECT_FALSE(consume("mallory", "phone", now));
  EXPECT_FALSE(consume("alice", "thief", now));
  EXPECT_TRUE(consume("alice", "phone", now));
  EXPECT_FALSE(consume("alice", "phone", now));
  EXPECT_FALSE(find(now));
}

}  // namespace
}  // namespace signet
