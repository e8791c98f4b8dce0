#include "store/revoked_tokens.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::TokenHash;
using test::value_of;

class RevokedTokens : public test::StoreTest {};

TEST_F(RevokedTokens, ARevokedTokenIsRememberedHoweverOftenItIsRevoked) {
  for (int i = 0; i < 2; ++i) {
    sql::Batch batch;
    store.revoked_tokens.add_insert(batch, TokenHash::of("jwt"), test::kIssuer, now + minutes{10}, now);
    write(std::move(batch));
  }
  EXPECT_TRUE(value_of(run_blocking(store.revoked_tokens.contains(TokenHash::of("jwt")))));
  EXPECT_FALSE(value_of(run_blocking(store.revoked_tokens.contains(TokenHash::of("other")))));
}

}  // namespace
}  // namespace signet
