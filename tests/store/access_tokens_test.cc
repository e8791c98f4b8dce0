#include "store/access_tokens.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::TokenHash;
using test::value_of;

class AccessTokens : public test::StoreTest {
 public:
  void SetUp() override {
    sql::Batch batch;
    store.grants.add_insert(batch, test::grant("grant", now));
    store.access_tokens.add_insert(batch, test::access_token("person", "grant", now));
    store.access_tokens.add_insert(batch, test::access_token("machine", "", now));
    write(std::move(batch));
  }
  std::optional<store::AccessTokenState> find(std::string_view token) {
    return value_of(run_blocking(store.access_tokens.find(TokenHash::of(token))));
  }
};

TEST_F(AccessTokens, AnUnknownTokenIsNotFound) {
  EXPECT_FALSE(find("guessed"));
}

TEST_F(AccessTokens, AnExpiredTokenIsNotActive) {
  for (const char* token : {"person", "machine"}) {
    EXPECT_TRUE(find(token)->is_active(now + minutes{10} - milliseconds{1})) << token;
    EXPECT_FALSE(find(token)->is_active(now + minutes{10})) << token;
  }
}

TEST_F(AccessTokens, ARevokedTokenIsNotActiveAndItsNeighbourIs) {
  sql::Batch batch;
  store.access_tokens.add_revoke(batch, TokenHash::of("machine"), now);
  write(std::move(batch));
  EXPECT_FALSE(find("machine")->is_active(now));
  EXPECT_TRUE(find("person")->is_active(now));
}

TEST_F(AccessTokens, ATokenOfARevokedGrantIsNotActive) {
  sql::Batch batch;
  store.grants.add_revoke(batch, "grant", now);
  write(std::move(batch));
  EXPECT_FALSE(find("person")->is_active(now));
  EXPECT_TRUE(find("machine")->is_active(now));
}

TEST_F(AccessTokens, ATokenOfAnExpiredGrantIsNotActive) {
  sql::Batch batch;
  batch.add("UPDATE grants SET expires_at = $2 WHERE grant_id = $1", {"grant", to_unix_millis(now + seconds{1})});
  write(std::move(batch));
  EXPECT_FALSE(find("person")->is_active(now + seconds{1}));
}

TEST_F(AccessTokens, ATokenWhoseGrantIsGoneIsNotActive) {
  sql::Batch batch;
  store.access_tokens.add_insert(batch, test::access_token("orphan", "gone", now));
  write(std::move(batch));
  const auto orphan = find("orphan");
  ASSERT_TRUE(orphan);
  EXPECT_FALSE(orphan->grant);
  EXPECT_FALSE(orphan->is_active(now));
}

TEST_F(AccessTokens, AnEmptyGrantIdNeverMeetsAGrant) {
  sql::Batch batch;
  store.grants.add_insert(batch, test::grant("", now));
  store.grants.add_revoke(batch, "", now);
  write(std::move(batch));
  EXPECT_TRUE(find("machine")->is_active(now));
}

TEST_F(AccessTokens, ATokenComesBackWithItsAuthorizationDetails) {
  auto token = test::access_token("payment", "grant", now);
  token.authorization_details = R"([{"type":"payment_initiation"}])";
  sql::Batch batch;
  store.access_tokens.add_insert(batch, token);
  write(std::move(batch));
  EXPECT_EQ(find("payment")->token.authorization_details, token.authorization_details);
  EXPECT_EQ(find("person")->token.authorization_details, "");
}

TEST_F(AccessTokens, ATokenComesBackWithItsBindingAndWhatIntrospectionNeedsOfItsGrant) {
  const auto found = find("person");
  ASSERT_TRUE(found && found->grant);
  const auto stored = test::access_token("person", "grant", now);
  EXPECT_EQ(found->token.token_hash, stored.token_hash);
  EXPECT_EQ(found->token.issuer, stored.issuer);
  EXPECT_EQ(found->token.client_id, stored.client_id);
  EXPECT_EQ(found->token.account_id, "alice");
  EXPECT_EQ(found->token.subject, stored.subject);
  EXPECT_EQ(found->token.scope, stored.scope);
  EXPECT_EQ(found->token.audience, stored.audience);
  EXPECT_EQ(found->token.confirmation, stored.confirmation);
  EXPECT_EQ(found->token.issued_at, now);
  EXPECT_EQ(found->token.expires_at, now + minutes{10});
  EXPECT_EQ(found->grant->authenticated_at, now - minutes{5});
  EXPECT_EQ(found->grant->acr, "urn:example:strong");
  EXPECT_EQ(found->grant->amr, (std::vector<std::string>{"pwd", "otp"}));
}

}  // namespace
}  // namespace signet
