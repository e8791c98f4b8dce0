#include "crypto/aead.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "support/fakes.h"

namespace signet::crypto {
namespace {

SealingKey make_key(std::uint8_t fill) {
  return SealingKey::make(SecretBytes(Bytes(32, fill))).value();
}

TEST(SealingKey, AKeyOfAnotherLengthIsRefused) {
  for (const std::size_t size : {0, 16, 31, 33, 64})
    EXPECT_FALSE(SealingKey::make(SecretBytes(Bytes(size, 1)))) << size;
}

TEST(SealingKey, AnyChangedBitIsRefused) {
  test::FixedRandom random;
  const SealingKey key = make_key(7);
  const Bytes sealed = key.seal(random, as_bytes("private key"), as_bytes("row 1"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x01;
    const auto opened = key.open(changed, as_bytes("row 1"));
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code, ErrorCode::BadSignature);
  }
}

TEST(SealingKey, ASealMovedToAnotherRowIsRefused) {
  test::FixedRandom random;
  const SealingKey key = make_key(7);
  const Bytes sealed = key.seal(random, as_bytes("private key"), as_bytes("row 1"));
  EXPECT_FALSE(key.open(sealed, as_bytes("row 2")));
  EXPECT_FALSE(key.open(sealed, {}));
  EXPECT_FALSE(make_key(8).open(sealed, as_bytes("row 1")));
}

TEST(SealingKey, ATruncatedOrExtendedSealIsRefused) {
  test::FixedRandom random;
  const SealingKey key = make_key(7);
  Bytes sealed = key.seal(random, as_bytes("x"), {});
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(key.open(BytesView(sealed).first(size), {})) << size;
  sealed.push_back(0);
  EXPECT_FALSE(key.open(sealed, {}));
}

TEST(SealingKey, WhatWasSealedIsOpened) {
  SystemRandom random;
  const SealingKey key = make_key(7);
  for (const std::size_t size : {0, 1, 15, 16, 17, 5000}) {
    const Bytes plain(size, 0x5a);
    const Bytes sealed = key.seal(random, plain, as_bytes("context"));
    EXPECT_EQ(sealed.size(), size + 28);
    EXPECT_EQ(key.open(sealed, as_bytes("context"))->reveal(), plain);
  }
}

TEST(SealingKey, TheSameTextIsNeverSealedTwiceAlike) {
  SystemRandom random;
  const SealingKey key = make_key(7);
  EXPECT_NE(key.seal(random, as_bytes("x"), {}), key.seal(random, as_bytes("x"), {}));
}

}  // namespace
}  // namespace signet::crypto
