#include <fstream>

#include "crypto/digest.h"
#include "crypto/password_hash.h"
#include "server/authn/breached_passwords.h"
#include "server/authn/factors/factor_fixture.h"
#include "server/context.h"

namespace signet {
namespace {

using test::Browser;
using test::with;

constexpr auto kNewPassword = "a sentence nobody else would write";

/// A login at the page for a new password, after a recovery.
class NewPassword : public test::FactorTest {
 protected:
  NewPassword() {
    browser.open(url()).press("forgot").press("send", {{"username", "ada"}});
    browser.press("confirm", {{"code", sent_code(server.mail)}});
  }
  static Browser& change(Browser& of, const std::string& password = kNewPassword) {
    return of.press("change", {{"password", password}, {"repeat", password}});
  }
};

TEST_F(NewPassword, HasToBeTypedTwiceAlike) {
  browser.press("change", {{"password", kNewPassword}, {"repeat", "something else entirely"}});
  EXPECT_TRUE(browser.shows("two different passwords"));
}

TEST_F(NewPassword, ThatIsEasyToGuessIsNotTaken) {
  EXPECT_TRUE(change(browser, "short").shows("at least 12 characters"));
  EXPECT_TRUE(change(browser, "abababababababab").shows("repeats itself"));
  EXPECT_TRUE(change(browser, "ada@example.com!").shows("little more than a name"));
  EXPECT_TRUE(change(browser, "Acme Budget 2027").shows("little more than a name"));
  EXPECT_TRUE(change(browser, std::string(2000, 'x')).shows("too long"));
  EXPECT_TRUE(browser.press("change").shows("twice"));
  EXPECT_TRUE(change(browser).has_element("allow"));
}

TEST_F(NewPassword, MayBeAsLongAsAnyPasswordAndIsNotCutByThePage) {
  std::string longest;
  while (longest.size() < crypto::kMostPasswordBytes) longest += "a sentence " + std::to_string(longest.size());
  longest.resize(crypto::kMostPasswordBytes);
  EXPECT_TRUE(browser.shows("maxlength=\"1024\"")) << browser.page();
  EXPECT_TRUE(change(browser, longest + "x").shows("too long"));
  EXPECT_TRUE(change(browser, longest).has_element("allow")) << browser.page();
  Browser later(server);
  EXPECT_TRUE(later.open(url()).sign_in("ada", longest).has_element("allow"));
}

TEST_F(NewPassword, ThatWasPartOfALeakIsNotTaken) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.file("breached");
  std::string hash = encode_hex(crypto::sha1(as_bytes(kNewPassword)));
  std::ranges::transform(hash, hash.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  std::ofstream(file) << hash << ":3\n";
  const auto list = test::value_of(server::authn::BreachedPasswords::open(file));
  server.context().breached_passwords = &list;
  EXPECT_TRUE(change(browser).shows("part of a leak"));
  EXPECT_TRUE(change(browser, "another sentence that is not in it").has_element("allow"));
}

TEST_F(NewPassword, EndsTheSessionsBeforeItAndTellsTheOwner) {
  Browser thief(server);
  (void)thief.log_in(url());
  EXPECT_FALSE(thief.open(url()).has_element("login"));
  change(browser);
  EXPECT_TRUE(thief.open(url()).has_element("login"));
  const bool is_told = std::ranges::any_of(server.mail.sent, [](const auto& sent) {
    return sent.second.text.contains("password of your account was changed");
  });
  EXPECT_TRUE(is_told);
  EXPECT_FALSE(browser.open(url()).has_element("login"));
}

TEST_F(NewPassword, AfterAChangeTheOwnSessionGoesOn) {
  Browser own(server);
  (void)own.log_in(url());
  lead_password_to("new_password");
  own.open(test::TestServer::authorization_url(
      client, server.push(client, with(client.authorization_request(), {{"prompt", "login"}}))));
  change(own.sign_in());
  EXPECT_FALSE(own.code().empty());
  EXPECT_TRUE(server.was_recorded("account password_changed"));
  EXPECT_FALSE(own.open(url()).has_element("login"));
}

TEST_F(NewPassword, CannotBeReachedBeforeTheCodeWasRight) {
  const auto form = browser.find_form("change");
  const test::Parameters typed = {{"action", "change"}, {"password", kNewPassword}, {"repeat", kNewPassword}};
  Browser other(server);
  other.open(url()).press("forgot").press("send", {{"username", "nobody"}});
  other.submit(other.address(), with(other.find_form("confirm").fields, typed));
  EXPECT_EQ(other.status(), 400);
  other.submit(form.action, with(form.fields, typed));
  EXPECT_EQ(other.status(), 403);
}

}  // namespace
}  // namespace signet
