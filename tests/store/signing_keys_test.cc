#include "store/signing_keys.h"

#include "store/records.h"

namespace signet {
namespace {

using store::SigningKeyState;
using test::kIssuer;
using test::value_of;

class SigningKeys : public test::StoreTest {
 public:
  store::SigningKeyRecord key(std::string kid) {
    return {.kid = std::move(kid),
            .issuer = kIssuer,
            .algorithm = "ES256",
            .state = SigningKeyState::Next,
            .public_jwk = "{}",
            .sealed_key = Bytes{0, 1, 255},
            .created_at = now,
            .changed_at = now};
  }
  sql::Batch insert(const store::SigningKeyRecord& record) {
    sql::Batch batch;
    store.signing_keys.add_insert(batch, record);
    return batch;
  }
  sql::Batch set_state(SigningKeyState from, SigningKeyState to) {
    sql::Batch batch;
    store.signing_keys.add_set_state(batch, "kid", from, to, now + hours{1});
    return batch;
  }
};

TEST_F(SigningKeys, ATakenKidIsRefusedAndTheKeyStays) {
  write(insert(key("kid")));
  auto other = key("kid");
  other.sealed_key = Bytes{9};
  EXPECT_TRUE(failed_guard(insert(other)));
  EXPECT_EQ(value_of(run_blocking(store.signing_keys.list(kIssuer))), std::vector{key("kid")});
}

TEST_F(SigningKeys, OfTwoNodesThatRotateOneDoes) {
  write(insert(key("kid")));
  const auto rotate = [&] { return set_state(SigningKeyState::Next, SigningKeyState::Current); };
  EXPECT_EQ(test::winners_of_race(store.database, 4, rotate), 1);
  const auto keys = value_of(run_blocking(store.signing_keys.list(kIssuer)));
  EXPECT_EQ(keys.at(0).state, SigningKeyState::Current);
  EXPECT_EQ(keys.at(0).changed_at, now + hours{1});
}

TEST_F(SigningKeys, AKeyLeavesOnlyTheStateItIsIn) {
  write(insert(key("kid")));
  EXPECT_TRUE(failed_guard(set_state(SigningKeyState::Current, SigningKeyState::Retired)));
}

TEST_F(SigningKeys, OnlyARetiredKeyIsRemoved) {
  write(insert(key("kid")));
  sql::Batch early;
  store.signing_keys.add_remove(early, "kid");
  EXPECT_TRUE(failed_guard(std::move(early)));
  write(set_state(SigningKeyState::Next, SigningKeyState::Retired));
  sql::Batch batch;
  store.signing_keys.add_remove(batch, "kid");
  EXPECT_FALSE(failed_guard(std::move(batch)));
  EXPECT_TRUE(value_of(run_blocking(store.signing_keys.list(kIssuer))).empty());
}

TEST_F(SigningKeys, KeysOfAnotherIssuerAreNotListed) {
  write(insert(key("kid")));
  EXPECT_TRUE(value_of(run_blocking(store.signing_keys.list("staff"))).empty());
}

TEST_F(SigningKeys, AnUnreadableStateIsAnErrorAndNotAnUsableKey) {
  write(insert(key("kid")));
  sql::Batch batch;
  batch.add("UPDATE signing_keys SET state = 'broken'", {});
  write(std::move(batch));
  const auto listed = run_blocking(store.signing_keys.list(kIssuer));
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().cause(), Cause::Bug);
}

}  // namespace
}  // namespace signet
