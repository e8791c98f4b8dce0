#pragma once
// Accounts with registered devices, and logins that ask them.

#include "crypto/digest.h"
#include "server/authn/factors/factor_fixture.h"
#include "support/device_fixture.h"

namespace signet::test {

class PushTest : public FactorTest {
 protected:
  static std::string code_on(const Browser& of) {
    return find_text(of.page(), "/devices/register#([A-Za-z0-9_-]{43})\"");
  }
  static std::string number_on(const Browser& of) { return find_text(of.page(), ">([1-9][0-9])<"); }
  static std::string other_than(const std::string& number) { return number == "50" ? "51" : "50"; }

  /// A login that gets to the page with the code; the password is the standard one.
  Browser& begin_enrolment(Browser& of, std::string_view username = kUsername) {
    of.open(strong_url()).sign_in(username);
    return choose_enrolment(of, "push");
  }
  /// Registers a device in a login of its own, which ends on the consent page.
  void enrol(Browser& of, TestDevice& device, std::string_view username = kUsername) {
    begin_enrolment(of, username);
    ASSERT_EQ(device.answer_code(code_on(of)).status, 201);
    of.press("poll").press("confirm");
    ASSERT_TRUE(of.has_element("allow")) << of.page();
    server.clock.advance(minutes{1});
  }
  /// A login that waits for a device.
  Browser& ask(Browser& of) {
    begin(of);
    EXPECT_TRUE(of.has_element("poll")) << of.page();
    return of;
  }
  /// Puts a second device of the account into the store.
  void add_device(const TestDevice& device, const std::string& owner, const std::string& factor_id) {
    const std::string jkt = jose::thumbprint(device.key.public_key());
    sql::Batch batch;
    store::Factors::add_insert(batch, {.factor_id = factor_id,
                                       .account_id = owner,
                                       .issuer = "main",
                                       .kind = "push",
                                       .name = factor_id,
                                       .lookup_hash = crypto::sha256(jkt),
                                       .data = render_json(json::object{{"jkt", jkt}}),
                                       .created_at = server.clock.now()});
    ASSERT_FALSE(value_of(run_blocking(server.store.database.write(std::move(batch)))).failed_guard);
  }
  /// Proofs of the newest session, as they are stored.
  std::string proofs() {
    constexpr std::string_view kRead = "SELECT proofs FROM sessions ORDER BY authenticated_at DESC LIMIT 1";
    const auto found = value_of(run_blocking(server.store.database.read({kRead, {}})));
    return found.empty() ? std::string() : found.front().text(0);
  }

  TestDevice phone{server};
};

}  // namespace signet::test
