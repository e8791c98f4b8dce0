#include "store/consents.h"

#include "store/records.h"

namespace signet {
namespace {

using test::consent;
using test::kIssuer;
using test::value_of;

class Consents : public test::StoreTest {
 public:
  void upsert(const store::ConsentRecord& record) {
    sql::Batch batch;
    store.consents.add_upsert(batch, record);
    write(std::move(batch));
  }
  std::optional<store::ConsentRecord> find(std::string account, std::string client, std::string issuer) {
    return value_of(run_blocking(store.consents.find(std::move(account), std::move(client), std::move(issuer))));
  }
};

TEST_F(Consents, AConsentHoldsForOnePersonOneClientAndOneIssuer) {
  upsert(consent("alice", "bank", now));
  EXPECT_EQ(find("alice", "bank", kIssuer), consent("alice", "bank", now));
  EXPECT_FALSE(find("bob", "bank", kIssuer));
  EXPECT_FALSE(find("alice", "shop", kIssuer));
  EXPECT_FALSE(find("alice", "bank", "staff"));
}

TEST_F(Consents, ANameWithASpaceDoesNotReadAsTwoClaims) {
  auto record = consent("alice", "bank", now);
  record.claims = {"email phone_number"};
  upsert(record);
  EXPECT_EQ(find("alice", "bank", kIssuer)->claims, std::vector<std::string>{"email phone_number"});
}

TEST_F(Consents, ANewConsentTakesThePlaceOfTheOldOne) {
  upsert(consent("alice", "bank", now));
  auto narrower = consent("alice", "bank", now + days{1});
  narrower.scope = {"openid"};
  narrower.claims = {};
  upsert(narrower);
  EXPECT_EQ(find("alice", "bank", kIssuer), narrower);
  EXPECT_EQ(count("consents"), 1);
}

TEST_F(Consents, AWithdrawnConsentIsGoneAndOthersStay) {
  upsert(consent("alice", "bank", now));
  upsert(consent("alice", "shop", now));
  sql::Batch batch;
  store.consents.add_remove(batch, "alice", "bank", kIssuer);
  write(std::move(batch));
  const auto rest = value_of(run_blocking(store.consents.list("alice")));
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].client_id, "shop");
}

TEST_F(Consents, EndingAnAppLeavesTheAccountNothingOfItAndEverythingOfOthers) {
  sql::Batch given;
  for (const auto& [account, client] :
       {std::pair("alice", "bank"), std::pair("alice", "shop"), std::pair("bob", "bank")}) {
    const std::string id = std::string(account) + "-" + client;
    auto grant = test::grant(id, now);
    grant.account_id = account;
    grant.client_id = client;
    store.grants.add_insert(given, grant);
    store.access_tokens.add_insert(given, test::access_token("access-" + id, id, now));
    store.refresh_tokens.add_insert(given, test::refresh_token("refresh-" + id, id, now));
    store.consents.add_upsert(given, consent(account, client, now));
  }
  write(std::move(given));
  sql::Batch ending;
  store.consents.add_remove(ending, "alice", "bank", kIssuer);
  store.grants.add_revoke_all(ending, "alice", "bank", kIssuer, now);
  write(std::move(ending));
  for (const std::string id : {"alice-bank", "alice-shop", "bob-bank"}) {
    const bool ended = id == "alice-bank";
    const auto access = value_of(run_blocking(store.access_tokens.find(oauth::TokenHash::of("access-" + id))));
    const auto refresh = value_of(run_blocking(store.refresh_tokens.find(oauth::TokenHash::of("refresh-" + id))));
    EXPECT_NE(access->is_active(now), ended) << id;
    EXPECT_NE(refresh->is_active(now, Duration{}), ended) << id;
  }
  EXPECT_FALSE(find("alice", "bank", kIssuer));
  EXPECT_TRUE(find("alice", "shop", kIssuer));
  EXPECT_TRUE(find("bob", "bank", kIssuer));
  EXPECT_EQ(value_of(run_blocking(store.grants.list("alice", now))).size(), 1U);
}

}  // namespace
}  // namespace signet
