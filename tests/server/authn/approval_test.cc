// Dynamic linking: what a payer sees is what is signed, what is signed is what is granted, and any change breaks it.
#include "server/authn/approval.h"

#include "oauth/rar_rfc9396.h"
#include "server/admin/approvals.h"
#include "server/back_channel.h"
#include "support/passkey_fixture.h"

namespace signet {
namespace {

using test::add_passkey;
using test::Browser;
using test::options_of;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::use_passkey;
using test::value_of;
using test::VirtualAuthenticator;
using test::with;

constexpr const char* kPayment =
    R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"123.45"},)"
    R"("creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"},)"
    R"("remittanceInformationUnstructured":"Invoice 7"}])";
constexpr const char* kLargerPayment =
    R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"923.45"},)"
    R"("creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"},)"
    R"("remittanceInformationUnstructured":"Invoice 7"}])";
constexpr std::string_view kRefusal = "That did not work.";

std::vector<server::IssuerConfig> issuers_with_payments() {
  auto config = test::issuer_config();
  config.authorization_details_types = {"payment_initiation", "account_information"};
  return {config};
}

class Approval : public test::BackChannelTest {
 protected:
  Approval() : BackChannelTest(issuers_with_payments()) {}

  std::string url(const std::string& details = kPayment, const Parameters& more = {}) {
    const auto request = with(with(shop.authorization_request(), {{"authorization_details", details}}), more);
    return TestServer::authorization_url(shop, server.push(shop, request));
  }
  /// At the page that shows the payment, with a passkey to approve it.
  Browser& asked(Browser& own, const std::string& details = kPayment) { return own.open(url(details)).sign_in(); }
  Browser& asked() { return asked(browser); }
  std::string assertion(const Browser& of) { return phone.get(options_of(server, of, "approve")); }
  void expect_refused(const std::string& credential) {
    browser.press("approve", {{"credential", credential}});
    EXPECT_TRUE(browser.shows(kRefusal)) << browser.page();
    EXPECT_FALSE(server.was_recorded("payment approved"));
  }
  /// The approval of a payment that was made to the end, consent included.
  store::ApprovalRecord approved() {
    use_passkey(server, asked(), phone, "approve").press("allow");
    const auto answer = redeem_as(shop, browser.code());
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto rows = value_of(
        run_blocking(server.store.database.read({"SELECT approval_id FROM approvals ORDER BY created_at DESC", {}})));
    return *value_of(run_blocking(server.store.approvals.find("main", rows.at(0).text(0))));
  }
  /// Changes what the login carries, as nobody could who has no access to the database.
  void edit_facts(const std::function<void(json::object&)>& edit) {
    const auto handle = browser.address().substr(browser.address().rfind('/') + 1);
    const auto hash = oauth::InstanceHash::of(handle).digest();
    const Bytes key(hash.begin(), hash.end());
    const auto rows = value_of(run_blocking(
        server.store.database.read({"SELECT state FROM workflow_instances WHERE instance_hash = $1", {key}})));
    json::object state = value_of(parse_json_object(rows.at(0).text(0)));
    edit(state.at("facts").as_object());
    sql::Batch batch;
    batch.add("UPDATE workflow_instances SET state = $2 WHERE instance_hash = $1", {key, render_json(state)});
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  /// The same request for another payment.
  static std::string with_details(std::string_view request, const std::string& details) {
    auto changed = value_of(oauth::parse_stored_authorization_request(request));
    changed.authorization_details = oauth::canonical_text(value_of(oauth::parse_authorization_details(details)));
    return oauth::render_authorization_request(changed);
  }

  TestClient shop =
      add_client("shop", {{"authorization_details_types", json::array{"payment_initiation", "account_information"}}});
  VirtualAuthenticator phone{"as.example", "https://as.example"};
};

class ApprovalWithPasskey : public Approval {
 protected:
  ApprovalWithPasskey() { add_passkey(server, phone, "account-ada"); }
};

// PSD2-RTS-5.1-1
TEST_F(ApprovalWithPasskey, ThePayerSeesAmountPayeeAccountReferenceAndClient) {
  asked();
  for (const char* const part : {"Approve this payment?", "123.45 EUR", "Merchant A", "DE89 3704 0044 0532 0130 00",
                                 "Invoice 7", "Acme Budget (acme.example)"}) {
    EXPECT_TRUE(browser.shows(part)) << part << "\n" << browser.page();
  }
  EXPECT_EQ(options_of(server, browser, "approve").at("userVerification"), "required");
  EXPECT_FALSE(browser.has_element("allow"));
}

// PSD2-RTS-5.1-1
TEST_F(ApprovalWithPasskey, AnAmountIsReadInTheLanguageOfThePayer) {
  std::string large = kPayment;
  large.replace(large.find("123.45"), 6, "1234567.50");
  browser.open(url(large, {{"ui_locales", "de"}})).sign_in();
  EXPECT_TRUE(browser.shows("1.234.567,50 EUR")) << browser.page();
  use_passkey(server, browser, phone, "approve").press("allow");
  ASSERT_EQ(redeem_as(shop, browser.code()).status, 200) << browser.page();
  const auto rows = value_of(run_blocking(server.store.database.read({"SELECT shown FROM approvals", {}})));
  EXPECT_TRUE(rows.at(0).text(0).contains("1.234.567,50 EUR")) << "what was read is what was signed";
  EXPECT_TRUE(rows.at(0).text(0).contains(R"("amount":"1234567.50")")) << rows.at(0).text(0);
}

// PSD2-RTS-5.1-2
TEST_F(ApprovalWithPasskey, TheChallengeIsANonceAndTheHashOfWhatIsShown) {
  asked();
  const auto challenge = [&](const Browser& of) {
    return value_of(decode_base64url(options_of(server, of, "approve").at("challenge").as_string()));
  };
  const Bytes first = challenge(browser);
  ASSERT_EQ(first.size(), 48U);
  Browser other(server);
  const Bytes same_payment = challenge(asked(other));
  EXPECT_NE(Bytes(first.begin(), first.begin() + 16), Bytes(same_payment.begin(), same_payment.begin() + 16));
  EXPECT_EQ(Bytes(first.begin() + 16, first.end()), Bytes(same_payment.begin() + 16, same_payment.end()));
  Browser larger(server);
  const Bytes another = challenge(asked(larger, kLargerPayment));
  EXPECT_NE(Bytes(first.begin() + 16, first.end()), Bytes(another.begin() + 16, another.end()));
}

// PSD2-RTS-5.1-3
TEST_F(ApprovalWithPasskey, CodeTokenAndAuditCarryWhatWasApproved) {
  const auto approval = approved();
  const std::string details = oauth::canonical_text(value_of(oauth::parse_authorization_details(kPayment)));
  EXPECT_EQ(approval.details_hash, oauth::details_hash(details));
  EXPECT_EQ(approval.account_id, "account-ada");
  EXPECT_EQ(approval.client_id, "shop");
  const auto grant = value_of(run_blocking(server.store.grants.find(approval.grant_id)));
  ASSERT_TRUE(grant);
  EXPECT_EQ(oauth::details_hash(grant->request.authorization_details), approval.details_hash);
  for (const std::string_view event : {"payment approved", "authorization granted"}) {
    EXPECT_TRUE(std::ranges::any_of(server.audit(), [&](const std::string& record) {
      return record.starts_with(event) && record.contains(approval.approval_id) &&
             record.contains(approval.details_hash);
    })) << event;
  }
}

TEST_F(ApprovalWithPasskey, TheSecondPaymentIsApprovedByItselfAndNothingElseIsAsked) {
  (void)approved();
  browser.open(url());
  EXPECT_TRUE(browser.has_element("approve"));
  EXPECT_FALSE(use_passkey(server, browser, phone, "approve").code().empty()) << "the scopes were allowed before";
}

TEST_F(ApprovalWithPasskey, APaymentThatIsNotMadeIsAccessDenied) {
  asked().press("deny");
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_TRUE(server.was_recorded("payment denied"));
}

// What does not approve -----------------------------------------------------------------------------------------------

TEST_F(ApprovalWithPasskey, WithoutUserVerificationNothingIsApproved) {
  asked();
  phone.user_verified = false;
  expect_refused(assertion(browser));
}

TEST_F(ApprovalWithPasskey, AChallengeWithoutThePaymentIsRefused) {
  asked();
  auto options = options_of(server, browser, "approve");
  const Bytes whole = value_of(decode_base64url(options.at("challenge").as_string()));
  options["challenge"] = encode_base64url(BytesView(whole).first(16));
  expect_refused(phone.get(options));
  options["challenge"] = encode_base64url(BytesView(whole).first(32));
  expect_refused(phone.get(options));
}

// PSD2-RTS-5.1-4
TEST_F(ApprovalWithPasskey, TheSignatureForAnotherPaymentIsRefused) {
  Browser other(server);
  asked(other, kLargerPayment);
  const std::string larger = assertion(other);
  asked();
  expect_refused(larger);
}

TEST_F(ApprovalWithPasskey, TheSignatureForTheSamePaymentInAnotherLoginIsRefused) {
  Browser other(server);
  asked(other);
  const std::string planted = assertion(other);
  asked();
  expect_refused(planted);
}

TEST_F(ApprovalWithPasskey, TheSignatureOfALoginIsRefused) {
  browser.open(url());
  const std::string login = phone.get(options_of(server, browser, "passkey"));
  browser.sign_in();
  expect_refused(login);
}

TEST_F(ApprovalWithPasskey, TheSignatureOfAnApprovalBeginsNoLogin) {
  asked();
  const std::string approval = assertion(browser);
  Browser other(server);
  other.open(url()).press("passkey", {{"credential", approval}});
  EXPECT_TRUE(other.shows(kRefusal));
}

TEST_F(ApprovalWithPasskey, AnotherAccountsPasskeyApprovesNothing) {
  server.add_user("bob");
  VirtualAuthenticator bobs("as.example", "https://as.example");
  add_passkey(server, bobs, "account-bob");
  asked();
  auto options = options_of(server, browser, "approve");
  options["allowCredentials"] = json::array{};
  expect_refused(bobs.get(options));
}

TEST_F(ApprovalWithPasskey, AnotherOriginApprovesNothing) {
  asked();
  phone.origin = "https://evil.example";
  expect_refused(assertion(browser));
}

// PSD2-RTS-5.1-4
TEST_F(ApprovalWithPasskey, DetailsThatWereSwappedAfterTheApprovalGetNoCode) {
  use_passkey(server, asked(), phone, "approve");
  ASSERT_TRUE(browser.has_element("allow"));
  edit_facts(
      [](json::object& facts) { facts["request"] = with_details(facts.at("request").as_string(), kLargerPayment); });
  browser.press("allow");
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_EQ(browser.status(), 400);
  EXPECT_TRUE(browser.shows("was not approved")) << browser.page();
}

TEST_F(ApprovalWithPasskey, AnApprovalThatNobodySignedGetsNoCode) {
  use_passkey(server, asked(), phone, "approve");
  edit_facts([](json::object& facts) {
    facts["request"] = with_details(facts.at("request").as_string(), kLargerPayment);
    facts.at("approved").as_object()["details_hash"] =
        oauth::details_hash(oauth::canonical_text(value_of(oauth::parse_authorization_details(kLargerPayment))));
  });
  browser.press("allow");
  EXPECT_TRUE(browser.shows("was not approved")) << browser.page();
}

TEST_F(ApprovalWithPasskey, TheApprovalOfAnotherAccountIsNone) {
  use_passkey(server, asked(), phone, "approve");
  edit_facts([](json::object& facts) { facts["account_id"] = "account-bob"; });
  server.add_user("bob");
  browser.press("allow");
  EXPECT_EQ(browser.left_for(), "");
  EXPECT_FALSE(server.was_recorded("authorization granted"));
  const oauth::AuthorizationRequest request;
  workflow::Facts facts{{"account_id", "account-ada"},
                        {"approved", json::object{{"account_id", "account-ada"}, {"details_hash", ""}}}};
  EXPECT_TRUE(server::authn::is_approved(facts, request));
  facts["account_id"] = "account-bob";
  EXPECT_FALSE(server::authn::is_approved(facts, request));
}

// Who has nothing that signs ------------------------------------------------------------------------------------------

TEST_F(Approval, WhoHasNoFactorThatSignsMakesOneFirst) {
  asked();
  ASSERT_TRUE(browser.has_element("passkey")) << browser.page();
  browser.press("passkey");
  test::enrol_passkey(server, browser, phone);
  EXPECT_TRUE(browser.shows("123.45 EUR")) << browser.page();
  EXPECT_EQ(options_of(server, browser, "approve").at("allowCredentials").as_array().size(), 1U);
  EXPECT_FALSE(use_passkey(server, browser, phone, "approve").press("allow").code().empty());
}

TEST_F(Approval, WhereNoneMayBeMadeThePaymentFails) {
  server.config().login.enrolment_at_login = false;
  EXPECT_EQ(asked().answer("error"), "unmet_authentication_requirements");
}

// Evidence ------------------------------------------------------------------------------------------------------------

class Evidence : public ApprovalWithPasskey {
 protected:
  store::ApprovalRecord record = approved();
};

TEST_F(Evidence, IsVerifiedAgain) {
  const auto verified = server::authn::verify_approval(record);
  EXPECT_TRUE(verified) << verified.error().public_text.view();
}

// PSD2-RTS-5.1-4
TEST_F(Evidence, AnyChangeOfWhatWasShownBreaksIt) {
  for (const auto& [from, to] :
       {std::pair{"123.45", "923.45"}, std::pair{"Merchant A", "Merchant B"},
        std::pair{"DE89370400440532013000", "DE02120300000000202051"}, std::pair{"Invoice 7", "Invoice 8"}}) {
    auto forged = record;
    for (auto at = forged.shown.find(from); at != std::string::npos; at = forged.shown.find(from, at + 1)) {
      forged.shown.replace(at, std::string_view(from).size(), to);
    }
    ASSERT_NE(forged.shown, record.shown) << from;
    const auto refused = server::authn::verify_approval(forged);
    ASSERT_FALSE(refused) << from;
    EXPECT_EQ(refused.error().code, ErrorCode::BadSignature) << from;
  }
}

TEST_F(Evidence, AnyByteOfItThatChangesBreaksIt) {
  const json::object evidence = value_of(parse_json_object(record.evidence));
  for (const char* const name : {"nonce", "client_data_json", "authenticator_data", "signature", "public_key"}) {
    Bytes bytes = value_of(decode_base64url(evidence.at(name).as_string()));
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      Bytes changed = bytes;
      changed[at] ^= 1;
      json::object forged = evidence;
      forged[name] = encode_base64url(changed);
      auto other = record;
      other.evidence = render_json(forged);
      EXPECT_FALSE(server::authn::verify_approval(other)) << name << " " << at;
    }
  }
}

TEST_F(Evidence, IsOfItsAccountItsClientAndItsDetailsOnly) {
  for (std::string store::ApprovalRecord::* member :
       {&store::ApprovalRecord::account_id, &store::ApprovalRecord::client_id, &store::ApprovalRecord::details_hash}) {
    auto forged = record;
    forged.*member = "another";
    EXPECT_FALSE(server::authn::verify_approval(forged));
  }
}

TEST_F(Evidence, AnOperatorSeesWhatWasShownAndThatItHolds) {
  const server::admin::Tools tools{server.store, server.context().http_client, server.clock, server.random};
  const auto shown = value_of(run_blocking(server::admin::load_approval(tools, "main", record.approval_id)));
  EXPECT_EQ(shown.at("verified"), true);
  EXPECT_EQ(shown.at("shown").at("payment").at("amount"), "123.45");
  EXPECT_EQ(peek_string(shown, "grant_id"), record.grant_id);
  sql::Batch batch;
  batch.add("UPDATE approvals SET shown = REPLACE(shown, '123.45', '923.45') WHERE approval_id = $1",
            {record.approval_id});
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  const auto forged = value_of(run_blocking(server::admin::load_approval(tools, "main", record.approval_id)));
  EXPECT_EQ(forged.at("verified"), false);
  const auto none = run_blocking(server::admin::load_approval(tools, "main", "none"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace signet
