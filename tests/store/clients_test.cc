#include "store/clients.h"

#include "store/records.h"

namespace signet {
namespace {

using test::client;
using test::kIssuer;
using test::value_of;

class Clients : public test::StoreTest {
 public:
  void create(std::string client_id) {
    value_of(run_blocking(store.clients.create(client(std::move(client_id), now))));
  }

  /// One row of everything a client can have.
  void give_belongings(const std::string& client_id, const std::string& suffix) {
    sql::Batch batch;
    auto grant = test::grant("grant-" + suffix, now);
    grant.client_id = client_id;
    store.grants.add_insert(batch, grant);
    auto code = test::code("code-" + suffix, grant.grant_id, now);
    code.client_id = client_id;
    store.authorization_codes.add_insert(batch, code);
    for (const std::string& of_grant : {grant.grant_id, std::string()}) {
      auto token = test::access_token("access-" + suffix + of_grant, of_grant, now);
      token.client_id = client_id;
      store.access_tokens.add_insert(batch, token);
    }
    auto refresh = test::refresh_token("refresh-" + suffix, grant.grant_id, now);
    refresh.client_id = client_id;
    store.refresh_tokens.add_insert(batch, refresh);
    auto pushed = test::pushed_request("request-" + suffix, now);
    pushed.client_id = client_id;
    store.pushed_requests.add_insert(batch, pushed);
    store.consents.add_upsert(batch, test::consent("alice", client_id, now));
    write(std::move(batch));
  }
};

constexpr const char* kTablesOfAClient[] = {"grants",         "authorization_codes", "access_tokens",
                                            "refresh_tokens", "pushed_requests",     "consents"};

TEST_F(Clients, ASecondClientOfTheSameIdIsAConflictAndChangesNothing) {
  create("bank");
  auto impostor = client("bank", now);
  impostor.metadata = "{}";
  const auto refused = run_blocking(store.clients.create(impostor));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(value_of(run_blocking(store.clients.find("bank", kIssuer))), client("bank", now));
}

TEST_F(Clients, AClientOfOneIssuerIsUnknownToAnother) {
  create("bank");
  EXPECT_FALSE(value_of(run_blocking(store.clients.find("bank", "staff"))));
  EXPECT_FALSE(value_of(run_blocking(store.clients.find_version("bank", "staff"))));
  auto other = client("bank", now);
  other.issuer = "staff";
  EXPECT_TRUE(run_blocking(store.clients.create(other)));
}

TEST_F(Clients, OfTwoUpdatesOfTheSameVersionTheSecondIsAConflict) {
  create("bank");
  EXPECT_EQ(value_of(run_blocking(store.clients.update("bank", kIssuer, "{\"a\":1}", 1, now + seconds{1}))), 2);
  const auto late = run_blocking(store.clients.update("bank", kIssuer, "{\"a\":2}", 1, now + seconds{2}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Conflict);
  const auto stored = value_of(run_blocking(store.clients.find("bank", kIssuer)));
  EXPECT_EQ(stored->metadata, "{\"a\":1}");
  EXPECT_EQ(stored->updated_at, now + seconds{1});
}

TEST_F(Clients, AnUpdateWithoutAVersionAlwaysApplies) {
  create("bank");
  EXPECT_EQ(value_of(run_blocking(store.clients.update("bank", kIssuer, "{}", std::nullopt, now))), 2);
  EXPECT_EQ(value_of(run_blocking(store.clients.update("bank", kIssuer, "{}", std::nullopt, now))), 3);
  EXPECT_EQ(value_of(run_blocking(store.clients.find_version("bank", kIssuer)))->version, 3);
}

TEST_F(Clients, AnUnknownClientIsNeitherUpdatedNorRemoved) {
  const auto updated = run_blocking(store.clients.update("nobody", kIssuer, "{}", std::nullopt, now));
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, ErrorCode::NotFound);
  const auto removed = run_blocking(store.clients.remove("nobody", kIssuer, now));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ErrorCode::NotFound);
}

TEST_F(Clients, ARemovedClientTakesAllItsBelongingsAlong) {
  create("bank");
  give_belongings("bank", "1");
  value_of(run_blocking(store.clients.remove("bank", kIssuer, now)));
  EXPECT_FALSE(value_of(run_blocking(store.clients.find("bank", kIssuer))));
  for (const char* table : kTablesOfAClient) EXPECT_EQ(count(table), 0) << table;
}

TEST_F(Clients, ARemovedClientLeavesTheBelongingsOfOthersAlone) {
  create("bank");
  create("shop");
  give_belongings("bank", "1");
  give_belongings("shop", "2");
  value_of(run_blocking(store.clients.remove("bank", kIssuer, now)));
  for (const char* table : kTablesOfAClient) EXPECT_GE(count(table), 1) << table;
  EXPECT_TRUE(value_of(run_blocking(store.grants.find("grant-2"))));
}

TEST_F(Clients, AClientRegisteredAgainDoesNotInheritTokens) {
  create("bank");
  give_belongings("bank", "1");
  value_of(run_blocking(store.clients.remove("bank", kIssuer, now)));
  create("bank");
  EXPECT_FALSE(value_of(run_blocking(store.refresh_tokens.find(oauth::TokenHash::of("refresh-1")))));
  EXPECT_FALSE(value_of(run_blocking(store.access_tokens.find(oauth::TokenHash::of("access-1")))));
}

TEST_F(Clients, NothingIsGivenToAClientThatWasRemovedInBetween) {
  create("bank");
  value_of(run_blocking(store.clients.remove("bank", kIssuer, now)));
  sql::Batch batch;
  const auto guard = store.clients.add_require(batch, "bank", kIssuer);
  store.access_tokens.add_insert(batch, test::access_token("late", "", now));
  EXPECT_EQ(failed_guard(std::move(batch)), guard);
  EXPECT_EQ(count("access_tokens"), 0);
}

TEST_F(Clients, AClientThatExistsPassesTheGuard) {
  create("bank");
  sql::Batch batch;
  store.clients.add_require(batch, "bank", kIssuer);
  EXPECT_FALSE(failed_guard(std::move(batch)));
}

TEST_F(Clients, AreListedInPortionsByTheirId) {
  for (const char* id : {"c", "a", "b"}) create(id);
  auto foreign = client("aa", now);
  foreign.issuer = "staff";
  value_of(run_blocking(store.clients.create(foreign)));
  const auto first = value_of(run_blocking(store.clients.list(kIssuer, "", 2)));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].client_id, "a");
  EXPECT_EQ(first[1].client_id, "b");
  const auto rest = value_of(run_blocking(store.clients.list(kIssuer, "b", 2)));
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].client_id, "c");
}

}  // namespace
}  // namespace signet
