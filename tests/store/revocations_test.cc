#include "store/revocations.h"

#include "store/records.h"

namespace signet {
namespace {

using oauth::TokenHash;
using store::RevocationRecord;
using test::kIssuer;
using test::value_of;
using Kind = RevocationRecord::Kind;

class Revocations : public test::StoreTest {
 public:
  Revocations() {
    sql::Batch batch;
    store.clients.add_create(batch, test::client("bank", now));
    store.accounts.add_create(batch, test::account("alice", now));
    for (const char* const id : {"one", "two"}) store.grants.add_insert(batch, test::grant(id, now));
    store.access_tokens.add_insert(batch, test::access_token("opaque", "one", now));
    write(std::move(batch));
  }
  std::vector<RevocationRecord> told(const std::string& issuer = kIssuer, std::size_t limit = 100) {
    return value_of(run_blocking(store.revocations.list(issuer, now, limit)));
  }
  RevocationRecord row(Kind kind, std::string subject) const {
    return {.kind = kind, .subject = std::move(subject), .revoked_at = now};
  }
};

TEST_F(Revocations, WithoutOneNothingIsTold) {
  EXPECT_TRUE(told().empty());
}

TEST_F(Revocations, OfAnOpaqueTokenNameItsHash) {
  sql::Batch batch;
  store.access_tokens.add_revoke(batch, TokenHash::of("opaque"), now);
  store.access_tokens.add_revoke(batch, TokenHash::of("unknown"), now);
  write(std::move(batch));
  EXPECT_EQ(told(), std::vector{row(Kind::TokenHash, TokenHash::of("opaque").to_text())});
}

TEST_F(Revocations, OfAJwtNameItsHash) {
  sql::Batch batch;
  store.revoked_tokens.add_insert(batch, TokenHash::of("a.b.c"), kIssuer, now + minutes{5}, now);
  write(std::move(batch));
  EXPECT_EQ(told(), std::vector{row(Kind::TokenHash, TokenHash::of("a.b.c").to_text())});
}

TEST_F(Revocations, OfAGrantNameItOnceAndNotAgain) {
  sql::Batch batch;
  store.grants.add_revoke(batch, "one", now);
  store.grants.add_revoke(batch, "unknown", now);
  write(std::move(batch));
  EXPECT_EQ(told(), std::vector{row(Kind::GrantId, "one")});
  now += seconds{1};
  sql::Batch again;
  store.grants.add_revoke(again, "one", now);
  write(std::move(again));
  EXPECT_TRUE(told().empty());
}

TEST_F(Revocations, OfAllGrantsNameEachThatWasAlive) {
  using Revoke = void (*)(sql::Batch&, Instant);
  const Revoke ways[] = {
      [](sql::Batch& batch, Instant at) { store::Grants::add_revoke_all(batch, "alice", "bank", kIssuer, at); },
      [](sql::Batch& batch, Instant at) { store::Grants::add_revoke_all_of_account(batch, "alice", at); }};
  for (int i = 0; i < 2; ++i) {
    now += seconds{1};
    const std::string a = "a" + std::to_string(i);
    const std::string b = "b" + std::to_string(i);
    sql::Batch batch;
    store.grants.add_revoke_all_of_account(batch, "alice", now - milliseconds{1});
    store.grants.add_insert(batch, test::grant(a, now));
    store.grants.add_insert(batch, test::grant(b, now));
    ways[i](batch, now);
    write(std::move(batch));
    EXPECT_EQ(told(), (std::vector{row(Kind::GrantId, a), row(Kind::GrantId, b)})) << i;
  }
}

TEST_F(Revocations, OfARemovedAccountNameItsGrants) {
  value_of(run_blocking(store.accounts.remove("alice", now)));
  EXPECT_EQ(told(), (std::vector{row(Kind::GrantId, "one"), row(Kind::GrantId, "two")}));
}

TEST_F(Revocations, OfARemovedClientNameIt) {
  value_of(run_blocking(store.clients.remove("bank", kIssuer, now)));
  EXPECT_EQ(told(), std::vector{row(Kind::ClientId, "bank")});
}

TEST_F(Revocations, OfWhatWasNeverThereAreNotTold) {
  EXPECT_FALSE(run_blocking(store.clients.remove("nobody", kIssuer, now)));
  EXPECT_FALSE(run_blocking(store.accounts.remove("nobody", now)));
  EXPECT_TRUE(told().empty());
}

TEST_F(Revocations, AreToldToTheirIssuerOnly) {
  sql::Batch batch;
  store.revocations.add_client(batch, "bank", "other", now);
  write(std::move(batch));
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(told("other").size(), 1U);
}

TEST_F(Revocations, AreToldOldestFirstAndNoMoreThanAsked) {
  sql::Batch batch;
  for (int i = 0; i < 3; ++i) store.revocations.add_client(batch, std::to_string(i), kIssuer, now + seconds{3 - i});
  store.revocations.add_client(batch, "before", kIssuer, now - milliseconds{1});
  write(std::move(batch));
  const auto list = told(kIssuer, 2);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].subject, "2");
  EXPECT_EQ(list[1].subject, "1");
}

TEST_F(Revocations, AreToldOnceInPortionsAlsoWhenTheyAreOfOneTime) {
  sql::Batch batch;
  for (int i = 0; i < 5; ++i) store.revocations.add_client(batch, std::to_string(i), kIssuer, now);
  store.revocations.add_client(batch, "0", "other", now);
  write(std::move(batch));
  std::vector<std::string> names;
  for (std::size_t skip = 0; skip < 6; skip += 2) {
    for (const auto& each : value_of(run_blocking(store.revocations.list(kIssuer, now, 2, skip)))) {
      names.push_back(each.subject);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST_F(Revocations, AreToldForLongerThanAccessTokensLiveAndKeptForLongerThanTheyAreTold) {
  for (const Duration lifetime : {Duration{minutes{1}}, Duration{minutes{10}}, Duration{hours{24}}}) {
    EXPECT_EQ(store::revocation_retention(lifetime), lifetime + minutes{10});
    EXPECT_LT(store::revocation_retention(lifetime), store::kRevocationMemory);
  }
  EXPECT_LT(store::revocation_retention(days{30}), store::kRevocationMemory);
}

TEST_F(Revocations, AreForgottenAfterADay) {
  sql::Batch batch;
  store.revocations.add_client(batch, "bank", kIssuer, now);
  write(std::move(batch));
  (void)value_of(run_blocking(store.expiry.remove_expired(now + store::kRevocationMemory - milliseconds{1}, 100)));
  EXPECT_EQ(count("revocations"), 1);
  (void)value_of(run_blocking(store.expiry.remove_expired(now + store::kRevocationMemory, 100)));
  EXPECT_EQ(count("revocations"), 0);
}

}  // namespace
}  // namespace signet
