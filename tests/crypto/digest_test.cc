#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <thread>

namespace signet::crypto {
namespace {

// FIPS 180-4 examples (NIST "SHA_All").
TEST(Digest, TheExamplesOfNistComeOut) {
  EXPECT_EQ(encode_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(encode_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(encode_hex(sha1(as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(encode_hex(sha384(as_bytes("abc"))),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(
      encode_hex(sha512(as_bytes("abc"))),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
      "2a9ac94fa54ca49f");
}

TEST(Digest, OneContextServesDigestsOfDifferentLengthsInTurn) {
  const auto first = sha256("abc");
  (void)sha512(as_bytes("abc"));
  (void)sha384(as_bytes("x"));
  EXPECT_EQ(sha256("abc"), first);
}

TEST(Digest, ThreadsDoNotDisturbEachOther) {
  const auto expected = sha256("abc");
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) wrong += sha256("abc") == expected ? 0 : 1;
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

// RFC 4231 test cases 1, 2, 3, 6 and 7.
TEST(Hmac, TheVectorsOfRfc4231ComeOut) {
  EXPECT_EQ(encode_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(encode_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(encode_hex(hmac_sha256(Bytes(20, 0xaa), Bytes(50, 0xdd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      encode_hex(hmac_sha256(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      encode_hex(hmac_sha256(Bytes(131, 0xaa),
                             as_bytes("This is a test using a larger than block-size key and a larger than block-size "
                                      "data. The key needs to be hashed before being used by the HMAC algorithm."))),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(Hmac, AnEmptyKeyIsNotTheKeyOfTheCallBefore) {
  const auto with_empty_key = hmac_sha256({}, as_bytes("data"));
  const auto with_key = hmac_sha256(as_bytes("key"), as_bytes("data"));
  EXPECT_NE(with_key, with_empty_key);
  EXPECT_EQ(hmac_sha256({}, as_bytes("data")), with_empty_key);
  // HMAC of the empty key and the empty message, as in the documents of several libraries.
  EXPECT_EQ(encode_hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, AKeyThatIsUsedAgainIsTheSameKey) {
  const auto first = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  const auto other_message = hmac_sha256(as_bytes("Jefe"), as_bytes("what do you want for nothing?"));
  EXPECT_NE(other_message, first);
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")), first);
  // One that begins alike is another.
  EXPECT_NE(hmac_sha256(as_bytes("Jeff"), as_bytes("what do ya want for nothing?")), first);
  EXPECT_NE(hmac_sha256(as_bytes("Jef"), as_bytes("what do ya want for nothing?")), first);
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")), first);
}

}  // namespace
}  // namespace signet::crypto
