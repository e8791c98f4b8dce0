// Rich authorization requests on their way through the server: pushed, approved, granted, told to the API.
#include "oauth/rar_rfc9396.h"

#include "server/back_channel.h"
#include "support/passkey_fixture.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::body_of;
using test::Browser;
using test::expect_refused;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::text_of;
using test::with;

constexpr const char* kPayment =
    R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"123.45"},)"
    R"("creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}}])";
constexpr const char* kAccounts = R"([{"type":"account_information","actions":["list_accounts"]}])";
constexpr const char* kTwoKinds =
    R"([{"type":"account_information","actions":["list_accounts"]},)"
    R"({"type":"account_information","actions":["read_balances"],"locations":["https://other.example"]}])";
constexpr const char* kBoth = R"(["https://as.example","https://other.example"])";

std::vector<server::IssuerConfig> issuers_with_details(std::string_view profile) {
  auto config = test::issuer_config("main", "https://as.example", profile);
  config.authorization_details_types = {"payment_initiation", "account_information"};
  return {config};
}

class AuthorizationDetails : public BackChannelTest {
 protected:
  explicit AuthorizationDetails(std::string_view profile = "fapi2_security")
      : BackChannelTest(issuers_with_details(profile)) {
    test::add_passkey(server, phone, "account-ada");
  }

  static json::object registered_for(std::initializer_list<json::value_ref> types, json::object more = {}) {
    more["authorization_details_types"] = json::array(types);
    more["grant_types"] = json::array{"authorization_code", "refresh_token", "client_credentials"};
    return more;
  }
  http::Response push(const std::string& details, const TestClient& who) {
    return post_as(who, kPar, with(who.authorization_request(), {{"authorization_details", details}}));
  }
  http::Response push(const std::string& details) { return push(details, shop); }
  /// A code for the honest user, who approves payments with a passkey.
  std::string code_with(const std::string& details) {
    Browser own(server);
    open(own, details, {{"scope", "openid accounts offline_access"}}).sign_in();
    if (own.has_element("approve")) test::use_passkey(server, own, phone, "approve");
    return own.has_element("allow") ? own.press("allow").code() : own.code();
  }
  http::Response grant(const std::string& details, const Parameters& more = {}) {
    return redeem_as(shop, code_with(details), more);
  }
  static std::string canonical(const std::string& details) {
    return oauth::canonical_text(test::value_of(oauth::parse_authorization_details(details)));
  }
  /// The details in an answer, as canonical text; empty when there are none.
  static std::string details_of(const json::object& members) {
    const auto* details = members.if_contains("authorization_details");
    return details == nullptr ? "" : oauth::canonical_text(*details);
  }
  Browser& open(Browser& own, const std::string& details, const Parameters& more = {}) {
    const Parameters request = with(with(shop.authorization_request(), {{"authorization_details", details}}), more);
    return own.open(TestServer::authorization_url(shop, server.push(shop, request)));
  }

  static json::object of_shop(json::object more = {}) {
    more["resource"] = test::value_of(parse_json(kBoth));
    return registered_for({"payment_initiation", "account_information"}, std::move(more));
  }

  TestClient shop = add_client("shop", of_shop());
  test::VirtualAuthenticator phone{"as.example", "https://as.example"};
};

// RFC9396-5
TEST_F(AuthorizationDetails, WhatIsMalformedIsRefusedAtThePush) {
  for (const char* const details :
       {"{}", "[]", "[{}]", R"([{"type":"unknown"}])", R"([{"type":"payment_initiation"}])"}) {
    SCOPED_TRACE(details);
    expect_refused(push(details), 400, "invalid_authorization_details");
  }
}

// RFC9396-10
TEST_F(AuthorizationDetails, AClientGetsOnlyTheTypesItIsRegisteredFor) {
  const TestClient reader = add_client("reader", registered_for({"account_information"}));
  expect_refused(push(kPayment, reader), 400, "invalid_authorization_details");
  EXPECT_EQ(push(kAccounts, reader).status, 201);
  expect_refused(push(kAccounts, client), 400, "invalid_authorization_details");
  EXPECT_EQ(push(kPayment).status, 201);
}

class NoDetails : public BackChannelTest {};

// RFC9396-10
TEST_F(NoDetails, ATypeThatTheIssuerDoesNotOfferIsRefused) {
  const TestClient shop = add_client("shop", {{"authorization_details_types", {"payment_initiation"}}});
  expect_refused(post_as(shop, kPar, with(shop.authorization_request(), {{"authorization_details", kPayment}})), 400,
                 "invalid_authorization_details");
  EXPECT_FALSE(server.issuer().metadata_document().contains("authorization_details_types_supported"));
}

class PlainDetails : public AuthorizationDetails {
 protected:
  PlainDetails() : AuthorizationDetails("openid") {}
};

// RFC9396-12
TEST_F(PlainDetails, APaymentDoesNotTravelThroughTheBrowser) {
  const auto open_plain = [&](const char* details) {
    Browser own(server);
    own.open(
        TestServer::plain_authorization_url(with(shop.authorization_request(), {{"authorization_details", details}})));
    return own.answer("error");
  };
  EXPECT_EQ(open_plain(kPayment), "invalid_authorization_details");
  EXPECT_EQ(open_plain(R"([{"type":"unknown"}])"), "invalid_authorization_details");
  EXPECT_EQ(open_plain(kAccounts), "");
}

TEST_F(AuthorizationDetails, APaymentIsApprovedEachTime) {
  open(browser, kPayment).sign_in();
  test::use_passkey(server, browser, phone, "approve");
  ASSERT_TRUE(browser.has_element("allow")) << "the scopes are still asked for";
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
  EXPECT_TRUE(open(browser, kPayment).has_element("approve"));
  EXPECT_EQ(open(browser, kPayment, {{"prompt", "none"}}).answer("error"), "consent_required");
}

TEST_F(AuthorizationDetails, AccountInformationIsAskedOnceForEachObject) {
  open(browser, kAccounts).sign_in();
  EXPECT_TRUE(browser.shows("See which accounts you have")) << browser.page();
  browser.press("allow");
  EXPECT_EQ(open(browser, kAccounts, {{"prompt", "none"}}).code().size(), 43U);
  EXPECT_EQ(open(browser, kTwoKinds, {{"prompt", "none"}}).answer("error"), "consent_required");
  EXPECT_TRUE(open(browser, kTwoKinds).has_element("allow"));
  browser.press("allow");
  EXPECT_EQ(open(browser, kTwoKinds, {{"prompt", "none"}}).code().size(), 43U);
}

// RFC9396-7
TEST_F(AuthorizationDetails, ATokenTellsWhatWasGranted) {
  const auto answer = grant(kPayment);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(details_of(body_of(answer)), canonical(kPayment));
  EXPECT_TRUE(std::ranges::any_of(server.audit(), [](const std::string& record) {
    return record.starts_with("authorization granted") && record.contains(oauth::details_hash(canonical(kPayment)));
  }));
  const auto plain = redeem_as(shop, code_for(shop));
  EXPECT_FALSE(body_of(plain).contains("authorization_details"));
}

// RFC9396-9.2
TEST_F(AuthorizationDetails, IntrospectionTellsThemToTheApi) {
  const std::string token = text_of(grant(kPayment), "access_token");
  EXPECT_EQ(details_of(introspect(token)), canonical(kPayment));
  http::Fields fields;
  fields.set("Accept", "application/token-introspection+jwt");
  const auto signed_answer =
      server.post(std::string(test::kIssuer) + "/introspect", with(credentials_of(api), {{"token", token}}), fields);
  EXPECT_EQ(details_of(verified(signed_answer.body).at("token_introspection").as_object()), canonical(kPayment));
  fields.set("Accept", "application/jwt");
  const auto phantom =
      server.post(std::string(test::kIssuer) + "/introspect", with(credentials_of(api), {{"token", token}}), fields);
  EXPECT_EQ(details_of(verified(phantom.body)), canonical(kPayment));
}

// RFC9396-9.1
TEST_F(AuthorizationDetails, AJwtHoldsThem) {
  shop = add_client("jwt-shop", of_shop({{"access_token_format", "jwt"}}));
  const std::string token = text_of(grant(kPayment), "access_token");
  EXPECT_EQ(details_of(verified(token)), canonical(kPayment));
  EXPECT_EQ(details_of(introspect(token)), canonical(kPayment));
}

// RFC9396-9.1
TEST_F(AuthorizationDetails, WhatIsMeantForAnotherApiIsNotTold) {
  const auto answer = grant(kTwoKinds);
  EXPECT_EQ(details_of(body_of(answer)), canonical(kTwoKinds));
  EXPECT_EQ(details_of(introspect(text_of(answer, "access_token"))), canonical(kAccounts));
}

// RFC9396-7
TEST_F(AuthorizationDetails, AnAnswerTellsThoseOfItsTokenAndNoOthers) {
  for (const char* const format : {"opaque", "jwt"}) {
    shop = add_client(std::string(format) + "-shop", of_shop({{"access_token_format", format}}));
    const Parameters here = {{"resource", std::string(test::kIssuer)}};
    const auto first = grant(kTwoKinds, here);
    EXPECT_EQ(details_of(body_of(first)), canonical(kAccounts)) << format;
    EXPECT_EQ(details_of(introspect(text_of(first, "access_token"))), canonical(kAccounts)) << format;
    const auto next = refresh_as(shop, text_of(first, "refresh_token"), here);
    EXPECT_EQ(details_of(body_of(next)), canonical(kAccounts)) << format;
    EXPECT_EQ(details_of(body_of(refresh_as(shop, text_of(first, "refresh_token")))), canonical(kTwoKinds)) << format;
  }
}

// RFC9396-2.2
TEST_F(AuthorizationDetails, ALocationThatTheRequestIsNotForIsRefused) {
  const std::string foreign =
      R"([{"type":"account_information","actions":["list_accounts"],"locations":["https://elsewhere.example"]}])";
  const std::string half = R"([{"type":"account_information","actions":["list_accounts"],)"
                           R"("locations":["https://other.example","https://elsewhere.example"]}])";
  expect_refused(push(foreign), 400, "invalid_authorization_details");
  expect_refused(push(half), 400, "invalid_authorization_details");
  const auto push_for = [&](const std::string& resource) {
    return post_as(shop, kPar,
                   with(shop.authorization_request(), {{"authorization_details", kTwoKinds}, {"resource", resource}}));
  };
  expect_refused(push_for(std::string(test::kIssuer)), 400, "invalid_authorization_details");
  EXPECT_EQ(push_for("https://other.example").status, 201);
}

// RFC9396-6
TEST_F(AuthorizationDetails, ATokenRequestMayNarrowThemAndNoMore) {
  const std::string code = code_for(shop, {{"authorization_details", kTwoKinds}});
  expect_refused(redeem_as(shop, code, {{"authorization_details", kPayment}}), 400, "invalid_authorization_details");
  const auto narrow = redeem_as(shop, code, {{"authorization_details", kAccounts}});
  EXPECT_EQ(details_of(body_of(narrow)), canonical(kAccounts));
  EXPECT_EQ(details_of(introspect(text_of(narrow, "access_token"))), canonical(kAccounts));
}

// RFC9396-6
TEST_F(AuthorizationDetails, ARefreshKeepsThemOrNarrowsThem) {
  const std::string refresh_token = text_of(grant(kTwoKinds), "refresh_token");
  for (const char* const wider :
       {kPayment, R"([{"type":"account_information","actions":["list_accounts","read_balances"]}])", "[]", "x"}) {
    SCOPED_TRACE(wider);
    expect_refused(refresh_as(shop, refresh_token, {{"authorization_details", wider}}), 400,
                   "invalid_authorization_details");
  }
  const auto narrow = refresh_as(shop, refresh_token, {{"authorization_details", kAccounts}});
  EXPECT_EQ(details_of(body_of(narrow)), canonical(kAccounts));
  EXPECT_EQ(details_of(introspect(text_of(narrow, "access_token"))), canonical(kAccounts));
  EXPECT_EQ(details_of(body_of(refresh_as(shop, refresh_token))), canonical(kTwoKinds)) << "the grant stays as it is";
}

TEST_F(AuthorizationDetails, ARefreshCannotAddThemToAGrantWithoutAny) {
  const auto loot = tokens_for(shop, "openid accounts offline_access");
  expect_refused(refresh_as(shop, loot.refresh_token, {{"authorization_details", kAccounts}}), 400,
                 "invalid_authorization_details");
}

// RFC9396-5
TEST_F(AuthorizationDetails, AClientCannotHaveThemForItself) {
  for (const char* const details : {kPayment, kAccounts, "x"}) {
    expect_refused(token_as(shop, {{"grant_type", "client_credentials"}, {"authorization_details", details}}), 400,
                   "invalid_authorization_details");
  }
  EXPECT_EQ(token_as(shop, {{"grant_type", "client_credentials"}, {"authorization_details", ""}}).status, 200);
}

// RFC9396-10
TEST_F(AuthorizationDetails, TheMetadataNamesTheTypes) {
  const auto document = test::value_of(parse_json_object(server.issuer().metadata_document()));
  EXPECT_EQ(document.at("authorization_details_types_supported"),
            (json::array{"payment_initiation", "account_information"}));
}

}  // namespace
}  // namespace signet
