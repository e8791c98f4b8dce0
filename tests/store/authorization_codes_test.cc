#include "store/authorization_codes.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::CodeHash;
using oauth::TokenHash;
using test::value_of;

class AuthorizationCodes : public test::StoreTest {
 public:
  void SetUp() override {
    sql::Batch batch;
    store.grants.add_insert(batch, test::grant("grant", now));
    store.authorization_codes.add_insert(batch, test::code("code", "grant", now));
    write(std::move(batch));
  }
  sql::Batch consume(std::string_view code, Instant at) {
    sql::Batch batch;
    store.authorization_codes.add_consume(batch, CodeHash::of(code), at);
    return batch;
  }
  std::unique_ptr<store::AuthorizationCodeState> find(std::string_view code) {
    return value_of(run_blocking(store.authorization_codes.find(CodeHash::of(code))));
  }
};

TEST_F(AuthorizationCodes, OfRedemptionsAtOnceExactlyOneWinsAndTheOthersGetNothing) {
  std::atomic<int> serial = 0;
  const int winners = test::winners_of_race(store.database, 16, [&] {
    sql::Batch batch = consume("code", now);
    store.access_tokens.add_insert(batch, test::access_token("token-" + std::to_string(serial++), "grant", now));
    return batch;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(count("access_tokens"), 1);
}

TEST_F(AuthorizationCodes, ASecondUseIsVisibleAndRevokesWhatTheFirstGave) {
  sql::Batch first = consume("code", now);
  store.access_tokens.add_insert(first, test::access_token("access", "grant", now));
  store.refresh_tokens.add_insert(first, test::refresh_token("refresh", "grant", now));
  write(std::move(first));

  EXPECT_TRUE(failed_guard(consume("code", now + seconds{5})));
  const auto reused = find("code");
  ASSERT_TRUE(reused && reused->is_reused());
  EXPECT_EQ(reused->code.consumed_at, now);
  sql::Batch revocation;
  store.grants.add_revoke(revocation, reused->grant.grant_id, now + seconds{5});
  write(std::move(revocation));

  EXPECT_FALSE(value_of(run_blocking(store.access_tokens.find(TokenHash::of("access"))))->is_active(now + seconds{5}));
  EXPECT_FALSE(value_of(run_blocking(store.refresh_tokens.find(TokenHash::of("refresh"))))
                   ->is_active(now + seconds{5}, seconds{60}));
}

TEST_F(AuthorizationCodes, AnExpiredCodeIsRefused) {
  EXPECT_TRUE(failed_guard(consume("code", now + seconds{60})));
  EXPECT_FALSE(find("code")->is_active(now + seconds{60}));
  EXPECT_FALSE(find("code")->is_reused());
}

TEST_F(AuthorizationCodes, AnUnknownCodeIsRefused) {
  EXPECT_TRUE(failed_guard(consume("guessed", now)));
  EXPECT_FALSE(find("guessed"));
}

TEST_F(AuthorizationCodes, ACodeOfARevokedGrantIsNotActive) {
  sql::Batch batch;
  store.grants.add_revoke(batch, "grant", now);
  write(std::move(batch));
  EXPECT_FALSE(find("code")->is_active(now));
}

TEST_F(AuthorizationCodes, ACodeWithoutItsGrantIsUnknown) {
  sql::Batch batch;
  store.authorization_codes.add_insert(batch, test::code("orphan", "gone", now));
  write(std::move(batch));
  EXPECT_FALSE(find("orphan"));
}

TEST_F(AuthorizationCodes, CodeAndGrantComeBackTogether) {
  const auto found = find("code");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_active(now));
  EXPECT_EQ(found->code.code_hash, CodeHash::of("code"));
  EXPECT_EQ(found->code.client_id, "bank");
  EXPECT_EQ(found->grant.request.code_challenge, test::authorization_request().code_challenge);
  EXPECT_EQ(found->code.expires_at, now + seconds{60});
  EXPECT_EQ(found->grant, test::grant("grant", now));
}

}  // namespace
}  // namespace signet
