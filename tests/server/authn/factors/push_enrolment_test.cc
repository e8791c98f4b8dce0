#include "server/authn/factors/push_fixture.h"

namespace signet {
namespace {

using oauth::DeviceJwtUse;
using test::Browser;
using test::description_of;
using test::TestDevice;

constexpr std::string_view kUnknownCode = "The code is unknown, was used, or has expired.";

class PushEnrolment : public test::PushTest {};

TEST_F(PushEnrolment, WhoHasNoSecondFactorRegistersADeviceAndGoesOn) {
  begin_enrolment(browser);
  const auto answer = phone.answer_code(code_on(browser));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_TRUE(answer.body.contains(R"("account":"Ada Lovelace")")) << answer.body;
  browser.press("poll");
  EXPECT_TRUE(browser.shows("Ada&#39;s phone")) << browser.page();
  browser.press("confirm");
  EXPECT_TRUE(browser.has_element("allow")) << browser.page();
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows().front().kind, "push");
  EXPECT_EQ(rows().front().name, "Ada's phone");
  EXPECT_TRUE(server.was_recorded("factor enrolled"));
  EXPECT_EQ(server.mail.sent.size(), 1U);
}

// somebody who knows the password calls the device what the bank's own mail shall say
TEST_F(PushEnrolment, TheMailSaysWhatWasAddedAndNothingThatWasChosen) {
  begin_enrolment(browser);
  ASSERT_EQ(phone.answer_code(code_on(browser), "Support: https://evil.example/x").status, 201);
  browser.press("poll").press("confirm");
  ASSERT_EQ(server.mail.sent.size(), 1U);
  const std::string& told = server.mail.sent.back().second.text;
  EXPECT_TRUE(told.contains("Approve on your device")) << told;
  EXPECT_FALSE(told.contains("evil.example")) << told;
}

TEST_F(PushEnrolment, AnEd25519KeyIsAsGood) {
  TestDevice token(server, crypto::SignatureAlgorithm::EdDSA);
  enrol(browser, token);
  EXPECT_EQ(count("push"), 1);
}

TEST_F(PushEnrolment, APageWaitsUntilADeviceHasAnswered) {
  begin_enrolment(browser);
  const std::string code = code_on(browser);
  ASSERT_EQ(code.size(), 43U);
  browser.press("poll");
  EXPECT_EQ(browser.status(), 200);
  EXPECT_EQ(code_on(browser), code);
}

// somebody photographs the code: the owner sees a device that is not the owner's
TEST_F(PushEnrolment, ADeviceIsNoneUntilItsOwnerHasConfirmedIt) {
  begin_enrolment(browser);
  TestDevice thief(server);
  ASSERT_EQ(thief.answer_code(code_on(browser), "Thief").status, 201);
  EXPECT_EQ(thief.query().status, 401);
  browser.press("poll");
  EXPECT_TRUE(browser.shows("“Thief”")) << browser.page();
  EXPECT_EQ(thief.query().status, 401);
  browser.press("again");
  EXPECT_TRUE(rows().empty());
  ASSERT_EQ(phone.answer_code(code_on(browser)).status, 201);
  browser.press("poll").press("confirm");
  EXPECT_EQ(thief.query().status, 401);
  EXPECT_EQ(phone.query().status, 200);
}

TEST_F(PushEnrolment, ACodeWorksForOneDeviceAndOnce) {
  begin_enrolment(browser);
  const std::string code = code_on(browser);
  ASSERT_EQ(phone.answer_code(code).status, 201);
  TestDevice second(server);
  EXPECT_EQ(description_of(second.answer_code(code)), kUnknownCode);
  EXPECT_EQ(description_of(phone.answer_code(code)), kUnknownCode);
  browser.press("poll").press("confirm");
  EXPECT_EQ(description_of(second.answer_code(code)), kUnknownCode);
  EXPECT_EQ(count("push"), 1);
}

TEST_F(PushEnrolment, ACodeEndsAfterTenMinutes) {
  begin_enrolment(browser);
  const std::string code = code_on(browser);
  server.clock.advance(minutes{10});
  EXPECT_EQ(description_of(phone.answer_code(code)), kUnknownCode);
  EXPECT_TRUE(browser.press("poll").shows("no longer valid"));
}

TEST_F(PushEnrolment, ADeviceThatAnsweredInTimeMustBeConfirmedInTime) {
  begin_enrolment(browser);
  ASSERT_EQ(phone.answer_code(code_on(browser)).status, 201);
  browser.press("poll");
  server.clock.advance(minutes{10});
  EXPECT_TRUE(browser.press("confirm").shows("no longer valid"));
  EXPECT_TRUE(rows().empty());
}

TEST_F(PushEnrolment, TheCodeIsKeptNowhere) {
  begin_enrolment(browser);
  const std::string code = code_on(browser);
  EXPECT_FALSE(is_kept(code));
  ASSERT_EQ(phone.answer_code(code).status, 201);
  browser.press("poll").press("confirm");
  EXPECT_FALSE(is_kept(code));
}

TEST_F(PushEnrolment, ACodeOfOneAccountGivesAnotherNothing) {
  server.add_user("bob");
  Browser other(server);
  begin_enrolment(other, "bob");
  begin_enrolment(browser);
  ASSERT_EQ(phone.answer_code(code_on(browser)).status, 201);
  other.press("poll");
  EXPECT_FALSE(other.has_element("confirm")) << other.page();
  browser.press("poll").press("confirm");
  EXPECT_EQ(count("push"), 1);
}

TEST_F(PushEnrolment, ARegistrationIsSignedForItsCode) {
  begin_enrolment(browser);
  const std::string code = code_on(browser);
  const auto jwt = phone.sign(DeviceJwtUse::Registration,
                              {{"code_hash", oauth::make_device_hash("another code")}, {"name", "Phone"}});
  EXPECT_EQ(description_of(phone.post("/devices", {{"code", code}, {"jwt", jwt}})),
            "The code_hash of the JWT is not the hash of the code.");
}

TEST_F(PushEnrolment, AKeyBelongsToOneAccount) {
  enrol(browser, phone);
  server.add_user("bob");
  Browser other(server);
  begin_enrolment(other, "bob");
  EXPECT_EQ(phone.answer_code(code_on(other)).status, 409);
  // one key answers two codes before either is confirmed
  TestDevice twice(server);
  ASSERT_EQ(twice.answer_code(code_on(other)).status, 201);
  add_device(twice, account_id, "twice");
  other.press("poll").press("confirm");
  EXPECT_TRUE(other.shows("registered already")) << other.page();
}

TEST_F(PushEnrolment, ANameThatIsNotWhatItLooksLikeIsRefused) {
  begin_enrolment(browser);
  for (const char* name : {"", "Ada\u202e", " Ada", "two\nlines"}) {
    EXPECT_EQ(description_of(phone.answer_code(code_on(browser), name)),
              "The name of the JWT must be 1 to 64 characters that can be seen.");
  }
}

TEST_F(PushEnrolment, ABodyThatIsNotJsonIsRefused) {
  http::Request request = server.make_request("POST", "/devices");
  request.fields.set("Content-Type", "text/plain");
  request.body = "{}";
  EXPECT_EQ(server.send(request).status, 415);
  request.fields.set("Content-Type", "application/json");
  request.body = "[]";
  EXPECT_EQ(server.send(request).status, 400);
  EXPECT_EQ(description_of(phone.post("/devices", {{"code", "c"}})), "The jwt is not an acceptable JWT.");
}

TEST_F(PushEnrolment, WhoOpensTheAddressWithABrowserIsToldWhatItIsFor) {
  EXPECT_TRUE(browser.open("https://as.example/devices/register").shows("Open this with the app"));
}

}  // namespace
}  // namespace signet
