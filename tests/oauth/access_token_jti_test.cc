#include "oauth/access_token_jti.h"

#include <gtest/gtest.h>

namespace signet::oauth {
namespace {

TEST(AccessTokenJti, NamesTheGrantInFront) {
  EXPECT_EQ(make_access_token_jti("grant-1", "AAAAAAAAAAAAAAAAAAAAAA"), "grant-1.AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(grant_of_jti("grant-1.AAAAAAAAAAAAAAAAAAAAAA"), "grant-1");
}

TEST(AccessTokenJti, WithoutAGrantHasNoDot) {
  EXPECT_EQ(make_access_token_jti("", "AAAAAAAAAAAAAAAAAAAAAA"), "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(grant_of_jti("AAAAAAAAAAAAAAAAAAAAAA"), "");
  EXPECT_EQ(grant_of_jti(""), "");
}

TEST(AccessTokenJti, OfAnOpaqueTokenIsAlwaysTheSameAndItsOwn) {
  const auto jti = make_access_token_jti("grant-1", TokenHash::of("one"));
  EXPECT_EQ(jti, make_access_token_jti("grant-1", TokenHash::of("one")));
  EXPECT_NE(jti, make_access_token_jti("grant-1", TokenHash::of("other")));
  EXPECT_EQ(jti.size(), std::string_view("grant-1.").size() + 22);
  EXPECT_EQ(grant_of_jti(jti), "grant-1");
}

// Tokens that end at the same moment begin with the same bytes; their names differ all the same.
TEST(AccessTokenJti, DoesNotBeginWithTheTimeOfTheToken) {
  const auto one = TokenHash::of("AZo9QgAAbcdefghijklmnopqrstuvwxyz0123456789");
  const auto other = TokenHash::of("AZo9QgAAbcdefghijklmnopqrstuvwxyz012345678A");
  EXPECT_EQ(one.to_text().substr(0, 8), other.to_text().substr(0, 8));
  EXPECT_NE(make_access_token_jti("", one).substr(0, 8), make_access_token_jti("", other).substr(0, 8));
}

}  // namespace
}  // namespace signet::oauth
