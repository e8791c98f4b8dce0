#include "server/busy_keys.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace signet::server {
namespace {

using crypto::SignatureAlgorithm;

BusyKeys::Keys set_of(const crypto::PrivateKey& key) {
  return std::make_shared<const jose::JwkSet>(
      std::vector{jose::Jwk{key.public_key(), "kid", "sig", SignatureAlgorithm::ES256, {}, {}}});
}

crypto::PrivateKey new_key() {
  return crypto::PrivateKey::generate(SignatureAlgorithm::ES256).value();
}

void use(BusyKeys& busy, const BusyKeys::Keys& keys, int times) {
  for (int i = 0; i < times; ++i) (void)busy.select(keys);
}

TEST(BusyKeys, ASetThatIsAskedForOftenIsPreparedAndStillRefusesTheSignatureOfAnother) {
  const auto key = new_key();
  const auto keys = set_of(key);
  BusyKeys busy;
  use(busy, keys, 200);
  busy.sweep();
  EXPECT_EQ(busy.prepared(), 1U);
  const auto selected = busy.select(keys);
  EXPECT_NE(selected, keys);
  const auto message = as_bytes("message");
  const crypto::PublicKey& prepared = selected->keys().front().key;
  EXPECT_TRUE(
      prepared.verify(SignatureAlgorithm::ES256, message, key.sign(SignatureAlgorithm::ES256, message).value()));
  EXPECT_FALSE(
      prepared.verify(SignatureAlgorithm::ES256, message, new_key().sign(SignatureAlgorithm::ES256, message).value()));
}

TEST(BusyKeys, ASetThatIsAskedForSeldomStaysAsItIs) {
  const auto keys = set_of(new_key());
  BusyKeys busy;
  for (int second = 0; second < 20; ++second) {
    use(busy, keys, 20);
    busy.sweep();
  }
  EXPECT_EQ(busy.prepared(), 0U);
  EXPECT_EQ(busy.select(keys), keys);
}

TEST(BusyKeys, NewKeysOfAClientAreNeverAnsweredWithItsOldOnes) {
  const auto before = set_of(new_key());
  const auto after = set_of(new_key());
  BusyKeys busy;
  use(busy, before, 200);
  busy.sweep();
  EXPECT_EQ(busy.select(after), after);
  use(busy, after, 200);
  busy.sweep();
  EXPECT_EQ(busy.select(after)->keys().front().key, after->keys().front().key);
}

TEST(BusyKeys, SetsThatNobodyUsesAnyMoreAreForgotten) {
  const auto keys = set_of(new_key());
  BusyKeys busy;
  use(busy, keys, 200);
  busy.sweep();
  for (int second = 0; second < 601; ++second) busy.sweep();
  EXPECT_EQ(busy.prepared(), 0U);
  EXPECT_EQ(busy.select(keys), keys);
}

TEST(BusyKeys, OnlySoManySetsArePreparedAtOnce) {
  const auto key = new_key();
  BusyKeys busy;
  std::vector<BusyKeys::Keys> sets;
  for (int i = 0; i < 70; ++i) use(busy, sets.emplace_back(set_of(key)), 200);
  busy.sweep();
  EXPECT_EQ(busy.prepared(), 64U);
}

}  // namespace
}  // namespace signet::server
