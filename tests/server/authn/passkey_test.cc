// Passkeys on the pages of a login: enrolled, used, and misused in every way that we know of.
#include "server/authn/factors/passkey_ceremonies.h"
#include "store/workflow_documents.h"
#include "support/passkey_fixture.h"

namespace signet {
namespace {

using test::add_passkey;
using test::Browser;
using test::enrol_passkey;
using test::options_of;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::use_passkey;
using test::value_of;
using test::VirtualAuthenticator;
using test::with;

constexpr std::string_view kRefusal = "That did not work.";
constexpr const char* kHigh = R"({"id_token":{"acr":{"essential":true,"value":"high"}}})";

std::vector<server::IssuerConfig> issuers_with_levels() {
  auto config = test::issuer_config();
  config.acr_values = {"low", "substantial", "high"};
  return {config};
}

class Passkey : public testing::Test {
 protected:
  Passkey() {
    server.register_client(client);
    server.add_user();
  }
  std::string url(const Parameters& more = {}) { return server.login_url(client, more); }
  std::string high() { return url({{"claims", kHigh}}); }
  /// At the page that wants the passkey after the password.
  Browser& asked(Browser& own) { return own.open(high()).sign_in(); }
  Browser& asked() { return asked(browser); }
  /// At the page that makes a passkey.
  Browser& enrolling(Browser& own) { return own.open(high()).sign_in().press("passkey"); }
  std::vector<store::FactorRecord> rows(const std::string& account_id = "account-ada") {
    return value_of(run_blocking(server.store.factors.list(account_id)));
  }
  std::string assertion(const Browser& of) { return phone.get(options_of(server, of, "passkey")); }
  void expect_refused(Browser& own, const std::string& credential) {
    own.press("passkey", {{"credential", credential}});
    EXPECT_TRUE(own.shows(kRefusal)) << own.page();
    EXPECT_EQ(own.left_for(), "");
  }
  bool was_granted_with(const std::string& amr, const std::string& acr) {
    return std::ranges::any_of(server.audit(), [&](const std::string& record) {
      return record.starts_with("login granted") && record.contains("\"amr\":\"" + amr + "\"") &&
             record.contains("\"acr\":\"" + acr + "\"");
    });
  }

  TestServer server{issuers_with_levels()};
  TestClient client;
  Browser browser{server};
  VirtualAuthenticator phone{"as.example", "https://as.example"};
};

// Enrolment -----------------------------------------------------------------------------------------------------------

TEST_F(Passkey, IsMadeWhenALoginNeedsItAndCountsAtOnce) {
  enrolling(browser);
  const auto options = options_of(server, browser, "enrol");
  EXPECT_EQ(options.at("rp").at("id"), "as.example");
  EXPECT_EQ(options.at("authenticatorSelection").at("userVerification"), "required");
  EXPECT_EQ(options.at("attestation"), "none");
  EXPECT_EQ(options.at("user").at("name"), "ada");
  enrol_passkey(server, browser, phone, "My phone");
  ASSERT_TRUE(browser.has_element("allow")) << browser.page();
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows()[0].name, "My phone");
  EXPECT_TRUE(server.was_recorded("factor enrolled"));
  EXPECT_TRUE(was_granted_with("pwd swk user mfa", "high"));
}

// WEBAUTHN-5.4.3
TEST_F(Passkey, TheUserHandleTellsNothingAndIsTheSameForAllOfAnAccount) {
  add_passkey(server, phone, "account-ada");
  add_passkey(server, phone, "account-ada");
  server.add_user("bob");
  add_passkey(server, phone, "account-bob");
  const auto handle = [&](const std::string& account_id, std::size_t index) {
    return value_of(server::authn::parse_passkey(rows(account_id).at(index))).user_handle;
  };
  EXPECT_EQ(handle("account-ada", 0).size(), 32U);
  EXPECT_EQ(as_text(handle("account-ada", 0)).find("ada"), std::string_view::npos);
  EXPECT_EQ(handle("account-ada", 1), handle("account-ada", 0));
  EXPECT_NE(handle("account-bob", 0), handle("account-ada", 0));
}

TEST_F(Passkey, WithoutANameItIsCalledAfterItsDevice) {
  enrolling(browser);
  phone.edit_credential = [](json::object& credential) { credential["authenticatorAttachment"] = "cross-platform"; };
  enrol_passkey(server, browser, phone);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows()[0].name, "Security key");
}

TEST_F(Passkey, ANameThatHidesSomethingIsRefused) {
  enrolling(browser);
  enrol_passkey(server, browser, phone,
                "\xE2\x80\xAE"
                "enohp");
  EXPECT_TRUE(browser.shows("characters that can be seen"));
  EXPECT_TRUE(rows().empty());
}

TEST_F(Passkey, WithoutUserVerificationItIsNotMade) {
  enrolling(browser);
  phone.user_verified = false;
  enrol_passkey(server, browser, phone);
  EXPECT_TRUE(browser.shows("cannot be used here"));
  EXPECT_TRUE(rows().empty());
  EXPECT_TRUE(server.was_recorded("factor refused"));
}

// WEBAUTHN-7.1-8
TEST_F(Passkey, ARegistrationForTheChallengeOfAnotherLoginIsRefused) {
  Browser other(server);
  enrolling(other);
  const std::string planted = phone.create(options_of(server, other, "enrol"));
  enrolling(browser).press("enrol", {{"credential", planted}});
  EXPECT_TRUE(browser.shows("cannot be used here"));
  EXPECT_TRUE(rows().empty());
}

// WEBAUTHN-7.1-26
TEST_F(Passkey, ACredentialThatSomebodyHasIsRefused) {
  enrolling(browser);
  const std::string credential = phone.create(options_of(server, browser, "enrol"));
  store::FactorRecord taken{.factor_id = "taken",
                            .account_id = "account-bob",
                            .issuer = "main",
                            .kind = "passkey",
                            .name = "Phone",
                            .lookup_hash = crypto::sha256(phone.credentials.front().id)};
  sql::Batch batch;
  (void)store::Factors::add_insert(batch, taken);
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  browser.press("enrol", {{"credential", credential}});
  EXPECT_TRUE(browser.shows("set up already")) << browser.page();
  EXPECT_TRUE(rows().empty());
  EXPECT_FALSE(server.was_recorded("factor enrolled"));
}

TEST_F(Passkey, ThereIsAnEndToTheirNumber) {
  enrolling(browser);
  for (int i = 0; i < 20; ++i) add_passkey(server, phone, "account-ada");
  enrol_passkey(server, browser, phone);
  EXPECT_TRUE(browser.shows("as many passkeys as you can have"));
  EXPECT_EQ(rows().size(), 20U);
}

TEST_F(Passkey, AModelThatIsDeniedIsNotEnrolled) {
  server.config().webauthn.denied_aaguids = {"51676e65-7400-0000-0000-000000000000"};
  enrolling(browser);
  enrol_passkey(server, browser, phone);
  EXPECT_TRUE(browser.shows("cannot be used here"));
}

TEST_F(Passkey, OnlyAttestedModelsOfTheListAreEnrolled) {
  const test::AttestationAuthority authority(server.clock.now());
  const auto holder = authority.issue(authority.request(phone.aaguid));
  server.config().webauthn.direct_attestation = true;
  server.config().webauthn.allowed_aaguids = {"51676e65-7400-0000-0000-000000000000"};
  server.config().webauthn.trust_anchors = value_of(x509::TrustAnchors::from_pem(authority.pem()));
  enrolling(browser);
  EXPECT_EQ(options_of(server, browser, "enrol").at("attestation"), "direct");
  enrol_passkey(server, browser, phone);
  EXPECT_TRUE(browser.shows("cannot be used here")) << "it only claims to be of that model";
  phone.attestation = test::Attestation::PackedBasic;
  phone.attester = &holder;
  enrol_passkey(server, browser, phone);
  ASSERT_EQ(rows().size(), 1U) << browser.page();
  EXPECT_TRUE(value_of(server::authn::parse_passkey(rows()[0])).trusted);
  EXPECT_TRUE(was_granted_with("pwd hwk user mfa", "high"));
}

// Use -----------------------------------------------------------------------------------------------------------------

TEST_F(Passkey, RaisesALoginToTheLevelThatWasAskedFor) {
  add_passkey(server, phone, "account-ada");
  asked();
  EXPECT_EQ(options_of(server, browser, "passkey").at("allowCredentials").as_array().size(), 1U);
  use_passkey(server, browser, phone, "passkey");
  ASSERT_TRUE(browser.has_element("allow")) << browser.page();
  EXPECT_FALSE(browser.press("allow").code().empty());
  EXPECT_TRUE(was_granted_with("pwd swk user mfa", "high"));
}

TEST_F(Passkey, BeginsALoginWithoutAUserName) {
  add_passkey(server, phone, "account-ada");
  browser.open(url());
  const auto options = options_of(server, browser, "passkey");
  EXPECT_TRUE(options.at("allowCredentials").as_array().empty());
  EXPECT_EQ(options.at("userVerification"), "required");
  use_passkey(server, browser, phone, "passkey");
  EXPECT_TRUE(browser.shows("Signed in as Ada Lovelace")) << browser.page();
  EXPECT_FALSE(browser.press("allow").code().empty());
  EXPECT_TRUE(was_granted_with("swk user mfa", "high"));
}

// WEBAUTHN-7.2-6
TEST_F(Passkey, APolicyThatWantsThePasswordAsWellLeadsToThePageThatTakesIt) {
  add_passkey(server, phone, "account-ada");
  sql::Batch batch;
  store::WorkflowDocuments::add_apply(
      batch,
      {.key = {.issuer = "main", .kind = store::DocumentKind::Policy, .name = "login"},
       .version = 1,
       .document = R"({"policy":"login","rules":[{"name":"all","then":{"categories":3}}]})",
       .actor = "operator",
       .created_at = server.clock.now()},
      0);
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  use_passkey(server, browser.open(url()), phone, "passkey");
  ASSERT_EQ(browser.status(), 200) << browser.page();
  ASSERT_TRUE(browser.has_element("login")) << browser.page();
  browser.sign_in();
  ASSERT_TRUE(browser.has_element("allow")) << browser.page();
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
}

TEST_F(Passkey, ALoginWithoutAUserNameNeedsTheUserHandle) {
  add_passkey(server, phone, "account-ada");
  browser.open(url());
  phone.gives_user_handle = false;
  expect_refused(browser, assertion(browser));
}

TEST_F(Passkey, OfADisabledAccountIsRefused) {
  add_passkey(server, phone, "account-ada");
  test::disable_account(server.store, "account-ada", server.clock.now());
  browser.open(url());
  expect_refused(browser, assertion(browser));
}

TEST_F(Passkey, ThatNobodyKnowsIsRefused) {
  (void)phone.create(webauthn::render_creation_options(
      {.rp_id = "as.example", .rp_name = "", .user = {Bytes(32, 4), "x", "x"}, .challenge = Bytes(32, 1)}));
  browser.open(url());
  expect_refused(browser, assertion(browser));
  EXPECT_TRUE(server.was_recorded("login refused"));
}

// WEBAUTHN-7.2-11
TEST_F(Passkey, AnAssertionForAnotherLoginIsRefused) {
  add_passkey(server, phone, "account-ada");
  Browser other(server);
  asked(other);
  const std::string planted = assertion(other);
  asked();
  expect_refused(browser, planted);
}

TEST_F(Passkey, AnAssertionForAnEarlierPageOfTheSameLoginIsRefused) {
  add_passkey(server, phone, "account-ada");
  browser.open(high());
  const std::string early = assertion(browser);
  browser.sign_in();
  expect_refused(browser, early);
}

TEST_F(Passkey, AnAssertionIsGoodOnce) {
  add_passkey(server, phone, "account-ada");
  asked();
  const std::string credential = assertion(browser);
  const auto form = browser.find_form("passkey");
  const Parameters values = with(form.fields, {{"credential", credential}});
  ASSERT_TRUE(browser.submit(form.action, values).has_element("allow")) << browser.page();
  EXPECT_TRUE(browser.submit(form.action, values).has_element("allow")) << "it shows where the login is";
  Browser again(server);
  asked(again);
  expect_refused(again, credential);
}

TEST_F(Passkey, AnotherBrowserCannotAnswer) {
  add_passkey(server, phone, "account-ada");
  asked();
  const auto form = browser.find_form("passkey");
  Browser thief(server);
  thief.open(url());
  thief.submit(form.action, with(form.fields, {{"credential", assertion(browser)}}));
  EXPECT_EQ(thief.status(), 403);
}

TEST_F(Passkey, OfAnotherAccountDoesNotProveThisOne) {
  server.add_user("bob");
  add_passkey(server, phone, "account-ada");
  VirtualAuthenticator bobs("as.example", "https://as.example");
  add_passkey(server, bobs, "account-bob");
  asked();
  auto options = options_of(server, browser, "passkey");
  options["allowCredentials"] = json::array{};
  expect_refused(browser, bobs.get(options));
}

// WEBAUTHN-7.2-12
TEST_F(Passkey, ASignatureForAnotherSiteIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  phone.origin = "https://as.example.evil.example";
  expect_refused(browser, assertion(browser));
  phone.origin = "https://as.example";
  phone.rp_id = "evil.example";
  expect_refused(browser, assertion(browser));
}

// WEBAUTHN-7.2-13
TEST_F(Passkey, AFrameOfAnotherSiteIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  phone.edit_client_data = [](json::object& data) { data["crossOrigin"] = true; };
  expect_refused(browser, assertion(browser));
}

TEST_F(Passkey, WithoutUserVerificationItBeginsNoLogin) {
  add_passkey(server, phone, "account-ada");
  browser.open(url());
  phone.user_verified = false;
  expect_refused(browser, assertion(browser));
}

TEST_F(Passkey, WithoutUserVerificationItProvesPossessionAlone) {
  add_passkey(server, phone, "account-ada");
  asked();
  phone.user_verified = false;
  EXPECT_TRUE(use_passkey(server, browser, phone, "passkey").has_element("allow"));
  EXPECT_TRUE(was_granted_with("pwd swk mfa", "high"));
}

// WEBAUTHN-7.2-22
TEST_F(Passkey, ACountThatDoesNotGrowIsSuspected) {
  add_passkey(server, phone, "account-ada");
  asked();
  phone.credentials.front().sign_count = 7;
  ASSERT_TRUE(use_passkey(server, browser, phone, "passkey").has_element("allow"));
  Browser again(server);
  asked(again);
  phone.credentials.front().sign_count = 3;
  expect_refused(again, assertion(again));
  EXPECT_TRUE(server.was_recorded("factor clone_suspected"));
}

TEST_F(Passkey, WhetherItIsBackedUpIsKept) {
  phone.backup_eligible = true;
  add_passkey(server, phone, "account-ada");
  const auto is_backed_up = [&] { return value_of(server::authn::parse_passkey(rows().at(0))).backup_state; };
  EXPECT_FALSE(is_backed_up());
  asked();
  phone.backup_state = true;
  use_passkey(server, browser, phone, "passkey");
  EXPECT_TRUE(is_backed_up());
}

TEST_F(Passkey, OneThatDoesNotCountWorksEachTime) {
  phone.sign_count_step = 0;
  add_passkey(server, phone, "account-ada");
  for (int i = 0; i < 2; ++i) {
    Browser own(server);
    asked(own);
    EXPECT_TRUE(use_passkey(server, own, phone, "passkey").has_element("allow"));
  }
}

// What does not belong in the field -----------------------------------------------------------------------------------

TEST_F(Passkey, ACredentialThatIsTooLargeIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  phone.edit_credential = [](json::object& credential) { credential["more"] = std::string(20'000, 'x'); };
  browser.press("passkey", {{"credential", assertion(browser)}});
  EXPECT_GE(browser.status(), 400);
  EXPECT_FALSE(browser.has_element("allow"));
}

TEST_F(Passkey, ACredentialInTwoFieldsIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  const auto form = browser.find_form("passkey");
  Parameters values = with(form.fields, {{"credential", assertion(browser)}});
  values.push_back({"credential", "{}"});
  EXPECT_EQ(browser.submit(form.action, values).status(), 400);
}

TEST_F(Passkey, WhatIsNoCredentialIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  for (const char* const credential : {"x", "{}", "[]", R"({"type":"public-key","id":"AA","rawId":"AA"})"}) {
    expect_refused(browser, credential);
  }
}

TEST_F(Passkey, AFormOfAnotherOriginIsRefused) {
  add_passkey(server, phone, "account-ada");
  asked();
  const auto form = browser.find_form("passkey");
  http::Fields fields;
  fields.set("Origin", "https://evil.example");
  browser.submit(form.action, with(form.fields, {{"credential", assertion(browser)}}), fields);
  EXPECT_EQ(browser.status(), 400);
}

// WEBAUTHN-5.4
TEST(PasskeyHost, AnIssuerAtAnAddressOffersNone) {
  TestServer server({test::issuer_config("main", "https://192.0.2.1")});
  EXPECT_TRUE(server.issuer().relying_party().id.empty());
  TestServer named({test::issuer_config("main", "https://login.bank.example/main")});
  EXPECT_EQ(named.issuer().relying_party().id, "login.bank.example");
  EXPECT_EQ(named.issuer().relying_party().origins, std::vector<std::string>{"https://login.bank.example"});
}

}  // namespace
}  // namespace signet
