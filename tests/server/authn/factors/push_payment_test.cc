// A payment on a registered device: what it shows is what it signs, and what is kept can be verified again.
#include "server/authn/factors/push_payment.h"

#include "oauth/rar_rfc9396.h"
#include "server/authn/approval.h"
#include "server/authn/factors/factor_fixture.h"
#include "server/back_channel.h"
#include "support/device_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::find_text;
using test::TestClient;
using test::TestDevice;
using test::TestServer;
using test::value_of;
using test::with;

constexpr const char* kPayment =
    R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"123.45"},)"
    R"("creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}}])";

std::vector<server::IssuerConfig> issuers_with_payments() {
  auto config = test::issuer_config();
  config.authorization_details_types = {"payment_initiation"};
  return {config};
}

class PushPayment : public test::BackChannelTest {
 protected:
  PushPayment() : BackChannelTest(issuers_with_payments()) {
    const std::string jkt = jose::thumbprint(phone.key.public_key());
    sql::Batch batch;
    store::Factors::add_insert(batch, {.factor_id = "phone",
                                       .account_id = "account-ada",
                                       .issuer = "main",
                                       .kind = "push",
                                       .name = "Phone",
                                       .lookup_hash = crypto::sha256(jkt),
                                       .data = render_json(json::object{{"jkt", jkt}}),
                                       .created_at = server.clock.now()});
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  /// At the page that waits for the device.
  Browser& asked() {
    const auto request = with(shop.authorization_request(), {{"authorization_details", kPayment}});
    return browser.open(TestServer::authorization_url(shop, server.push(shop, request))).sign_in().press("push");
  }
  std::string number() { return find_text(browser.page(), ">([1-9][0-9])<"); }
  /// The approval of a payment that was made to the end, consent included.
  store::ApprovalRecord approved() {
    asked();
    EXPECT_EQ(phone.approve(phone.only_pending(), number()).status, 200);
    browser.press("poll").press("allow");
    const auto answer = redeem_as(shop, browser.code());
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto rows = value_of(run_blocking(server.store.database.read({"SELECT approval_id FROM approvals", {}})));
    return *value_of(run_blocking(server.store.approvals.find("main", rows.at(0).text(0))));
  }
  /// The evidence with another value in it; what verifying it says.
  static Result<void> verify_with(const store::ApprovalRecord& approval, std::string_view name,
                                  std::string_view value) {
    json::object evidence = value_of(parse_json_object(approval.evidence));
    evidence[name] = value;
    store::ApprovalRecord changed = approval;
    changed.evidence = render_json(evidence);
    return server::authn::verify_approval(changed);
  }

  TestClient shop = add_client("shop", {{"authorization_details_types", json::array{"payment_initiation"}}});
  TestDevice phone{server};
};

TEST_F(PushPayment, WhatWasAskedStaysInItsLanguage) {
  EXPECT_TRUE(asked().find_forms("language").empty());
}

// PSD2-RTS-5.1-1
TEST_F(PushPayment, TheDeviceShowsAmountAndPayee) {
  asked();
  EXPECT_TRUE(browser.shows("123.45 EUR")) << browser.page();
  const auto challenge = phone.only_pending();
  EXPECT_EQ(peek_string(challenge, "purpose"), "payment");
  const auto shown = value_of(parse_json_object(peek_string(challenge, "shown")));
  const auto& payment = shown.at("approval").at("payment").as_object();
  EXPECT_EQ(peek_string(payment, "amount"), "123.45");
  EXPECT_EQ(peek_string(payment, "payee"), "Merchant A");
  EXPECT_EQ(peek_string(payment, "payee_account"), "DE89370400440532013000");
  const std::string texts = render_json(shown.at("approval").at("texts"));
  EXPECT_TRUE(texts.contains("DE89 3704 0044 0532 0130 00")) << texts;
  EXPECT_TRUE(browser.shows("DE89 3704 0044 0532 0130 00")) << "the device shows what the page does";
}

// PSD2-RTS-5.1-3
TEST_F(PushPayment, WhatWasApprovedIsKeptWithEvidenceThatHolds) {
  const auto approval = approved();
  EXPECT_EQ(approval.details_hash,
            oauth::details_hash(oauth::canonical_text(value_of(oauth::parse_authorization_details(kPayment)))));
  EXPECT_TRUE(server::authn::verify_approval(approval));
  EXPECT_TRUE(server.was_recorded("payment approved"));
}

// PSD2-RTS-5.1-4
TEST_F(PushPayment, AnyChangeOfTheEvidenceBreaksIt) {
  const auto approval = approved();
  ASSERT_TRUE(verify_with(approval, "note", "nothing that counts"));
  const auto evidence = value_of(parse_json_object(approval.evidence));
  std::string shown(peek_string(evidence, "device_shown"));
  shown.replace(shown.find("203.0.113.7"), 11, "203.0.113.8");
  EXPECT_FALSE(verify_with(approval, "device_shown", shown));
  EXPECT_FALSE(verify_with(approval, "issuer", "https://other.example"));
  TestDevice other(server);
  const json::object claims{{"decision", "approve"},
                            {"shown_hash", oauth::make_device_hash(peek_string(evidence, "device_shown"))}};
  EXPECT_FALSE(verify_with(approval, "jwt", other.sign(oauth::DeviceJwtUse::Answer, claims)));
  const json::object denied{{"decision", "deny"},
                            {"shown_hash", oauth::make_device_hash(peek_string(evidence, "device_shown"))}};
  EXPECT_FALSE(verify_with(approval, "jwt", phone.sign(oauth::DeviceJwtUse::Answer, denied)));
}

// The device that was registered a moment ago is one that can approve.
TEST_F(PushPayment, WhoHasNoDeviceRegistersOneOnTheWay) {
  sql::Batch batch;
  store::Factors::add_remove(batch, "account-ada", "phone");
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  const auto request = with(shop.authorization_request(), {{"authorization_details", kPayment}});
  browser.open(TestServer::authorization_url(shop, server.push(shop, request))).sign_in();
  if (browser.has_element("push")) browser.press("push");
  const std::string code = find_text(browser.page(), "/devices/register#([A-Za-z0-9_-]{43})\"");
  ASSERT_EQ(phone.answer_code(code).status, 201) << browser.page();
  browser.press("poll").press("confirm");
  EXPECT_TRUE(browser.shows("123.45 EUR")) << browser.page();
  browser.press("push");
  EXPECT_EQ(phone.approve(phone.only_pending(), number()).status, 200);
  EXPECT_TRUE(browser.press("poll").has_element("allow")) << browser.page();
}

TEST_F(PushPayment, ADenialApprovesNothing) {
  asked();
  EXPECT_EQ(phone.deny(phone.only_pending()).status, 200);
  browser.press("poll");
  EXPECT_FALSE(browser.has_element("allow")) << browser.page();
  EXPECT_FALSE(server.was_recorded("payment approved"));
  browser.press("cancel");
  EXPECT_EQ(browser.answer("error"), "access_denied");
}

}  // namespace
}  // namespace signet
