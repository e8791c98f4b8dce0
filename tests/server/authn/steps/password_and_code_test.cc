#include "server/authn/factors/factor_fixture.h"
#include "server/authn/pages/pages.h"
#include "server/authn/workflows.h"
#include "support/snapshot.h"
#include "workflow/definition.h"

namespace signet {
namespace {

using test::Browser;
using test::kPassword;
using test::kRefusal;

/// The login that comes with the program, beginning with the page that takes both at once.
std::string login_at_once() {
  std::string document;
  for (const auto text : server::authn::workflow_documents()) {
    if (text.contains(R"("workflow": "login")")) document = text;
  }
  const auto put = [&document](const std::string& from, const std::string& to) {
    document = std::regex_replace(document, std::regex(from), to);
  };
  put(R"("description": "[^"]*")",
      R"("description": "Signing in: the password and the code of an app are typed on one page and refused as one.")");
  put(R"(("from"|"to"): "password")", R"($1: "password_and_code")");
  return document;
}

class PasswordAndCode : public test::FactorTest {
 protected:
  PasswordAndCode() {
    key = enrol_totp(browser);
    apply(store::DocumentKind::Workflow, login_at_once());
  }
  Browser& open(Browser& of) { return of.open(strong_url()); }
  static Browser& send(Browser& of, std::string_view password, const std::string& code,
                       const std::string& username = "ada") {
    return of.press("login", {{"username", username}, {"password", std::string(password)}, {"code", code}});
  }
  /// The page without what differs between any two logins.
  static std::string comparable(const Browser& of) {
    return std::regex_replace(of.page(), std::regex("[A-Za-z0-9_-]{43}|value=\"[^\"]*\""), "*");
  }
  std::int64_t failures() {
    constexpr std::string_view kCount = "SELECT COALESCE(SUM(failures), 0) FROM login_failures";
    return test::value_of(run_blocking(server.store.database.read({kCount, {}}))).at(0).integer(0);
  }

  SecretBytes key;
};

TEST_F(PasswordAndCode, TheDocumentForItIsSoundAndReviewed) {
  test::expect_snapshot("docs/workflows/login-at-once.json", login_at_once());
  const auto definition =
      workflow::parse_definition(test::value_of(parse_json_object(login_at_once())), server::authn::find_step);
  ASSERT_TRUE(definition) << definition.error().detail;
}

TEST_F(PasswordAndCode, BothTogetherAreTwoFactors) {
  Browser later(server);
  send(open(later), kPassword, code_of(key));
  ASSERT_TRUE(later.has_element("allow")) << later.page();
  later.press("allow");
  EXPECT_FALSE(later.code().empty());
  EXPECT_TRUE(server.was_recorded("factor used"));
}

// PSD2-RTS-4.3-1
TEST_F(PasswordAndCode, WhicheverWasWrongThePageIsTheSame) {
  struct Wrong {
    std::string username;
    std::string_view password;
    std::string code;
  };
  std::set<std::string> pages;
  for (const Wrong& wrong :
       {Wrong{"ada", "wrong", code_of(key)}, Wrong{"ada", kPassword, "000000"}, Wrong{"ada", kPassword, ""},
        Wrong{"ada", "wrong", "000000"}, Wrong{"nobody", kPassword, "000000"}, Wrong{"nobody", kPassword, ""}}) {
    Browser one(server);
    send(open(one), wrong.password, wrong.code, wrong.username);
    EXPECT_TRUE(one.shows(kRefusal)) << wrong.username << wrong.password << wrong.code;
    pages.insert(comparable(one));
    server.clock.advance(hours{2});
  }
  EXPECT_EQ(pages.size(), 1U);
}

TEST_F(PasswordAndCode, AWrongPasswordDoesNotSpendTheCode) {
  Browser later(server);
  const std::string code = code_of(key);
  send(open(later), "wrong", code);
  EXPECT_TRUE(later.shows(kRefusal));
  EXPECT_TRUE(send(later, kPassword, code).has_element("allow")) << later.page();
  Browser other(server);
  EXPECT_TRUE(send(open(other), kPassword, code).shows(kRefusal)) << "used";
}

TEST_F(PasswordAndCode, WhoHasNoAppLeavesTheCodeEmpty) {
  server.add_user("bob", kPassword, {{"name", "Bob"}});
  Browser bob(server);
  EXPECT_TRUE(send(open(bob), kPassword, "123456", "bob").shows(kRefusal));
  EXPECT_TRUE(send(bob, kPassword, "", "bob").has_element("totp")) << bob.page();
}

TEST_F(PasswordAndCode, FiveFailuresAreFiveWhateverWasWrong) {
  Browser guesser(server);
  open(guesser);
  for (int i = 0; i < 5; ++i) send(guesser, i % 2 == 0 ? std::string_view("wrong") : kPassword, "000000");
  EXPECT_TRUE(send(guesser, kPassword, code_of(key)).shows("Too many attempts"));
}

TEST_F(PasswordAndCode, WhatCannotBeACodeIsToldBeforeAnythingIsLookedAt) {
  Browser later(server);
  const auto before = failures();
  EXPECT_TRUE(send(open(later), kPassword, "12345").shows("six digits"));
  EXPECT_TRUE(send(later, "wrong", std::string(500, '1')).shows("six digits"));
  EXPECT_TRUE(send(later, "", "123456").shows("Enter your username and your password."));
  EXPECT_EQ(failures(), before);
}

}  // namespace
}  // namespace signet
