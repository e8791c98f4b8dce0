#include "store/sessions.h"

#include "store/records.h"

namespace signet {
namespace {

using test::session;
using test::value_of;

class Sessions : public test::StoreTest {
 public:
  void create(std::string_view cookie, std::string account_id) {
    value_of(run_blocking(store.sessions.create(session(cookie, std::move(account_id), now))));
  }
  std::optional<store::SessionRecord> find(std::string_view cookie, Instant at) {
    return value_of(run_blocking(store.sessions.find(oauth::SessionHash::of(cookie), at)));
  }
  /// Touches are not waited for; a write that is shows that they are done.
  void settle() { value_of(run_blocking(store.sessions.remove(oauth::SessionHash::of("nothing"), "main"))); }
};

TEST_F(Sessions, AnUnknownCookieHasNoSession) {
  EXPECT_FALSE(find("forged", now));
}

TEST_F(Sessions, ASessionIsGoneAtItsAbsoluteEnd) {
  create("cookie", "alice");
  EXPECT_TRUE(find("cookie", now + hours{12} - milliseconds{1}));
  EXPECT_FALSE(find("cookie", now + hours{12}));
}

TEST_F(Sessions, ASessionComesBackAsItWasStored) {
  create("cookie", "alice");
  EXPECT_EQ(find("cookie", now), session("cookie", "alice", now));
}

TEST_F(Sessions, ASessionIsFoundWithTheConsentOfItsOwnAccountToThatClientOnly) {
  create("cookie", "alice");
  const auto find_with = [&](std::string client) {
    return value_of(
        run_blocking(store.sessions.find_with_consent(oauth::SessionHash::of("cookie"), std::move(client), now)));
  };
  EXPECT_EQ(find_with("bank")->consent, std::nullopt);
  const store::ConsentRecord of_alice{.account_id = "alice",
                                      .client_id = "bank",
                                      .issuer = test::kIssuer,
                                      .scope = {"a", "b"},
                                      .claims = {"name"},
                                      .updated_at = now};
  sql::Batch batch;
  for (auto consent : {of_alice, store::ConsentRecord{"bob", "shop", test::kIssuer, {"c"}, {}, now},
                       store::ConsentRecord{"alice", "shop", "other-issuer", {"d"}, {}, now}}) {
    store::Consents::add_upsert(batch, consent);
  }
  write(std::move(batch));
  EXPECT_EQ(find_with("bank")->consent, of_alice);
  EXPECT_EQ(find_with("bank")->session, session("cookie", "alice", now));
  EXPECT_EQ(find_with("shop")->consent, std::nullopt);
  EXPECT_FALSE(value_of(run_blocking(store.sessions.find_with_consent(oauth::SessionHash::of("forged"), "bank", now))));
  EXPECT_FALSE(value_of(
      run_blocking(store.sessions.find_with_consent(oauth::SessionHash::of("cookie"), "bank", now + hours{12}))));
}

TEST_F(Sessions, ASecondSessionUnderTheSameHashIsRefused) {
  create("cookie", "alice");
  const auto refused = run_blocking(store.sessions.create(session("cookie", "mallory", now)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(find("cookie", now)->account_id, "alice");
}

TEST_F(Sessions, UseIsRememberedAtMostOnceAMinute) {
  create("cookie", "alice");
  const auto before = *find("cookie", now);
  store.sessions.touch(before, now + seconds{59});
  settle();
  EXPECT_EQ(find("cookie", now)->last_used_at, now);
  store.sessions.touch(before, now + seconds{60});
  settle();
  EXPECT_EQ(find("cookie", now)->last_used_at, now + seconds{60});
}

TEST_F(Sessions, ALateTouchDoesNotMakeASessionOlder) {
  create("cookie", "alice");
  const auto before = *find("cookie", now);
  store.sessions.touch(before, now + minutes{5});
  store.sessions.touch(before, now + minutes{2});
  settle();
  EXPECT_EQ(find("cookie", now)->last_used_at, now + minutes{5});
}

TEST_F(Sessions, LoggingOutEndsOneSessionAndLoggingOutEverywhereAllOfTheAccount) {
  create("one", "alice");
  create("two", "alice");
  create("three", "alice");
  create("other", "bob");
  value_of(run_blocking(store.sessions.remove(oauth::SessionHash::of("one"), "another-issuer")));
  EXPECT_TRUE(find("one", now));
  value_of(run_blocking(store.sessions.remove(oauth::SessionHash::of("one"), "main")));
  EXPECT_FALSE(find("one", now));
  EXPECT_EQ(value_of(run_blocking(store.sessions.list("alice", now))).size(), 2U);
  sql::Batch batch;
  store::Sessions::add_remove_all(batch, "alice");
  write(std::move(batch));
  EXPECT_TRUE(value_of(run_blocking(store.sessions.list("alice", now))).empty());
  EXPECT_TRUE(find("other", now));
}

TEST_F(Sessions, AnIdEndsASessionOfItsOwnAccountOnly) {
  create("one", "alice");
  create("two", "alice");
  const auto fails = [&](const std::string& account, const std::string& id) {
    sql::Batch batch;
    store.sessions.add_remove_by_id(batch, account, id);
    return failed_guard(std::move(batch)).has_value();
  };
  EXPECT_TRUE(fails("mallory", "id-of-one"));
  EXPECT_TRUE(fails("alice", "id-of-three"));
  EXPECT_FALSE(fails("alice", "id-of-one"));
  EXPECT_TRUE(fails("alice", "id-of-one"));
  EXPECT_FALSE(find("one", now));
  EXPECT_TRUE(find("two", now));
}

TEST_F(Sessions, AnEmptyIdEndsNoSessionThatIsOlderThanTheIds) {
  auto old = session("old", "alice", now);
  old.session_id.clear();
  value_of(run_blocking(store.sessions.create(old)));
  sql::Batch batch;
  store.sessions.add_remove_by_id(batch, "alice", "");
  EXPECT_TRUE(failed_guard(std::move(batch)));
  EXPECT_TRUE(find("old", now));
}

TEST_F(Sessions, EndingTheOthersKeepsThisOneAndThoseOfOtherAccounts) {
  create("here", "alice");
  create("there", "alice");
  create("elsewhere", "alice");
  create("other", "bob");
  sql::Batch batch;
  store.sessions.add_remove_others(batch, "alice", oauth::SessionHash::of("here"));
  write(std::move(batch));
  const auto left = value_of(run_blocking(store.sessions.list("alice", now)));
  EXPECT_EQ(left, std::vector{session("here", "alice", now)});
  EXPECT_TRUE(find("other", now));
}

}  // namespace
}  // namespace signet
