// Logins: what is tried at the pages by somebody who has no business there. What belongs to one factor is attacked
// beside it (tests/server/authn/factors); docs/attacks.md names the test for every attack.
#include <future>
#include <thread>

#include "server/authn/factors/factor_fixture.h"
#include "server/authn/workflows.h"
#include "store/threat_level.h"

namespace signet {
namespace {

using test::Browser;
using test::Parameters;
using test::value_of;
using test::with;

class LoginAttack : public test::FactorTest {
 protected:
  std::int64_t number(std::string_view query) {
    (void)server.audit();  // what is written behind the answers is there when this is
    return value_of(run_blocking(server.store.database.read({query, {}}))).at(0).integer(0);
  }
  std::int64_t counted_failures() { return number("SELECT COALESCE(SUM(failures), 0) FROM login_failures"); }
  /// Audit records, counted attempts, steps of logins: whatever an attempt writes.
  std::int64_t written() {
    return number(
        "SELECT (SELECT COUNT(*) FROM audit) + (SELECT COALESCE(SUM(failures), 0) FROM login_failures)"
        " + (SELECT COALESCE(SUM(version), 0) FROM workflow_instances)");
  }
};

// Enumeration ---------------------------------------------------------------------------------------------------------

class Enumeration : public LoginAttack {
 protected:
  Enumeration() {
    server.add_user("bob");
    test::disable_account(server.store, "account-bob", server.clock.now());
  }

  /// How many jobs an attempt gives to the pool that hashes passwords, while the pool is held up.
  std::size_t hashes_of_attempt(Browser& of, const std::string& username) {
    auto& pool = server.context().password_pool;
    std::promise<void> release;
    std::promise<void> held;
    std::thread holder([&] {
      (void)run_blocking(pool.run([&] {
        held.set_value();
        release.get_future().wait();
        return true;
      }));
    });
    held.get_future().wait();
    auto attempt = std::async(std::launch::async, [&] { of.sign_in(username, "wrong password"); });
    while (pool.queued() == 0 && attempt.wait_for(milliseconds{1}) == std::future_status::timeout) {
    }
    const std::size_t hashes = pool.queued();
    release.set_value();
    attempt.get();
    holder.join();
    return hashes;
  }
};

TEST_F(Enumeration, EveryAttemptCostsOneHashWhoeverIsNamed) {
  for (const auto* name : {"ada", "bob", "nobody"}) {
    Browser one(server);
    EXPECT_EQ(hashes_of_attempt(one.open(url()), name), 1U) << name;
    EXPECT_TRUE(one.shows(test::kRefusal)) << name;
  }
}

TEST_F(Enumeration, EveryAttemptWritesTheSameWhoeverIsNamed) {
  std::vector<std::int64_t> costs;
  for (const auto* name : {"ada", "bob", "nobody"}) {
    Browser one(server);
    one.open(url());
    const auto before = written();
    one.sign_in(name, "wrong password");
    costs.push_back(written() - before);
  }
  EXPECT_GT(costs.front(), 0);
  EXPECT_EQ(costs, std::vector<std::int64_t>(3, costs.front()));
}

TEST_F(Enumeration, ASecondFactorIsNotSeenBeforeTheFirstIsRight) {
  enrol_totp(browser);
  std::vector<std::string> pages;
  for (const auto* name : {"ada", "bob"}) {
    Browser one(server);
    one.open(strong_url()).sign_in(name, "wrong password");
    pages.push_back(std::regex_replace(
        one.page(), std::regex("/login/[A-Za-z0-9_-]+|value=\"[^\"]*\"|challenge(\"|&quot;):(\"|&quot;)[A-Za-z0-9_-]+"),
        "*"));
  }
  EXPECT_EQ(pages.front(), pages.back());
}

// Steps that are taken out of order, again, or by somebody else -------------------------------------------------------

class OutOfOrder : public LoginAttack {
 protected:
  /// What any page of a login may send.
  static std::vector<std::string> all_actions() {
    std::vector<std::string> names;
    for (const workflow::Step* step : server::authn::all_steps()) {
      if (step->is_choice()) continue;
      for (const auto& action : step->show({}).actions) {
        if (!contains(names, action.name)) names.push_back(action.name);
      }
    }
    return names;
  }
  /// Sends, from the page with `button`, every action that this page does not have. The page must stay.
  void try_all(Browser& of, const std::string& button) {
    const std::string page = of.address();
    std::size_t tried = 0;
    for (const std::string& action : all_actions()) {
      if (of.has_element(action)) continue;
      const Parameters form = with(of.find_form(button).fields, {{"action", action}});
      of.submit(page, form);
      EXPECT_EQ(of.status(), 400) << action;
      EXPECT_TRUE(of.left_for().empty()) << action;
      ASSERT_TRUE(of.open("https://as.example" + page).has_element(button)) << action << "\n" << of.page();
      ++tried;
    }
    EXPECT_GT(tried, 10U);
  }
};

TEST_F(OutOfOrder, NoActionOfAnotherPageLeadsAroundThePassword) {
  browser.open(strong_url());
  try_all(browser, "login");
  EXPECT_FALSE(browser.cookies.contains("__Host-signet-session"));
}

TEST_F(OutOfOrder, NoActionOfAnotherPageLeadsAroundTheSecondFactor) {
  enrol_totp(browser);
  Browser thief(server);
  begin(thief);
  try_all(thief, "confirm");
  EXPECT_FALSE(thief.cookies.contains("__Host-signet-session"));
}

TEST_F(OutOfOrder, AnAnswerThatWasSentIsNotTakenAgainAtALaterPage) {
  browser.open(strong_url());
  const std::string page = browser.address();
  const Parameters password = with(browser.find_form("login").fields, {{"username", "ada"}, {"password", "guess"}});
  browser.sign_in();
  const auto before = counted_failures();
  browser.submit(page, password);
  EXPECT_FALSE(browser.shows(test::kRefusal));
  EXPECT_EQ(counted_failures(), before);
}

TEST_F(OutOfOrder, AnotherBrowserIsRefusedAtEveryStep) {
  const auto refuse = [this](const std::string& button) {
    Browser thief(server);
    thief.open("https://as.example" + browser.address());
    EXPECT_EQ(thief.status(), 403) << button;
    thief.submit(browser.address(), browser.find_form(button).fields);
    EXPECT_EQ(thief.status(), 403) << button;
    EXPECT_TRUE(thief.left_for().empty()) << button;
  };
  browser.open(strong_url());
  refuse("login");
  browser.sign_in();
  refuse("totp");
  browser.press("totp");
  refuse("confirm");
  browser.press("confirm", {{"code", code_of(key_on(browser))}});
  refuse("allow");
  browser.press("allow");
  EXPECT_FALSE(browser.code().empty());
}

TEST_F(OutOfOrder, AFormOfAnotherOriginIsRefusedAtEveryStep) {
  const auto refuse = [this](const std::string& button) {
    Browser victim = browser;
    for (const auto& [name, value] : {std::pair{"Origin", "https://evil.example"},
                                      {"Origin", "https://as.example.evil.example"},
                                      {"Sec-Fetch-Site", "cross-site"}}) {
      http::Fields fields;
      fields.set(name, value);
      victim.submit(browser.address(), browser.find_form(button).fields, fields);
      EXPECT_EQ(victim.status(), 400) << button << " " << value;
      EXPECT_TRUE(victim.left_for().empty()) << button;
    }
  };
  browser.open(strong_url());
  refuse("login");
  browser.sign_in();
  refuse("totp");
  browser.press("totp");
  refuse("confirm");
  browser.press("confirm", {{"code", code_of(key_on(browser))}});
  refuse("allow");
}

// Pages that are framed, and fields that are too long -----------------------------------------------------------------

class EveryPage : public LoginAttack {
 protected:
  /// Calls `visit` at each page of a login with an enrolment, with the button that sends it.
  void walk(const std::function<void(Browser&, const std::string&)>& visit) {
    visit(browser.open(strong_url()), "login");
    visit(browser.press("forgot"), "send");
    visit(browser.open(strong_url()).sign_in(), "totp");
    visit(browser.press("totp"), "confirm");
    browser.press("confirm", {{"code", code_of(key_on(browser))}});
    visit(browser, "allow");
  }
};

TEST_F(EveryPage, CannotBeFramedOrSentToOtherPlaces) {
  walk([](Browser& of, const std::string& button) {
    const http::Fields& fields = of.response().fields;
    const auto policy = fields.get("Content-Security-Policy");
    for (const auto* part : {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"}) {
      EXPECT_TRUE(policy.contains(part)) << button << " " << policy;
    }
    EXPECT_FALSE(policy.contains("unsafe")) << button;
    EXPECT_EQ(fields.get("X-Frame-Options"), "DENY") << button;
    EXPECT_EQ(fields.get("Referrer-Policy"), "no-referrer") << button;
    EXPECT_EQ(fields.get("Cache-Control"), "no-store") << button;
  });
}

TEST_F(EveryPage, RefusesFieldsThatAreTooLongWithoutShowingOrCountingThem) {
  const std::string flood(12'000, 'x');
  walk([&](Browser& of, const std::string& button) {
    const std::string page = of.address();
    const Parameters fields = of.find_form(button).fields;
    for (const auto& field : fields) {
      const std::string& name = field.name;
      if (name == "action") continue;
      Browser attacker = of;
      const auto before = counted_failures();
      attacker.submit(page, with(of.find_form(button).fields, {{name, flood}}));
      EXPECT_TRUE(attacker.left_for().empty()) << button << " " << name;
      EXPECT_FALSE(attacker.shows(flood.substr(0, 600))) << button << " " << name;
      EXPECT_EQ(counted_failures(), before) << button << " " << name;
      of.cookies = attacker.cookies;
      of.open("https://as.example" + page);
      ASSERT_TRUE(of.has_element(button)) << button << " " << name << "\n" << of.page();
    }
  });
}

TEST_F(EveryPage, RefusesABodyThatIsTooLargeUnread) {
  walk([](Browser& of, const std::string& button) {
    Browser attacker = of;
    attacker.submit(of.address(), with(of.find_form(button).fields, {{"padding", std::string(256 * 1024, 'x')}}));
    EXPECT_EQ(attacker.status(), 413) << button;
  });
}

// Phishing that relays ------------------------------------------------------------------------------------------------

TEST_F(LoginAttack, WhileTheThreatIsRaisedPeopleAreWarnedOfWhoAsksThemToGoOn) {
  sql::Batch batch;
  store::ThreatLevel::add_set(batch, {.issuer = "main", .level = 2, .raised_at = server.clock.now()});
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  browser.open(url()).sign_in();
  EXPECT_TRUE(browser.shows("Nobody who is honest asks you")) << browser.page();
  EXPECT_TRUE(browser.press("continue").has_element("allow"));
}

}  // namespace
}  // namespace signet
