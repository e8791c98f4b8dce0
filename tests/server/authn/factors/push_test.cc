#include "server/authn/factors/push_fixture.h"

namespace signet {
namespace {

using oauth::DeviceJwtUse;
using test::Browser;
using test::description_of;
using test::find_text;
using test::kRefusal;
using test::TestDevice;

constexpr std::string_view kNotConfirmed = "That was not confirmed. Ask again or use another way.";
constexpr std::string_view kExpired = "Nobody has approved this in time.";
constexpr std::string_view kTooMany = "Your devices were asked too often";

class Push : public test::PushTest {
 protected:
  Push() {
    enrol(browser, phone);
    server.mail.sent.clear();
  }
  Browser later{server};
};

TEST_F(Push, AnApprovalWithTheNumberOfThePageSignsIn) {
  ask(later);
  const auto challenge = phone.only_pending();
  later.press("poll");
  EXPECT_TRUE(later.has_element("poll"));
  EXPECT_EQ(phone.approve(challenge, number_on(later)).status, 200);
  later.press("poll").press("allow");
  EXPECT_FALSE(later.code().empty());
  EXPECT_TRUE(server.was_recorded("factor.push approved"));
  EXPECT_TRUE(server.was_recorded("factor used"));
  EXPECT_TRUE(proofs().contains("swk")) << proofs();
  EXPECT_FALSE(proofs().contains("inherence")) << proofs();
}

TEST_F(Push, ADeviceThatHasVerifiedItsUserProvesInherenceToo) {
  ask(later);
  auto claims = TestDevice::claims_for(phone.only_pending(), "approve", number_on(later));
  claims["uv"] = "yes";
  EXPECT_EQ(description_of(phone.answer(claims)), "The uv of the JWT must be true or false.");
  claims["uv"] = true;
  EXPECT_EQ(phone.answer(claims).status, 200);
  later.press("poll").press("allow");
  EXPECT_TRUE(proofs().contains("inherence")) << proofs();
}

TEST_F(Push, TheDeviceIsShownWhoAsksAndNeverTheNumber) {
  ask(later);
  const http::Response response = phone.query();
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.fields.get("Retry-After"), "5");
  const json::object body = test::value_of(parse_json_object(response.body));
  const auto& challenge = body.at("challenges").at(0).as_object();
  const auto shown = test::value_of(parse_json_object(peek_string(challenge, "shown")));
  for (const char* name : {"issuer", "issuer_name", "client", "browser", "address"}) {
    EXPECT_FALSE(peek_string(shown, name).empty()) << name;
  }
  EXPECT_EQ(peek_string(shown, "address"), "203.0.113.7");
  EXPECT_EQ(peek_string(challenge, "shown_hash"), oauth::make_device_hash(peek_string(challenge, "shown")));
  EXPECT_FALSE(challenge.contains("number"));
  EXPECT_FALSE(shown.contains("number"));
}

TEST_F(Push, AnApprovalWithoutTheNumberIsNone) {
  ask(later);
  const auto challenge = phone.only_pending();
  EXPECT_EQ(description_of(phone.approve(challenge, "")), "The JWT must have the number of the page.");
  EXPECT_EQ(description_of(phone.approve(challenge, other_than(number_on(later)))),
            "The number of the JWT is not the one on the page.");
  EXPECT_TRUE(server.was_recorded("factor.push wrong_number"));
  EXPECT_EQ(phone.approve(challenge, number_on(later)).status, 200);
}

TEST_F(Push, ThreeWrongNumbersEndTheQuestion) {
  ask(later);
  const auto challenge = phone.only_pending();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(phone.approve(challenge, other_than(number_on(later))).status, 400);
  EXPECT_EQ(phone.approve(challenge, number_on(later)).status, 409);
  EXPECT_TRUE(later.press("poll").shows(kNotConfirmed)) << later.page();
}

TEST_F(Push, AnAnswerIsGoodOnce) {
  ask(later);
  const auto challenge = phone.only_pending();
  const std::string jwt =
      phone.sign(DeviceJwtUse::Answer, TestDevice::claims_for(challenge, "approve", number_on(later)));
  EXPECT_EQ(phone.post("/devices/answers", {{"jwt", jwt}}).status, 200);
  EXPECT_EQ(description_of(phone.post("/devices/answers", {{"jwt", jwt}})), "The jti of the JWT was used before.");
}

TEST_F(Push, ARefusedAnswerCannotBeSentAgainEither) {
  ask(later);
  const std::string jwt = phone.sign(
      DeviceJwtUse::Answer, TestDevice::claims_for(phone.only_pending(), "approve", other_than(number_on(later))));
  EXPECT_EQ(phone.post("/devices/answers", {{"jwt", jwt}}).status, 400);
  EXPECT_EQ(description_of(phone.post("/devices/answers", {{"jwt", jwt}})), "The jti of the JWT was used before.");
}

TEST_F(Push, AnAnswerToAChallengeOfNobodyIsRecordedAndUsesItsJwtUp) {
  ask(later);
  auto claims = TestDevice::claims_for(phone.only_pending(), "deny", "");
  claims["challenge_id"] = "guess";
  const std::string jwt = phone.sign(DeviceJwtUse::Answer, claims);
  EXPECT_EQ(phone.post("/devices/answers", {{"jwt", jwt}}).status, 404);
  EXPECT_TRUE(server.was_recorded("factor.push unknown_challenge"));
  EXPECT_EQ(description_of(phone.post("/devices/answers", {{"jwt", jwt}})), "The jti of the JWT was used before.");
}

TEST_F(Push, ASecondAnswerIsRecordedAndUsesItsJwtUp) {
  ask(later);
  const auto challenge = phone.only_pending();
  ASSERT_EQ(phone.approve(challenge, number_on(later)).status, 200);
  const std::string jwt = phone.sign(DeviceJwtUse::Answer, TestDevice::claims_for(challenge, "deny", ""));
  EXPECT_EQ(phone.post("/devices/answers", {{"jwt", jwt}}).status, 409);
  EXPECT_TRUE(server.was_recorded("factor.push too_late"));
  EXPECT_FALSE(server.was_recorded("factor.push denied"));
  EXPECT_EQ(description_of(phone.post("/devices/answers", {{"jwt", jwt}})), "The jti of the JWT was used before.");
}

TEST_F(Push, WhatDevicesAreRefusedIsRecordedOnceForEachEndpoint) {
  ask(later);
  const auto refusals = [&] {
    std::string found;
    for (const auto& record : server.audit()) {
      if (record.starts_with("request refused ")) found += record;
    }
    return found;
  };
  TestDevice stranger(server);
  EXPECT_EQ(stranger.answer_code("guess").status, 400);
  EXPECT_TRUE(refusals().contains(R"("endpoint":"/devices",)")) << refusals();
  EXPECT_FALSE(refusals().contains("guess")) << refusals();
  EXPECT_EQ(stranger.query().status, 401);
  EXPECT_TRUE(refusals().contains(R"("endpoint":"/devices/challenges",)")) << refusals();
  EXPECT_EQ(phone.post("/devices/answers", {{"jwt", "nonsense"}}).status, 400);
  EXPECT_TRUE(refusals().contains(R"("endpoint":"/devices/answers",)")) << refusals();
  const std::string before = refusals();
  EXPECT_EQ(phone.approve(phone.only_pending(), other_than(number_on(later))).status, 400);
  EXPECT_TRUE(server.was_recorded("factor.push wrong_number"));
  EXPECT_EQ(refusals(), before);
}

TEST_F(Push, TheDeviceOfAnotherAccountNeitherSeesNorAnswers) {
  const std::string bob = server.add_user("bob");
  TestDevice bobs(server);
  add_device(bobs, bob, "bobs");
  ask(later);
  const auto challenge = phone.only_pending();
  EXPECT_TRUE(bobs.pending().empty());
  const auto answer = bobs.approve(challenge, number_on(later));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(description_of(answer), "The challenge_id of the JWT is no challenge of this account.");
  EXPECT_EQ(phone.pending().size(), 1U);
}

TEST_F(Push, AKeyThatIsNoDevicesIsRefused) {
  ask(later);
  const auto challenge = phone.only_pending();
  TestDevice stranger(server);
  EXPECT_EQ(stranger.query().status, 401);
  EXPECT_EQ(description_of(stranger.approve(challenge, number_on(later))),
            "The jwk of the JWT is the key of no registered device.");
}

TEST_F(Push, AnAnswerAfterItsTimeIsNone) {
  ask(later);
  const auto challenge = phone.only_pending();
  const std::string number = number_on(later);
  server.clock.advance(store::kPushLifetime);
  EXPECT_TRUE(phone.pending().empty());
  EXPECT_EQ(phone.approve(challenge, number).status, 409);
  EXPECT_TRUE(later.press("poll").shows(kExpired)) << later.page();
  later.press("again");
  EXPECT_EQ(phone.approve(phone.only_pending(), number_on(later)).status, 200);
  EXPECT_TRUE(later.press("poll").has_element("allow"));
}

TEST_F(Push, OfTwoDevicesThatAnswerOneWins) {
  TestDevice tablet(server);
  add_device(tablet, account_id, "tablet");
  ask(later);
  const auto challenge = phone.only_pending();
  EXPECT_EQ(tablet.deny(challenge).status, 200);
  EXPECT_EQ(phone.approve(challenge, number_on(later)).status, 409);
  EXPECT_TRUE(later.press("poll").shows(kNotConfirmed)) << later.page();
}

TEST_F(Push, AnApprovalOfSomethingElseThanWasShownIsNone) {
  ask(later);
  auto claims = TestDevice::claims_for(phone.only_pending(), "approve", number_on(later));
  claims["shown_hash"] = oauth::make_device_hash("{}");
  EXPECT_EQ(description_of(phone.answer(claims)), "The shown_hash of the JWT is not that of the challenge.");
  EXPECT_EQ(phone.pending().size(), 1U);
}

TEST_F(Push, AQueryIsNoAnswer) {
  ask(later);
  const auto claims = TestDevice::claims_for(phone.only_pending(), "approve", number_on(later));
  const std::string jwt = phone.sign(DeviceJwtUse::Query, claims);
  EXPECT_EQ(description_of(phone.post("/devices/answers", {{"jwt", jwt}})),
            "The typ of the JWT is not the one of this use.");
}

TEST_F(Push, AnAnswerThatSaysNeitherYesNorNoIsRefused) {
  ask(later);
  const auto challenge = phone.only_pending();
  for (const char* gone : {"challenge_id", "shown_hash", "decision"}) {
    auto claims = TestDevice::claims_for(challenge, "deny", "");
    claims.erase(gone);
    EXPECT_TRUE(description_of(phone.answer(claims)).contains(gone));
  }
  EXPECT_EQ(description_of(phone.answer(TestDevice::claims_for(challenge, "maybe", ""))),
            "The decision of the JWT must be approve or deny.");
}

TEST_F(Push, ADenialIsRefusedLikeEveryFactorAndTold) {
  ask(later);
  EXPECT_EQ(phone.deny(phone.only_pending()).status, 200);
  later.press("poll");
  EXPECT_TRUE(later.shows(kNotConfirmed)) << later.page();
  EXPECT_FALSE(later.shows(kRefusal)) << "nothing was typed";
  EXPECT_TRUE(later.shows("We ask a device that you have registered.")) << later.page();
  EXPECT_FALSE(later.has_element("poll"));
  EXPECT_TRUE(server.was_recorded("factor.push denied"));
  EXPECT_TRUE(server.was_recorded("login refused"));
  ASSERT_EQ(server.mail.sent.size(), 1U);
  EXPECT_TRUE(server.mail.sent.front().second.text.contains("denied on one of your devices"));
  later.press("again");
  const auto shown = test::value_of(parse_json_object(peek_string(phone.only_pending(), "shown")));
  EXPECT_EQ(shown.at("refused_lately").as_int64(), 1);
}

TEST_F(Push, ALoginThatIsCancelledAsksNoLonger) {
  ask(later);
  const auto challenge = phone.only_pending();
  const std::string number = number_on(later);
  later.press("cancel");
  EXPECT_TRUE(phone.pending().empty());
  EXPECT_EQ(phone.approve(challenge, number).status, 409);
}

TEST_F(Push, WhoChoosesAnotherWayIsNoLongerAskedForAndMayComeBack) {
  sql::Batch batch;
  store::FactorRecord app;
  app.factor_id = "app";
  app.account_id = account_id;
  app.issuer = "main";
  app.kind = "totp";
  app.created_at = server.clock.now();
  store::Factors::add_insert(batch, app);
  (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  begin(later).press("push");
  ASSERT_EQ(phone.pending().size(), 1U) << later.page();
  later.press("other");
  EXPECT_TRUE(phone.pending().empty());
  later.press("push");
  EXPECT_EQ(phone.approve(phone.only_pending(), number_on(later)).status, 200);
  EXPECT_TRUE(later.press("poll").has_element("allow")) << later.page();
}

// asking and leaving again and again bombs as well
TEST_F(Push, QuestionsThatWereTakenBackCountAsWell) {
  for (int i = 0; i < 3; ++i) {
    Browser attacker(server);
    ask(attacker).press("cancel");
  }
  EXPECT_TRUE(begin(later).shows(kTooMany)) << later.page();
}

TEST_F(Push, OneQuestionIsAskedAtATime) {
  ask(later);
  EXPECT_TRUE(later.press("again").shows("still waiting"));
  EXPECT_EQ(phone.pending().size(), 1U);
}

TEST_F(Push, NobodyIsBombedWithQuestions) {
  for (int i = 0; i < 3; ++i) {
    Browser attacker(server);
    ask(attacker);
  }
  Browser fourth(server);
  begin(fourth);
  EXPECT_TRUE(fourth.shows(kTooMany)) << fourth.page();
  EXPECT_FALSE(fourth.has_element("poll"));
  EXPECT_EQ(fourth.status(), 429);
  EXPECT_TRUE(fourth.press("again").shows(kTooMany));
  EXPECT_EQ(phone.pending().size(), 3U);
  server.clock.advance(store::kPushMemory);
  fourth.press("again");
  EXPECT_TRUE(fourth.has_element("poll")) << fourth.page();
}

TEST_F(Push, QuestionsThatWereDeniedCountAsWell) {
  for (int i = 0; i < 3; ++i) {
    Browser attacker(server);
    ask(attacker);
    ASSERT_EQ(phone.deny(phone.only_pending()).status, 200);
  }
  EXPECT_TRUE(begin(later).shows(kTooMany)) << later.page();
}

TEST_F(Push, ApprovedQuestionsDoNotCount) {
  for (int i = 0; i < 5; ++i) {
    Browser own(server);
    ask(own);
    ASSERT_EQ(phone.approve(phone.only_pending(), number_on(own)).status, 200);
    ASSERT_TRUE(own.press("poll").has_element("allow")) << own.page();
  }
}

TEST_F(Push, OnlyTheLoginThatAskedGoesOn) {
  ask(later);
  server.clock.advance(seconds{1});
  Browser other(server);
  ask(other);
  const auto challenges = phone.pending();
  ASSERT_EQ(challenges.size(), 2U);
  ASSERT_EQ(phone.approve(challenges.front(), number_on(later)).status, 200);
  EXPECT_TRUE(other.press("poll").has_element("poll"));
  Browser thief(server);
  EXPECT_EQ(thief.open("https://as.example" + later.address()).status(), 403);
  EXPECT_TRUE(later.press("poll").has_element("allow"));
}

TEST_F(Push, AnApprovalIsTakenUpOnce) {
  ask(later);
  const auto challenge = phone.only_pending();
  const Browser::Form form = later.find_form("poll");
  ASSERT_EQ(phone.approve(challenge, number_on(later)).status, 200);
  later.press("poll");
  ASSERT_TRUE(later.has_element("allow"));
  sql::Batch batch;
  store::PushChallenges::add_consume(batch, account_id, std::string(peek_string(challenge, "challenge_id")),
                                     server.clock.now());
  EXPECT_TRUE(test::value_of(run_blocking(server.store.database.write(std::move(batch)))).failed_guard);
  later.submit(form.action, form.fields);
  EXPECT_TRUE(later.has_element("allow")) << later.page();
}

TEST_F(Push, AnApprovalThatNobodyTakesUpEnds) {
  ask(later);
  ASSERT_EQ(phone.approve(phone.only_pending(), number_on(later)).status, 200);
  server.clock.advance(store::kPushLifetime + store::kPushApprovalMemory);
  EXPECT_TRUE(later.press("poll").shows(kExpired)) << later.page();
}

TEST_F(Push, ADeviceThatWasRemovedMeanwhileProvesNothing) {
  ask(later);
  ASSERT_EQ(phone.approve(phone.only_pending(), number_on(later)).status, 200);
  sql::Batch batch;
  store::Factors::add_remove(batch, account_id, rows().front().factor_id);
  (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  EXPECT_TRUE(later.press("poll").shows(kExpired)) << later.page();
  EXPECT_EQ(phone.query().status, 401);
}

TEST_F(Push, TheDeviceOfADisabledAccountAnswersNothing) {
  ask(later);
  const auto challenge = phone.only_pending();
  test::disable_account(server.store, account_id, server.clock.now());
  EXPECT_EQ(phone.query().status, 400);
  EXPECT_NE(phone.approve(challenge, number_on(later)).status, 200);
}

TEST_F(Push, ADeviceThatAsksTooOftenHasToWait) {
  EXPECT_EQ(phone.query().status, 200);
  const auto refused = phone.query();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.fields.get("Retry-After"), "2");
  server.clock.advance(seconds{2});
  EXPECT_EQ(phone.query().status, 200);
}

TEST_F(Push, AQueryIsGoodOnce) {
  const std::string jwt = phone.sign(DeviceJwtUse::Query, {});
  EXPECT_EQ(phone.post("/devices/challenges", {{"jwt", jwt}}).status, 200);
  server.clock.advance(seconds{2});
  EXPECT_EQ(description_of(phone.post("/devices/challenges", {{"jwt", jwt}})), "The jti of the JWT was used before.");
}

}  // namespace
}  // namespace signet
