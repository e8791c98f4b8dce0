#include "oauth/rar_rfc9396.h"

#include <gtest/gtest.h>

#include "oauth/authorization_request.h"
#include "oauth/iban_iso13616.h"
#include "oauth/shown_text.h"

namespace signet::oauth {
namespace {

constexpr std::string_view kApi = "https://api.example";

json::object payment() {
  return {{"type", "payment_initiation"},
          {"instructedAmount", json::object{{"currency", "EUR"}, {"amount", "123.45"}}},
          {"creditorName", "Merchant A"},
          {"creditorAccount", json::object{{"iban", "DE89370400440532013000"}}},
          {"remittanceInformationUnstructured", "Ref Number Merchant"}};
}
json::object account_information() {
  return {{"type", "account_information"},
          {"actions", json::array{"list_accounts", "read_balances"}},
          {"locations", json::array{kApi}}};
}
Result<json::array> parse(const json::array& details) {
  return parse_authorization_details(render_json(details));
}
/// The refusal of one object, empty when it is accepted.
std::string refusal_of(json::object detail) {
  const auto parsed = parse({std::move(detail)});
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, ErrorCode::InvalidAuthorizationDetails);
  return std::string(parsed.error().public_text.view());
}
std::string refusal_of_text(std::string_view text) {
  const auto parsed = parse_authorization_details(text);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, ErrorCode::InvalidAuthorizationDetails);
  return std::string(parsed.error().public_text.view());
}
/// The refusal of a payment with one member changed; null takes it away.
std::string refusal_with(std::string_view name, json::value value) {
  json::object changed = payment();
  if (value.is_null()) {
    changed.erase(name);
  } else {
    changed[name] = std::move(value);
  }
  return refusal_of(std::move(changed));
}
std::string refusal_of_amount(json::value amount, json::value currency = "EUR") {
  return refusal_with("instructedAmount",
                      json::object{{"amount", std::move(amount)}, {"currency", std::move(currency)}});
}

// RFC9396-2
TEST(AuthorizationDetails, WhatIsNoArrayOfTypedObjectsIsRefused) {
  for (const std::string_view text :
       {"", "x", "{}", "[]", "null", "[1]", "[[]]", "[null]", R"(["payment_initiation"])", "[{}]", R"([{"type":1}])",
        R"([{"type":null}])", R"([{"type":["payment_initiation"]}])", R"([{"Type":"account_information"}])",
        R"([{"type":"account_information","actions":["list_accounts"]}] [])"}) {
    EXPECT_NE(refusal_of_text(text), "") << text;
  }
}

// RFC9396-5
TEST(AuthorizationDetails, AnUnknownTypeIsRefused) {
  for (const std::string_view type : {"", "payment", "Payment_initiation", "payment_initiation "}) {
    EXPECT_THAT(refusal_with("type", json::string(type)), testing::HasSubstr("names a type that is not known")) << type;
  }
}

// RFC9396-5
TEST(AuthorizationDetails, AMemberThatIsNotUnderstoodIsRefused) {
  EXPECT_THAT(refusal_with("debtorAccount", "x"), testing::HasSubstr("may hold type, instructedAmount"));
  EXPECT_THAT(refusal_with("privileges", json::array{"admin"}), testing::HasSubstr("may hold type, instructedAmount"));
  json::object amount = {{"amount", "1"}, {"currency", "EUR"}, {"max", "9"}};
  EXPECT_THAT(refusal_with("instructedAmount", amount), testing::HasSubstr("may hold currency and amount only"));
  json::object accounts = account_information();
  accounts["instructedAmount"] = json::object{};
  EXPECT_THAT(refusal_of(accounts), testing::HasSubstr("may hold type, actions"));
}

TEST(AuthorizationDetails, AMissingMemberIsNamed) {
  for (const std::string_view name : {"instructedAmount", "creditorName", "creditorAccount"}) {
    EXPECT_THAT(refusal_with(name, nullptr), testing::HasSubstr("The member " + std::string(name))) << name;
  }
  for (const std::string_view name : {"amount", "currency"}) {
    json::object amount = payment()["instructedAmount"].as_object();
    amount.erase(name);
    EXPECT_THAT(refusal_with("instructedAmount", amount), testing::HasSubstr("instructedAmount." + std::string(name)));
  }
  json::object accounts = account_information();
  accounts.erase("actions");
  EXPECT_THAT(refusal_of(accounts), testing::HasSubstr("The member actions"));
}

TEST(AuthorizationDetails, AMemberOfAnotherTypeIsNamed) {
  for (const auto& [name, value] : payment()) {
    for (const json::value& wrong : {json::value(1), json::value(true), json::value(json::array{})}) {
      EXPECT_THAT(refusal_with(name, wrong), testing::HasSubstr(std::string(name))) << name;
    }
  }
}

TEST(AuthorizationDetails, AnAmountIsADecimalStringAboveZero) {
  for (const json::value& amount :
       {json::value(123.45),  json::value(123),     json::value("0"),        json::value("0.00"),
        json::value("-1.00"), json::value("+1.00"), json::value("1e3"),      json::value("1E3"),
        json::value("0x10"),  json::value("1,00"),  json::value("1."),       json::value(".5"),
        json::value("1.234"), json::value("00.50"), json::value("01"),       json::value("1000000000000"),
        json::value(""),      json::value(" 1"),    json::value("1 "),       json::value("1.2.3"),
        json::value("1.-1"),  json::value("NaN"),   json::value("Infinity"), json::value("١٢")}) {
    EXPECT_THAT(refusal_of_amount(amount), testing::HasSubstr("instructedAmount.amount")) << render_json(amount);
  }
  for (const std::string_view amount : {"1", "0.01", "0.5", "10", "999999999999.99"}) {
    EXPECT_EQ(refusal_of_amount(json::string(amount)), "") << amount;
  }
}

TEST(AuthorizationDetails, ACurrencyIsThreeCapitalLetters) {
  for (const json::value& currency : {json::value("eur"), json::value("EURO"), json::value("EU"), json::value(""),
                                      json::value("E R"), json::value("€"), json::value(978), json::value("ЕUR")}) {
    EXPECT_THAT(refusal_of_amount("1.00", currency), testing::HasSubstr("instructedAmount.currency"));
  }
}

TEST(AuthorizationDetails, ThePayeeIsTextThatCanBeSeen) {
  const std::string_view kUnseen[] = {"",
                                      " Merchant",
                                      "Merchant ",
                                      "Mer\nchant",
                                      "Mer\tchant",
                                      "Mer\x7f"
                                      "chant",
                                      "Mer\u0085chant",
                                      "Mer\u00a0chant",
                                      "Mer\u00adchant",
                                      "Mer\u200bchant",
                                      "Mer\u200echant",
                                      "\u202eA tnahcreM",
                                      "\u2066Merchant",
                                      "Mer\u2028chant",
                                      "Mer\u2060chant",
                                      "Mer\u3000chant",
                                      "\u3164",
                                      "Mer\ue000chant",
                                      "Merchant\ufe0f",
                                      "\ufeffMerchant",
                                      "Merchant\ufffd",
                                      "Merchant\U000e0041",
                                      "Merchant\U000e0100"};
  for (const std::string_view name : kUnseen) {
    EXPECT_THAT(refusal_with("creditorName", json::string(name)), testing::HasSubstr("creditorName")) << name;
    EXPECT_THAT(refusal_with("remittanceInformationUnstructured", json::string(name)),
                testing::HasSubstr("remittanceInformation"));
  }
  EXPECT_NE(refusal_of_text(R"([{"type":"payment_initiation","creditorName":"a\u0000b"}])"), "");
  EXPECT_THAT(refusal_with("creditorName", json::string(141, 'x')), testing::HasSubstr("creditorName"));
  std::string longest;
  for (int i = 0; i < 140; ++i) longest += "ü";
  for (const std::string_view name : {std::string_view("Ø & Søn (Kjøp) – №1"), std::string_view("株式会社"),
                                      std::string_view("😀"), std::string_view(longest)}) {
    EXPECT_EQ(refusal_with("creditorName", json::string(name)), "") << name;
  }
}

TEST(AuthorizationDetails, ThePayeesAccountIsAnIbanOrASchemeWithAnIdentification) {
  for (const json::value& account :
       {json::value(json::object{}), json::value(json::object{{"iban", "DE88370400440532013000"}}),
        json::value(json::object{{"iban", "de89370400440532013000"}}),
        json::value(json::object{{"iban", "DE89 3704 0044 0532 0130 00"}}), json::value(json::object{{"iban", ""}}),
        json::value(json::object{{"iban", 5}}), json::value(json::object{{"scheme", "UK.OBIE.SortCodeAccountNumber"}}),
        json::value(json::object{{"scheme", "a:b"}, {"identification", "c"}}),
        json::value(json::object{{"scheme", "a"}, {"identification", "b c"}}),
        json::value(json::object{{"scheme", "a"}, {"identification", ""}}),
        json::value(json::object{{"iban", "DE89370400440532013000"}, {"scheme", "a"}, {"identification", "b"}}),
        json::value("DE89370400440532013000")}) {
    EXPECT_THAT(refusal_with("creditorAccount", account), testing::HasSubstr("creditorAccount"))
        << render_json(account);
  }
  EXPECT_EQ(
      refusal_with("creditorAccount", json::object{{"scheme", "UK.SortCode"}, {"identification", "20000319825731"}}),
      "");
}

TEST(AuthorizationDetails, AccountInformationNamesActionsThatAreKnown) {
  for (const json::value& actions :
       {json::value(json::array{}), json::value(json::array{"make_payments"}), json::value("list_accounts"),
        json::value(json::array{"list_accounts", "list_accounts"}), json::value(json::array{1})}) {
    json::object detail = account_information();
    detail["actions"] = actions;
    EXPECT_THAT(refusal_of(detail), testing::HasSubstr("actions")) << render_json(actions);
  }
  json::object detail = account_information();
  detail["locations"] = json::array{"/accounts"};
  EXPECT_THAT(refusal_of(detail), testing::HasSubstr("locations"));
  detail["locations"] = json::array{"https://api.example#f"};
  EXPECT_THAT(refusal_of(detail), testing::HasSubstr("locations"));
  detail = account_information();
  detail["datatypes"] = json::array{"a b"};
  EXPECT_THAT(refusal_of(detail), testing::HasSubstr("datatypes"));
  detail["datatypes"] = json::array{"contacts"};
  detail["identifier"] = "account-7";
  EXPECT_EQ(refusal_of(detail), "");
}

TEST(AuthorizationDetails, SizeCountAndDepthAreBounded) {
  json::array many;
  for (int i = 0; i < 10; ++i) {
    json::object detail = account_information();
    detail["identifier"] = std::to_string(i);
    many.push_back(detail);
  }
  EXPECT_TRUE(parse(many));
  many.push_back(account_information());
  EXPECT_THAT(refusal_of_text(render_json(many)), testing::HasSubstr("1 to 10 objects"));
  const std::string padded = render_json(json::array{payment()}) + std::string(8 * 1024, ' ');
  EXPECT_THAT(refusal_of_text(padded), testing::HasSubstr("8 KiB"));
  EXPECT_THAT(refusal_of_text("[[[[[[[]]]]]]]"), testing::HasSubstr("6 levels"));
  EXPECT_THAT(refusal_of_text(R"([{"type":"payment_initiation","creditorName":[[[[[]]]]]}])"),
              testing::HasSubstr("6 levels"));
}

TEST(AuthorizationDetails, AMemberThatStandsTwiceIsRefused) {
  for (const std::string_view text :
       {R"([{"type":"account_information","type":"payment_initiation","actions":["list_accounts"]}])",
        R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"1","amount":"1000"}}])",
        R"([{"type":"account_information","act\u0069ons":["list_accounts"],"actions":["list_accounts"]}])"}) {
    EXPECT_THAT(refusal_of_text(text), testing::HasSubstr("no member stands twice")) << text;
  }
}

TEST(AuthorizationDetails, TwoPaymentsInOneRequestAreRefused) {
  EXPECT_THAT(refusal_of_text(render_json(json::array{payment(), payment()})),
              testing::HasSubstr("more than one payment_initiation"));
  EXPECT_TRUE(parse({payment(), account_information()}));
}

TEST(AuthorizationDetails, TypesThatAreNotOfferedAreRefused) {
  const auto details = parse({payment(), account_information()}).value();
  EXPECT_FALSE(check_detail_types(details, {}, "no"));
  EXPECT_FALSE(check_detail_types(details, {"account_information"}, "no"));
  EXPECT_TRUE(check_detail_types(details, {"payment_initiation", "account_information"}, "no"));
}

// RFC9396-2.2
TEST(AuthorizationDetails, LocationsAreThoseOfTheAudienceAlone) {
  const auto details = *parse_authorization_details(
      R"([{"type":"account_information","actions":["list_accounts"]},)"
      R"({"type":"account_information","actions":["read_balances"],"locations":["https://a","https://b"]}])");
  EXPECT_FALSE(check_detail_locations(details, {}));
  EXPECT_FALSE(check_detail_locations(details, {"https://a", "https://c"}));
  EXPECT_TRUE(check_detail_locations(details, {"https://b", "https://a", "https://c"}));
}

TEST(AuthorizationDetails, TheCanonicalTextDependsOnTheContentAlone) {
  const auto one = parse_authorization_details(R"([{"type":"account_information","actions":["read_balances"]}])");
  const auto other =
      parse_authorization_details("[ {\n\"actions\" : [\"read\\u005fbalances\"],\r\"type\":\"account_information\"} ]");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(canonical_text(*one), R"([{"actions":["read_balances"],"type":"account_information"}])");
  EXPECT_EQ(canonical_text(*one), canonical_text(*other));
  const std::string text = canonical_text(parse({payment()}).value());
  EXPECT_EQ(canonical_text(parse_authorization_details(text).value()), text);
}

TEST(AuthorizationDetails, TheHashChangesWithEveryMember) {
  const std::string text = canonical_text(json::array{payment()});
  EXPECT_EQ(details_hash(text).size(), 43U);
  json::object other = payment();
  other["creditorName"] = "Merchant B";
  EXPECT_NE(details_hash(canonical_text(json::array{other})), details_hash(text));
  EXPECT_EQ(details_hash(""), "");
}

TEST(AuthorizationDetails, ThePaymentIsFoundAsItWasSent) {
  const auto details = parse({account_information(), payment()}).value();
  EXPECT_EQ(find_payment(details), (Payment{.amount = "123.45",
                                            .currency = "EUR",
                                            .payee = "Merchant A",
                                            .payee_account = "DE89370400440532013000",
                                            .reference = "Ref Number Merchant"}));
  EXPECT_EQ(find_payment(parse({account_information()}).value()), std::nullopt);
  json::object other = payment();
  other["creditorAccount"] = json::object{{"scheme", "UK.SortCode"}, {"identification", "200003"}};
  EXPECT_EQ(find_payment(parse({other}).value())->payee_account, "UK.SortCode:200003");
}

TEST(AuthorizationDetails, WhatCannotBeReadCountsAsAPayment) {
  EXPECT_TRUE(holds_payment("garbage"));
  EXPECT_TRUE(holds_payment(canonical_text(json::array{payment()})));
  EXPECT_FALSE(holds_payment(canonical_text(json::array{account_information()})));
  EXPECT_FALSE(holds_payment(""));
}

TEST(AuthorizationDetails, OnlyWhatIsNoPaymentIsRemembered) {
  const auto lasting = lasting_details(canonical_text(json::array{payment(), account_information()}));
  EXPECT_EQ(lasting, std::vector{canonical_text(account_information())});
  EXPECT_TRUE(lasting_details("").empty());
  EXPECT_TRUE(lasting_details("garbage").empty());
}

// RFC9396-6
TEST(AuthorizationDetails, ATokenGetsNoMoreThanWasGranted) {
  const std::string granted = canonical_text(json::array{payment(), account_information()});
  json::object more = account_information();
  more["actions"] = json::array{"list_accounts", "read_balances", "read_transactions"};
  json::object dearer = payment();
  dearer["instructedAmount"].as_object()["amount"] = "123.46";
  for (const json::object& detail : {more, dearer}) {
    const auto refused = narrow_authorization_details(render_json(json::array{detail}), granted);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidAuthorizationDetails);
  }
  EXPECT_FALSE(narrow_authorization_details(render_json(json::array{payment()}), ""));
  EXPECT_FALSE(narrow_authorization_details("[]", granted));
  EXPECT_EQ(narrow_authorization_details("", granted), granted);
  EXPECT_EQ(narrow_authorization_details("", ""), "");
  EXPECT_EQ(narrow_authorization_details(render_json(json::array{account_information()}), granted),
            canonical_text(json::array{account_information()}));
}

// RFC9396-9.1
TEST(AuthorizationDetails, AResourceSeesWhatIsMeantForIt) {
  const std::string granted = canonical_text(json::array{payment(), account_information()});
  EXPECT_EQ(details_for(granted, {std::string(kApi)}), granted);
  EXPECT_EQ(details_for(granted, {"https://other.example"}), canonical_text(json::array{payment()}));
  EXPECT_EQ(details_for(canonical_text(json::array{account_information()}), {"https://other.example"}), "");
  EXPECT_EQ(details_of_types(granted, {"payment_initiation"}), canonical_text(json::array{payment()}));
  EXPECT_EQ(details_of_types(granted, {"payment_initiation", "account_information"}), granted);
  EXPECT_EQ(details_of_types(granted, {}), "");
  EXPECT_EQ(details_for("", {std::string(kApi)}), "");
}

TEST(AuthorizationDetails, TheRequestKeepsThemThroughTheStore) {
  const http::Form form = *http::Form::parse(
      http::render_form({{"client_id", "bank"}, {"authorization_details", " " + render_json(json::array{payment()})}}));
  const auto request = parse_authorization_request(form);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->authorization_details, canonical_text(json::array{payment()}));
  EXPECT_EQ(parse_stored_authorization_request(render_authorization_request(*request)), *request);
  EXPECT_EQ(parse_stored_authorization_request("1c4:bank")->authorization_details, "") << "a row from before";
  const auto twice = http::Form::parse("authorization_details=[]&authorization_details=[]");
  EXPECT_EQ(parse_authorization_request(*twice).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(parse_authorization_request(*http::Form::parse("authorization_details="))->authorization_details, "");
}

TEST(Iban, CheckDigitsAndCharactersAreThoseOfTheStandard) {
  for (const std::string_view iban :
       {"DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"}) {
    EXPECT_TRUE(is_iban(iban)) << iban;
  }
  for (const std::string_view iban :
       {"", "DE", "DE89370400440532013001", "D189370400440532013000", "GB82WEST1234569876543", "NO93860111179",
        "DE8937040044053201300O", "DE89370400440532013000DE89370400440532", "DE8A370400440532013000"}) {
    EXPECT_FALSE(is_iban(iban)) << iban;
  }
  EXPECT_EQ(make_iban("DE", "370400440532013000"), "DE89370400440532013000");
}

TEST(Iban, OneAccountHasOneNumber) {
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string iban = make_iban("DE", std::to_string(370400440532013000 + i));
    const int check = (iban[2] - '0') * 10 + (iban[3] - '0');
    for (const int other : {check + 97, check - 97}) {
      if (other < 0 || other > 99) continue;
      ++found;
      iban[2] = static_cast<char>('0' + other / 10);
      iban[3] = static_cast<char>('0' + other % 10);
      EXPECT_FALSE(is_iban(iban)) << iban;
    }
  }
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace signet::oauth
