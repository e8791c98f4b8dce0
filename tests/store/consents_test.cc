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

}  // namespace
}  // namespace signet
