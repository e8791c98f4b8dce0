#include "store/expiry.h"
#include "support/fakes.h"

#include "store/dated_id.h"
#include "store/records.h"

namespace signet {
namespace {

using test::digest_of;
using test::value_of;

class Expiry : public test::StoreTest {
 public:
  void insert_one_of_everything() {
    sql::Batch batch;
    store.clients.add_create(batch, test::client("bank", now));
    store.accounts.add_create(batch, test::account("alice", now));
    store.consents.add_upsert(batch, test::consent("alice", "bank", now));
    store.factors.add_insert(batch, test::factor("phone", "alice", now));
    store.known_devices.add_upsert(batch, test::known_device("cookie", "alice", now));
    test::FixedRandom random;
    store.push_challenges.add_insert(batch, test::push_challenge(store::make_dated_id(now, random), "alice", now), 3);
    store.device_registrations.add_insert(batch, test::device_registration("code", "alice", now));
    store.audit.add(batch, {.recorded_at = now, .issuer = "main", .event = "e", .outcome = "o", .record = "{}"});
    store.signing_keys.add_insert(
        batch, {.kid = "kid", .issuer = "main", .algorithm = "ES256", .public_jwk = "{}", .sealed_key = {}});
    const std::string grant = store::make_grant_id(random, now + days{90});
    store.grants.add_insert(batch, test::grant(grant, now));
    store.authorization_codes.add_insert(batch, test::code("code", grant, now));
    store.access_tokens.add_insert(batch, test::access_token("access", grant, now));
    store.refresh_tokens.add_insert(batch, test::refresh_token("refresh", grant, now));
    store.revoked_tokens.add_insert(batch, oauth::TokenHash::of("jwt"), "main", now + minutes{10}, now);
    store.pushed_requests.add_insert(batch, test::pushed_request("request", now));
    store.sessions.add_insert(batch, test::session("cookie", "alice", now));
    store.workflow_instances.add_insert(batch, test::workflow_instance("handle", now));
    store.login_failures.add_failure(batch, digest_of("alice"), now, minutes{15});
    store.replay.add_mark(batch, mark_of("jti", now + minutes{1}));
    store.decision_contexts.add(batch, test::decision_context(store::make_dated_id(now, random), "alice", now));
    write(std::move(batch));
  }
  /// In a commit of its own.
  void mark(std::string_view jti, Instant until) {
    sql::Batch batch;
    store.replay.add_mark(batch, mark_of(jti, until));
    write(std::move(batch));
  }
  bool is_marked(std::string_view jti, Instant until) {
    sql::Batch batch;
    store.replay.add_mark(batch, mark_of(jti, until));
    return failed_guard(std::move(batch)).has_value();
  }
  /// A mark as oauth::replay_hash makes it: its name begins with its time.
  static Digest256 mark_of(std::string_view name, Instant until) {
    Digest256 mark = digest_of(name);
    oauth::put_expiry_prefix(mark, until);
    return mark;
  }
  std::size_t remove_expired(Instant at, std::size_t limit = 1000) {
    return value_of(run_blocking(store.expiry.remove_expired(at, limit)));
  }
};

TEST_F(Expiry, WhatLivesIsNeverRemoved) {
  insert_one_of_everything();
  EXPECT_EQ(remove_expired(now), 0U);
}

TEST_F(Expiry, WhatHasNoEndOutlivesEverythingElse) {
  insert_one_of_everything();
  EXPECT_EQ(remove_expired(now + days{10'000}), 14U);
  for (const char* table : {"clients", "accounts", "factors", "consents", "audit", "signing_keys"})
    EXPECT_EQ(count(table), 1) << table;
  for (const char* table : {"grants", "authorization_codes", "access_tokens", "refresh_tokens", "revoked_tokens",
                            "pushed_requests", "sessions", "workflow_instances", "login_failures", "known_devices",
                            "push_challenges", "device_registrations", "revocations", "decision_contexts"}) {
    EXPECT_EQ(count(table), 0) << table;
  }
  EXPECT_EQ(count("replay_marks"), 1);  // the newest stays
}

TEST_F(Expiry, ASpentCodeIsRememberedForAWhile) {
  insert_one_of_everything();
  sql::Batch batch;
  store.authorization_codes.add_consume(batch, oauth::CodeHash::of("code"), now);
  write(std::move(batch));
  remove_expired(now + seconds{60});
  EXPECT_TRUE(value_of(run_blocking(store.authorization_codes.find(oauth::CodeHash::of("code"))))->is_reused());
  remove_expired(now + seconds{60} + store::kSpentCodeMemory);
  EXPECT_FALSE(value_of(run_blocking(store.authorization_codes.find(oauth::CodeHash::of("code")))));
}

TEST_F(Expiry, AKeyWithAWrongTimeIsNeverRemovedEarly) {
  sql::Batch batch;
  store.revoked_tokens.add_insert(batch, oauth::TokenHash::of("a foreign text has no time"), "main", now + minutes{1},
                                  now);
  store.pushed_requests.add_insert(batch, test::pushed_request("neither has this one", now));
  store.sessions.add_insert(batch, test::session("nor this one", "alice", now));
  store.workflow_instances.add_insert(batch, test::workflow_instance("nor that one", now));
  write(std::move(batch));
  EXPECT_EQ(remove_expired(now), 0U);
  EXPECT_EQ(remove_expired(now + days{2}), 5U);
}

TEST_F(Expiry, RemovesAtMostOnePortionAndTheOldestFirst) {
  for (int i = 0; i < 5; ++i) mark(std::to_string(i), now + seconds{5 - i});
  EXPECT_EQ(remove_expired(now + minutes{1}, 2), 2U);
  EXPECT_EQ(value_of(run_blocking(store.database.read({"SELECT MAX(number) FROM replay_marks", {}})))[0].integer(0), 5);
  // 5 stays as the newest; 4 and 3 ended before the others.
  EXPECT_EQ(count("replay_marks"), 3);
}

TEST_F(Expiry, AMarkIsForgottenSomeTimeAfterItsEndAndNotBefore) {
  mark("short", now + seconds{1});
  mark("long", now + minutes{1});
  remove_expired(now + seconds{11});
  EXPECT_TRUE(is_marked("short", now + seconds{1}));
  EXPECT_TRUE(is_marked("long", now + minutes{1}));
  remove_expired(now + seconds{12});
  EXPECT_FALSE(is_marked("short", now + seconds{1}));
  EXPECT_TRUE(is_marked("long", now + minutes{1}));
}

TEST_F(Expiry, RepeatedPortionsEndAtNothing) {
  for (int i = 0; i < 6; ++i) mark(std::to_string(i), now - minutes{1});
  EXPECT_EQ(remove_expired(now, 2), 2U);
  EXPECT_EQ(remove_expired(now, 2), 2U);
  EXPECT_EQ(remove_expired(now, 2), 1U);
  EXPECT_EQ(remove_expired(now, 2), 0U);
}

}  // namespace
}  // namespace signet
