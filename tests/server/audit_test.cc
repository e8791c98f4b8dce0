#include "server/audit.h"

#include "base/json.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server {
namespace {

class AuditTrail : public test::StoreTest {
 protected:
  json::object add(AuditEvent event) {
    sql::Batch batch;
    std::move(event).add_to(batch, "main", peer_, now, random_);
    write(std::move(batch));
    records_ = test::value_of(run_blocking(store.audit.list_newest({}, "", 10)));
    return test::value_of(parse_json_object(records_.at(0).record));
  }

  http::Peer peer_{.address = "192.0.2.7", .listener = "https", .tls = true, .certificate = {}, .chain = {}};
  test::FixedRandom random_;
  std::vector<store::AuditRecord> records_;
};

TEST_F(AuditTrail, ARecordSaysWhoWhatWhereWhenAndHowItEnded) {
  const auto members = add(AuditEvent("token.issued", "granted")
                               .client("shop")
                               .account("a1")
                               .text("grant_type", "refresh_token")
                               .number("count", 2));
  EXPECT_EQ(render_json(members), R"({"client_id":"shop","account_id":"a1","grant_type":"refresh_token","count":2,)"
                                  R"("address":"192.0.2.7","listener":"https"})");
  EXPECT_EQ(records_[0].event, "token.issued");
  EXPECT_EQ(records_[0].outcome, "granted");
  EXPECT_EQ(records_[0].issuer, "main");
  EXPECT_EQ(records_[0].recorded_at, now);
}

TEST_F(AuditTrail, ARefusalCarriesItsCodeAndItsReason) {
  const Error with_detail{ErrorCode::InvalidGrant, "The code is not valid.", "pkce_mismatch"};
  auto members = add(AuditEvent("token", "refused").error(with_detail));
  EXPECT_EQ(peek_string(members, "error"), "invalid_grant");
  EXPECT_EQ(peek_string(members, "reason"), "pkce_mismatch");
}

TEST_F(AuditTrail, ARefusalWithoutDetailCarriesThePublicText) {
  const auto members =
      add(AuditEvent("token", "refused").error(Error{ErrorCode::InvalidGrant, "The code is not valid."}));
  EXPECT_EQ(peek_string(members, "reason"), "The code is not valid.");
}

TEST_F(AuditTrail, ALongValueIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 600) text += "\xe2\x82\xac";  // three bytes each, and 512 is no multiple of three
  const auto members = add(AuditEvent("x", "y").text("value", text));
  EXPECT_EQ(peek_string(members, "value"), std::string_view(text).substr(0, 510));
}

TEST_F(AuditTrail, AValueThatIsNotUtf8DoesNotSpoilTheRecord) {
  const auto members = add(AuditEvent("x", "y").text("value", "\xff\xfe").text("quote", "a\"b\nc"));
  EXPECT_EQ(peek_string(members, "value"), "(not UTF-8)");
  EXPECT_EQ(peek_string(members, "quote"), "a\"b\nc");
}

TEST_F(AuditTrail, AHistoryShowsLoginsAndChangesOfTheirMeansButNoTokens) {
  const auto stands_in_a_history = [&](std::string event) {
    add(AuditEvent(event, "granted").account("a1"));
    const auto found = test::value_of(run_blocking(store.audit.list({.event = event, .account_id = "a1"}, "", 10)));
    return found.size() == 1;
  };
  for (const char* event : {"login", "consent", "factor.added", "session.ended", "recovery", "payment"}) {
    EXPECT_TRUE(stands_in_a_history(event)) << event;
  }
  for (const char* event : {"token.issued", "authorization", "userinfo", "grant.revoked", "logins"}) {
    EXPECT_FALSE(stands_in_a_history(event)) << event;
  }
}

TEST_F(AuditTrail, AnEmptyMemberIsLeftOut) {
  EXPECT_FALSE(add(AuditEvent("x", "y").client("")).contains("client_id"));
}

}  // namespace
}  // namespace signet::server
