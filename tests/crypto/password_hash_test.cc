#include "crypto/password_hash.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

constexpr PasswordCost kCheap{.iterations = 1, .memory_bytes = 64 * 1024};

TEST(PasswordHash, AnotherPasswordIsRefused) {
  const std::string phc = hash_password(SecretText(std::string("correct horse")), kCheap).value();
  EXPECT_FALSE(verify_password(SecretText(std::string("correct horsf")), phc));
  EXPECT_FALSE(verify_password(SecretText(std::string("")), phc));
  EXPECT_FALSE(verify_password(SecretText(std::string("correct horse\0x", 15)), phc));
  EXPECT_TRUE(verify_password(SecretText(std::string("correct horse")), phc));
}

TEST(PasswordHash, AStringThatIsNoHashMatchesNothing) {
  for (const auto* phc :
       {"", "$argon2id$", "correct horse", "$2y$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA"}) {
    EXPECT_FALSE(verify_password(SecretText(std::string("correct horse")), phc)) << phc;
  }
}

TEST(PasswordHash, TheDefaultCostIsTheOneOfTheHouse) {
  const std::string phc = hash_password(SecretText(std::string("p"))).value();
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_NE(hash_password(SecretText(std::string("p")), kCheap).value(),
            hash_password(SecretText(std::string("p")), kCheap).value());
}

}  // namespace
}  // namespace signet::crypto
