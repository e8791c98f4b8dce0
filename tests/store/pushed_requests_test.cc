#include "store/pushed_requests.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::TokenHash;
using test::value_of;

class PushedRequests : public test::StoreTest {
 public:
  void SetUp() override {
    sql::Batch batch;
    store.pushed_requests.add_insert(batch, test::pushed_request("token", now));
    write(std::move(batch));
  }
  sql::Batch consume(std::string_view token, Instant at) {
    sql::Batch batch;
    store.pushed_requests.add_consume(batch, TokenHash::of(token), at);
    return batch;
  }
};

TEST_F(PushedRequests, OfTwoUsesAtOnceExactlyOneWins) {
  EXPECT_EQ(test::winners_of_race(store.database, 8, [&] { return consume("token", now); }), 1);
}

TEST_F(PushedRequests, AConsumedRequestIsRefusedAndSeenAsConsumed) {
  EXPECT_FALSE(failed_guard(consume("token", now + seconds{1})));
  EXPECT_TRUE(failed_guard(consume("token", now + seconds{2})));
  const auto found = value_of(run_blocking(store.pushed_requests.find(TokenHash::of("token"))));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_usable(now));
  EXPECT_EQ(found->consumed_at, now + seconds{1});
}

TEST_F(PushedRequests, AnExpiredRequestIsRefused) {
  EXPECT_TRUE(failed_guard(consume("token", now + seconds{90})));
  EXPECT_FALSE(
      value_of(run_blocking(store.pushed_requests.find(TokenHash::of("token"))))->is_usable(now + seconds{90}));
}

TEST_F(PushedRequests, AnUnknownRequestIsRefused) {
  EXPECT_TRUE(failed_guard(consume("guessed", now)));
  EXPECT_FALSE(value_of(run_blocking(store.pushed_requests.find(TokenHash::of("guessed")))));
}

TEST_F(PushedRequests, ARequestComesBackAsItWasPushed) {
  const auto found = value_of(run_blocking(store.pushed_requests.find(TokenHash::of("token"))));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_usable(now));
  EXPECT_EQ(found->issuer, test::kIssuer);
  EXPECT_EQ(found->client_id, "bank");
  EXPECT_EQ(found->request.redirect_uri, "https://bank.example.com/callback");
  EXPECT_EQ(found->request.state, "a state");
  EXPECT_EQ(found->request.code_challenge_method, "S256");
}

}  // namespace
}  // namespace signet
