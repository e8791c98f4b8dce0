#include "client/dpop.h"

#include <gtest/gtest.h>

namespace signet::client {
namespace {

http::Response with_nonces(std::initializer_list<std::string_view> nonces) {
  http::Response response;
  for (const auto nonce : nonces) response.fields.add("DPoP-Nonce", nonce);
  return response;
}

// RFC9449-8.1
TEST(NonceMemory, ANonceThatCouldBreakOutOfItsPlaceIsIgnored) {
  NonceMemory memory;
  const std::string endless(100'000, 'n');
  const std::vector<std::string_view> odd_ones = {"", "two words", "quote\"", "back\\slash", "line\nbreak", endless};
  for (const auto odd : odd_ones) {
    EXPECT_FALSE(memory.remember(NonceSpace::ResourceServer, "https://api.test/x", with_nonces({odd})))
        << odd.substr(0, 20);
  }
  EXPECT_EQ(memory.find(NonceSpace::ResourceServer, "https://api.test/x"), "");
}

// RFC9449-8.2
TEST(NonceMemory, OfTwoNoncesInOneAnswerNoneIsTaken) {
  NonceMemory memory;
  EXPECT_FALSE(memory.remember(NonceSpace::AuthorizationServer, "https://as.test/token", with_nonces({"one", "two"})));
}

// RFC9449-9
TEST(NonceMemory, ANonceIsForItsOriginAndItsKindOfServer) {
  NonceMemory memory;
  EXPECT_TRUE(memory.remember(NonceSpace::AuthorizationServer, "https://as.test/token", with_nonces({"one"})));
  EXPECT_EQ(memory.find(NonceSpace::AuthorizationServer, "https://as.test/par"), "one");
  EXPECT_EQ(memory.find(NonceSpace::ResourceServer, "https://as.test/token"), "");
  EXPECT_EQ(memory.find(NonceSpace::AuthorizationServer, "https://as.test:8443/token"), "");
}

}  // namespace
}  // namespace signet::client
