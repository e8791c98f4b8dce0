#include "server/authn/factors/factor_fixture.h"

#include "server/authn/factors/one_time_code.h"

namespace signet {
namespace {

using test::Browser;
using test::kRefusal;

class SentCode : public test::FactorTest {
 protected:
  /// The page that asks for the code of a new login; the code was sent.
  Browser& ask(Browser& of) { return begin(of); }
};

TEST_F(SentCode, AnAddressBecomesAFactorByACodeThatWasSentThere) {
  begin(browser);
  choose_enrolment(browser, "email");
  EXPECT_TRUE(browser.shows("value=\"ada@example.com\""));
  browser.press("send", {{"address", "ada@mail.example"}});
  ASSERT_EQ(server.mail.sent.size(), 1U);
  EXPECT_EQ(server.mail.sent.front().first, "ada@mail.example");
  EXPECT_TRUE(rows().empty());
  EXPECT_FALSE(is_kept("ada@mail.example"));
  browser.press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_TRUE(browser.has_element("allow")) << browser.page();
  ASSERT_EQ(count("email"), 1);
  EXPECT_EQ(rows().front().name, "a***@mail.example");
  EXPECT_FALSE(is_kept("ada@mail.example"));
}

TEST_F(SentCode, TheMessageNamesTheClientAndSaysNeverToPassItOn) {
  enrol_email(browser);
  const auto& message = server.mail.sent.front().second;
  EXPECT_TRUE(message.text.contains("Acme Budget"));
  EXPECT_TRUE(message.text.contains("Never pass it on"));
  EXPECT_EQ(message.subject, "Your code");
  EXPECT_FALSE(message.text.contains("http"));
}

TEST_F(SentCode, ACodeIsSentWhenThePageIsReachedAndTheRecipientIsMasked) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  EXPECT_TRUE(later.shows("a***@mail.example"));
  EXPECT_FALSE(later.shows("ada@mail.example"));
  later.press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_TRUE(later.has_element("allow")) << later.page();
}

TEST_F(SentCode, ATextMessageDoesTheSame) {
  begin(browser);
  choose_enrolment(browser, "sms");
  browser.press("send", {{"address", "0049 (151) 234-56789"}});
  ASSERT_EQ(server.sms.sent.size(), 1U);
  EXPECT_EQ(server.sms.sent.front().first, "+4915123456789");
  browser.press("confirm", {{"code", sent_code(server.sms)}});
  EXPECT_TRUE(browser.has_element("allow"));
  server.clock.advance(minutes{2});
  Browser later(server);
  ask(later);
  EXPECT_TRUE(later.shows("+49*********89"));
  EXPECT_TRUE(later.press("confirm", {{"code", sent_code(server.sms)}}).has_element("allow"));
}

TEST_F(SentCode, WhatIsNoAddressIsRefusedAndNothingIsSent) {
  begin(browser);
  choose_enrolment(browser, "email");
  for (const auto* address : {"", "ada", "ada@mail.example\r\nBcc: eve@evil.example", "a@b,c@d"}) {
    browser.press("send", {{"address", address}});
    EXPECT_TRUE(browser.has_element("problem")) << address;
  }
  browser.press("send", {{"address", std::string(10000, 'a') + "@mail.example"}});
  EXPECT_TRUE(browser.has_element("problem"));
  EXPECT_TRUE(server.mail.sent.empty());
}

TEST_F(SentCode, AWrongCodeIsRefused) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  const std::string wrong = sent_code(server.mail) == "111111" ? "222222" : "111111";
  EXPECT_TRUE(later.press("confirm", {{"code", wrong}}).shows(kRefusal));
}

TEST_F(SentCode, ACodeIsGoodForTenMinutes) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  server.clock.advance(minutes{10});
  EXPECT_TRUE(later.press("confirm", {{"code", sent_code(server.mail)}}).shows(kRefusal));
}

TEST_F(SentCode, TheCodeOfOneLoginIsGoodInNoOther) {
  enrol_email(browser);
  Browser first(server);
  ask(first);
  const std::string code = sent_code(server.mail);
  Browser second(server);
  ask(second);
  EXPECT_TRUE(second.press("confirm", {{"code", code}}).shows(kRefusal));
  EXPECT_TRUE(second.press("confirm", {{"code", sent_code(server.mail)}}).has_element("allow"));
  EXPECT_TRUE(first.press("confirm", {{"code", code}}).has_element("allow"));
}

TEST_F(SentCode, AnotherBrowserCannotUseTheCode) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  const auto form = later.find_form("confirm");
  Browser thief(server);
  thief.submit(form.action, test::with(form.fields, {{"code", sent_code(server.mail)}}));
  EXPECT_EQ(thief.status(), 403);
}

TEST_F(SentCode, ANewCodeTakesThePlaceOfTheOldOneAndHasToBeWaitedFor) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  const std::string old = sent_code(server.mail);
  const auto sent = server.mail.sent.size();
  later.press("resend");
  EXPECT_EQ(later.status(), 429);
  EXPECT_EQ(server.mail.sent.size(), sent);
  server.clock.advance(seconds{61});
  later.press("resend");
  EXPECT_EQ(server.mail.sent.size(), sent + 1);
  EXPECT_TRUE(later.press("confirm", {{"code", old}}).shows(kRefusal));
  EXPECT_TRUE(later.press("confirm", {{"code", sent_code(server.mail)}}).has_element("allow"));
}

TEST_F(SentCode, FiveCodesAnHourAreTheMost) {
  enrol_email(browser);
  const auto sent = server.mail.sent.size();
  for (int i = 0; i < 8; ++i) {
    Browser later(server);
    ask(later);
    server.clock.advance(minutes{2});
    EXPECT_EQ(later.shows("Too many codes"), i >= 4) << i;
  }
  EXPECT_EQ(server.mail.sent.size(), sent + 4);
  server.clock.advance(hours{1});
  Browser later(server);
  EXPECT_FALSE(ask(later).shows("Too many codes"));
}

TEST_F(SentCode, TheCodeIsKeptNowhereInClear) {
  enrol_email(browser);
  Browser later(server);
  ask(later);
  EXPECT_FALSE(is_kept(sent_code(server.mail)));
}

TEST_F(SentCode, AServerThatDoesNotTakeTheMailLeavesThePageAsItIs) {
  enrol_email(browser);
  server.mail.fails = true;
  Browser later(server);
  EXPECT_TRUE(ask(later).has_element("confirm"));
  EXPECT_TRUE(server.logged().contains("message.not_sent"));
  EXPECT_FALSE(server.logged().contains("ada@mail.example"));
}

TEST_F(SentCode, WithoutAMailServerItIsNotOffered) {
  server.context().mail = nullptr;
  begin(browser);
  EXPECT_FALSE(browser.has_element("email"));
}

TEST_F(SentCode, ANewAddressTakesThePlaceOfTheOldOne) {
  enrol_email(browser);
  lead_password_to("enrol_email");
  Browser again(server);
  begin(again).press("send", {{"address", "ada@other.example"}}).press("confirm", {{"code", sent_code(server.mail)}});
  ASSERT_EQ(count("email"), 1);
  EXPECT_EQ(rows().front().name, "a***@other.example");
}

// PSD2-RTS-4.3-2
TEST_F(SentCode, FiveFailuresAtTwoFactorsAreFive) {
  const SecretBytes key = enrol_totp(browser);
  lead_password_to("enrol_email");
  Browser again(server);
  begin(again).press("send", {{"address", "ada@mail.example"}}).press("confirm", {{"code", sent_code(server.mail)}});
  lead_password_to("decide");
  server.clock.advance(minutes{2});
  Browser later(server);
  begin(later).press("totp");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(later.press("confirm", {{"code", "000000"}}).shows(kRefusal));
  later.press("other").press("email");
  const std::string wrong = sent_code(server.mail) == "111111" ? "222222" : "111111";
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(later.press("confirm", {{"code", wrong}}).shows(kRefusal));
  later.press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_EQ(later.status(), 429);
  later.press("other").press("totp").press("confirm", {{"code", code_of(key)}});
  EXPECT_EQ(later.status(), 429);
}

TEST(Masks, LeaveNoMoreThanItsOwnerNeeds) {
  using namespace server::authn;
  EXPECT_EQ(mask_mail_address("ada@example.com"), "a***@example.com");
  EXPECT_EQ(mask_mail_address("a@example.com"), "a***@example.com");
  EXPECT_EQ(mask_mail_address("@example.com"), "***");
  EXPECT_EQ(mask_mail_address(""), "***");
  EXPECT_EQ(mask_phone_number("+4915123456789"), "+49*********89");
  EXPECT_EQ(mask_phone_number("+4915"), "***");
}

}  // namespace
}  // namespace signet
