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
    std::move(event).add_to(batch, "main", peer_, now);
    write(std::move(batch));
    records_ = test::value_of(run_blocking(store.audit.list_newest({}, "", 10)));
    return test::value_of(parse_json_object(records_.at(0).record));
  }

  http::Peer peer_{.address = "192.0.2.7", .listener = "https", .tls = true, .certificate = {}, .chain = {}};
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
  auto members = add(AuditEvent("request", "refused").error(with_detail));
  EXPECT_EQ(peek_string(members, "error"), "invalid_grant");
  EXPECT_EQ(peek_string(members, "reason"), "pkce_mismatch");
}

TEST_F(AuditTrail, ARefusalWithoutDetailCarriesThePublicText) {
  const auto members =
      add(AuditEvent("request", "refused").error(Error{ErrorCode::InvalidGrant, "The code is not valid."}));
  EXPECT_EQ(peek_string(members, "reason"), "The code is not valid.");
}

TEST_F(AuditTrail, ALongValueIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 600) text += "\xe2\x82\xac";  // three bytes each, and 512 is no multiple of three
  const auto members = add(AuditEvent("request", "refused").text("value", text));
  EXPECT_EQ(peek_string(members, "value"), std::string_view(text).substr(0, 510));
}

TEST_F(AuditTrail, AValueThatIsNotUtf8DoesNotSpoilTheRecord) {
  const auto members = add(AuditEvent("request", "refused").text("value", "\xff\xfe").text("quote", "a\"b\nc"));
  EXPECT_EQ(peek_string(members, "value"), "(not UTF-8)");
  EXPECT_EQ(peek_string(members, "quote"), "a\"b\nc");
}

TEST_F(AuditTrail, AHistoryShowsLoginsAndChangesOfTheirMeansButNoTokens) {
  const auto stands_in_a_history = [&](AuditName event) {
    add(AuditEvent(event, "granted").account("a1"));
    const std::string name(event.view());
    const auto found = test::value_of(run_blocking(store.audit.list({.event = name, .account_id = "a1"}, "", 10)));
    return found.size() == 1;
  };
  for (const AuditName event : {AuditName("login"), AuditName("consent"), AuditName("factor.push"),
                                AuditName("session"), AuditName("recovery"), AuditName("payment")}) {
    EXPECT_TRUE(stands_in_a_history(event)) << event.view();
  }
  for (const AuditName event :
       {AuditName("token.issued"), AuditName("authorization"), AuditName("userinfo"), AuditName("grant.revoked")}) {
    EXPECT_FALSE(stands_in_a_history(event)) << event.view();
  }
}

TEST_F(AuditTrail, EachRecordIsCounted) {
  const auto before = AuditEvent::count_added();
  add(AuditEvent("request", "refused"));
  add(AuditEvent("request", "refused"));
  EXPECT_EQ(AuditEvent::count_added(), before + 2);
}

TEST(AuditEvents, StandInTheirOrderEachOnceWithOutcomesAndAMeaning) {
  for (std::size_t i = 0; i < std::size(kAuditEvents); ++i) {
    const AuditEventRow& row = kAuditEvents[i];
    if (i > 0) EXPECT_LT(kAuditEvents[i - 1].event, row.event);
    EXPECT_FALSE(row.outcomes.empty()) << row.event;
    EXPECT_TRUE(row.meaning.ends_with('.')) << row.event;
    EXPECT_EQ(find_audit_event(row.event), &row);
  }
  EXPECT_EQ(find_audit_event("banana"), nullptr);
  EXPECT_EQ(find_audit_event(""), nullptr);
}

TEST_F(AuditTrail, AnEmptyMemberIsLeftOut) {
  EXPECT_FALSE(add(AuditEvent("request", "refused").client("")).contains("client_id"));
}

}  // namespace
}  // namespace signet::server
