#include "store/known_devices.h"

#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;
using test::known_device;
using test::value_of;

class KnownDevices : public test::StoreTest {
 public:
  void upsert(const store::KnownDeviceRecord& device) {
    sql::Batch batch;
    store.known_devices.add_upsert(batch, device);
    write(std::move(batch));
  }
  std::optional<store::KnownDeviceRecord> find(std::string account_id, std::string_view cookie, Instant at) {
    return value_of(run_blocking(store.known_devices.find(std::move(account_id), digest_of(cookie), at)));
  }
  bool remove(const std::string& account_id, std::string_view cookie) {
    sql::Batch batch;
    store.known_devices.add_remove(batch, account_id, digest_of(cookie));
    return !failed_guard(std::move(batch));
  }
};

TEST_F(KnownDevices, ADeviceIsKnownToItsOwnAccountOnly) {
  upsert(known_device("laptop", "alice", now));
  EXPECT_EQ(find("alice", "laptop", now), known_device("laptop", "alice", now));
  EXPECT_FALSE(find("bob", "laptop", now));
  EXPECT_FALSE(find("alice", "forged", now));
}

TEST_F(KnownDevices, ADeviceIsUnknownFromItsEndOn) {
  upsert(known_device("laptop", "alice", now));
  EXPECT_TRUE(find("alice", "laptop", now + days{180} - milliseconds{1}));
  EXPECT_FALSE(find("alice", "laptop", now + days{180}));
  EXPECT_FALSE(value_of(run_blocking(store.known_devices.newest("alice", now + days{180}))));
  EXPECT_TRUE(value_of(run_blocking(store.known_devices.list("alice", now + days{180}))).empty());
}

TEST_F(KnownDevices, AUseMovesTheDeviceAndKeepsItsFirstUse) {
  upsert(known_device("laptop", "alice", now));
  auto moved = known_device("laptop", "alice", now + days{1});
  moved.address = "198.51.100.3";
  moved.country = "";
  moved.latitude = moved.longitude = {};
  upsert(moved);
  moved.first_used_at = now;
  EXPECT_EQ(find("alice", "laptop", now + days{1}), moved);
  EXPECT_EQ(count("known_devices"), 1);
}

TEST_F(KnownDevices, ADeviceThatHadExpiredIsNewAgain) {
  upsert(known_device("laptop", "alice", now));
  const auto back = known_device("laptop", "alice", now + days{180});
  upsert(back);
  EXPECT_EQ(find("alice", "laptop", now + days{180}), back);
}

TEST_F(KnownDevices, TheOneUsedLastComesFirst) {
  upsert(known_device("phone", "alice", now + days{1}));
  upsert(known_device("laptop", "alice", now));
  upsert(known_device("tablet", "bob", now + days{2}));
  const auto newest = value_of(run_blocking(store.known_devices.newest("alice", now)));
  EXPECT_EQ(newest, known_device("phone", "alice", now + days{1}));
  EXPECT_EQ(value_of(run_blocking(store.known_devices.list("alice", now))),
            (std::vector{*newest, known_device("laptop", "alice", now)}));
}

TEST_F(KnownDevices, AreForgottenByTheirOwnAccountOnly) {
  for (const std::string_view cookie : {"laptop", "phone"}) upsert(known_device(cookie, "alice", now));
  upsert(known_device("tablet", "bob", now));
  EXPECT_FALSE(remove("mallory", "laptop"));
  EXPECT_TRUE(remove("alice", "laptop"));
  EXPECT_FALSE(remove("alice", "laptop"));
  sql::Batch batch;
  store.known_devices.add_remove_all(batch, "alice");
  write(std::move(batch));
  EXPECT_FALSE(find("alice", "phone", now));
  EXPECT_TRUE(find("bob", "tablet", now));
}

}  // namespace
}  // namespace signet
