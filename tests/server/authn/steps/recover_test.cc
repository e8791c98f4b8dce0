#include "server/authn/factors/factor_fixture.h"
#include "server/context.h"

namespace signet {
namespace {

using test::Browser;
using test::kRefusal;
using test::with;

constexpr auto kNewPassword = "a sentence nobody else would write";

class Recover : public test::FactorTest {
 protected:
  Browser& ask(Browser& of, const std::string& username = "ada") {
    return of.open(url()).press("forgot").press("send", {{"username", username}});
  }
  Browser& set_password(Browser& of) {
    return of.press("change", {{"password", kNewPassword}, {"repeat", kNewPassword}});
  }
  /// The page without what differs between any two logins.
  static std::string comparable(const Browser& of) {
    return std::regex_replace(of.page(), std::regex("/login/[A-Za-z0-9_-]+|value=\"[A-Za-z0-9_-]{43}\""), "*");
  }
  /// Audit records, counted attempts and messages, steps of logins: whatever is written.
  std::int64_t written() {
    static constexpr std::string_view kCount =
        "SELECT (SELECT COUNT(*) FROM audit) + (SELECT COALESCE(SUM(failures), 0) FROM login_failures)"
        " + (SELECT COALESCE(SUM(version), 0) FROM workflow_instances)";
    (void)server.audit();
    return test::value_of(run_blocking(server.store.database.read({kCount, {}}))).at(0).integer(0);
  }
};

TEST_F(Recover, ACodeByMailLeadsToANewPasswordAndIntoTheLogin) {
  ask(browser);
  ASSERT_EQ(server.mail.sent.size(), 1U);
  EXPECT_EQ(server.mail.sent.front().first, "ada@example.com");
  browser.press("confirm", {{"code", sent_code(server.mail)}});
  ASSERT_TRUE(browser.has_element("change")) << browser.page();
  EXPECT_TRUE(browser.shows("autocomplete=\"new-password\""));
  EXPECT_TRUE(set_password(browser).has_element("allow")) << browser.page();
  EXPECT_TRUE(server.was_recorded("recovery completed"));
  Browser later(server);
  EXPECT_TRUE(later.open(url()).sign_in().shows(kRefusal));
  EXPECT_TRUE(later.sign_in("ada", kNewPassword).has_element("allow"));
}

TEST_F(Recover, ThePasswordIsKeptNowhereInClear) {
  ask(browser).press("confirm", {{"code", sent_code(server.mail)}});
  set_password(browser);
  EXPECT_FALSE(is_kept(kNewPassword));
  EXPECT_FALSE(browser.shows(kNewPassword));
}

TEST_F(Recover, WhoeverIsNamedThePageAndTheWorkAreTheSame) {
  server.add_user("bob", test::kPassword, {{"name", "Bob"}});
  std::vector<std::string> pages;
  std::vector<std::int64_t> work;
  for (const auto* name : {"ada", "bob", "nobody"}) {
    Browser one(server);
    const auto before = written();
    ask(one, name);
    pages.push_back(comparable(one));
    one.press("confirm", {{"code", "000000"}});
    pages.push_back(comparable(one));
    one.press("use_recovery_code", {{"recovery_code", "00000-00000"}});
    pages.push_back(comparable(one));
    work.push_back(written() - before);
  }
  for (std::size_t i = 3; i < pages.size(); ++i) EXPECT_EQ(pages.at(i), pages.at(i % 3)) << i;
  EXPECT_EQ(work.at(0), work.at(1));
  EXPECT_EQ(work.at(0), work.at(2));
  EXPECT_EQ(server.mail.sent.size(), 1U);
}

TEST_F(Recover, NoCodeIsRightForAnAccountThatDoesNotExistOrHasNoConfirmedAddress) {
  server.add_user("bob", test::kPassword, {{"email", "bob@example.com"}, {"email_verified", false}});
  for (const auto* name : {"bob", "nobody"}) {
    Browser one(server);
    ask(one, name).press("confirm", {{"code", "123456"}});
    EXPECT_TRUE(one.shows(kRefusal));
  }
  EXPECT_TRUE(server.mail.sent.empty());
}

TEST_F(Recover, ADisabledAccountGetsNoMail) {
  test::disable_account(server.store, account_id, server.clock.now());
  EXPECT_TRUE(ask(browser).has_element("confirm"));
  EXPECT_TRUE(server.mail.sent.empty());
}

TEST_F(Recover, AMailServerThatDoesNotAnswerChangesNothingOnThePage) {
  Browser before(server);
  const std::string expected = comparable(ask(before));
  server.mail.fails = true;
  EXPECT_EQ(comparable(ask(browser)), expected);
}

TEST_F(Recover, WithoutAMailServerItIsNotOffered) {
  server.context().mail = nullptr;
  EXPECT_FALSE(browser.open(url()).has_element("forgot"));
}

TEST_F(Recover, ANameThatIsTooLongIsNotLookedAt) {
  browser.open(url()).press("forgot");
  for (const std::string& name : {std::string(), std::string(10000, 'a')}) {
    browser.press("send", {{"username", name}});
    EXPECT_TRUE(browser.shows("Enter your username.")) << name.size();
  }
}

TEST_F(Recover, TheCodeOfOneLoginIsGoodInNoOther) {
  ask(browser);
  const std::string code = sent_code(server.mail);
  Browser other(server);
  ask(other, "nobody").press("confirm", {{"code", code}});
  EXPECT_TRUE(other.shows(kRefusal));
}

TEST_F(Recover, TheCodeIsGoodForTenMinutes) {
  ask(browser);
  server.clock.advance(minutes{10});
  EXPECT_TRUE(browser.press("confirm", {{"code", sent_code(server.mail)}}).shows(kRefusal));
}

TEST_F(Recover, FiveMailsAnHourAreTheMost) {
  for (int i = 0; i < 8; ++i) {
    Browser one(server);
    EXPECT_TRUE(ask(one).has_element("confirm"));
  }
  EXPECT_EQ(server.mail.sent.size(), 5U);
}

TEST_F(Recover, ANetworkThatAsksForManyHasToWait) {
  for (int i = 0; i < 20; ++i) {
    Browser one(server);
    EXPECT_TRUE(ask(one, "user-" + std::to_string(i)).has_element("confirm")) << i;
  }
  EXPECT_EQ(ask(browser).status(), 429);
  server.peer.address = "198.51.100.9";
  Browser elsewhere(server);
  EXPECT_EQ(ask(elsewhere).status(), 200);
}

TEST_F(Recover, GuessingTheCodeSlowsDown) {
  ask(browser);
  const std::string wrong = sent_code(server.mail) == "111111" ? "222222" : "111111";
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(browser.press("confirm", {{"code", wrong}}).shows(kRefusal));
  EXPECT_EQ(browser.press("confirm", {{"code", sent_code(server.mail)}}).status(), 429);
}

TEST_F(Recover, TheMailboxAloneProvesNothingWhenThereIsASecondFactor) {
  Browser own(server);
  const SecretBytes key = enrol_totp(own);
  ask(browser).press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_FALSE(browser.has_element("change"));
  if (browser.has_element("totp")) browser.press("totp");
  browser.press("confirm", {{"code", "000000"}});
  EXPECT_TRUE(browser.shows(kRefusal));
  browser.press("confirm", {{"code", code_of(key)}});
  ASSERT_TRUE(browser.has_element("change")) << browser.page();
  EXPECT_TRUE(set_password(browser).has_element("allow"));
}

TEST_F(Recover, ASecondFactorThatCannotBeUsedNowIsNotGoneWithout) {
  begin(browser);
  choose_enrolment(browser, "sms");
  browser.press("send", {{"address", "+4915123456789"}}).press("confirm", {{"code", sent_code(server.sms)}});
  server.context().sms = nullptr;
  Browser later(server);
  ask(later).press("confirm", {{"code", sent_code(server.mail)}});
  EXPECT_EQ(later.answer("error"), "unmet_authentication_requirements");
}

TEST_F(Recover, WhereMailIsAFactorItReplacesNoPassword) {
  Browser own(server);
  enrol_email(own);
  const auto mails = server.mail.sent.size();
  ask(browser).press("confirm", {{"code", "000000"}});
  EXPECT_TRUE(browser.shows(kRefusal));
  EXPECT_EQ(server.mail.sent.size(), mails);
}

TEST_F(Recover, ACodeThatIsOnItsWayIsWorthNothingOnceMailIsAFactor) {
  ask(browser);
  const std::string code = sent_code(server.mail);
  Browser own(server);
  enrol_email(own);
  EXPECT_TRUE(browser.press("confirm", {{"code", code}}).shows(kRefusal));
}

class RecoverWithCodes : public Recover {
 protected:
  RecoverWithCodes() {
    lead_password_to("enrol_recovery_codes");
    Browser own(server);
    own.open(url()).sign_in().press("make");
    codes = recovery_codes_on(own);
    lead_password_to("decide");
  }
  std::vector<std::string> codes;
};

TEST_F(RecoverWithCodes, WhereMailIsAFactorARecoveryCodeAndACodeByMailDo) {
  lead_password_to("enrol_email");
  Browser own(server);
  begin(own).press("send", {{"address", "ada@mail.example"}}).press("confirm", {{"code", sent_code(server.mail)}});
  lead_password_to("decide");
  server.clock.advance(minutes{2});
  ask(browser).press("use_recovery_code", {{"recovery_code", codes.at(0)}});
  EXPECT_FALSE(browser.has_element("change"));
  EXPECT_FALSE(browser.has_element("recovery_codes"));
  if (browser.has_element("email")) browser.press("email");
  browser.press("confirm", {{"code", sent_code(server.mail)}});
  ASSERT_TRUE(browser.has_element("change")) << browser.page();
  EXPECT_TRUE(set_password(browser).has_element("allow"));
}

TEST_F(RecoverWithCodes, TheSheetAloneReplacesNoPassword) {
  ask(browser).press("use_recovery_code", {{"recovery_code", codes.at(0)}});
  EXPECT_TRUE(browser.shows(kRefusal));
}

TEST_F(RecoverWithCodes, AUsedCodeBeginsNoRecovery) {
  lead_password_to("enrol_totp");
  Browser own(server);
  own.open(url()).sign_in();
  own.press("confirm", {{"code", code_of(key_on(own))}});
  lead_password_to("decide");
  ask(browser).press("use_recovery_code", {{"recovery_code", codes.at(0)}});
  EXPECT_FALSE(browser.shows(kRefusal));
  Browser again(server);
  ask(again).press("use_recovery_code", {{"recovery_code", codes.at(0)}});
  EXPECT_TRUE(again.shows(kRefusal));
}

}  // namespace
}  // namespace signet
