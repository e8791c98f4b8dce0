#include "server/authn/amount.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"

namespace signet::server::authn {
namespace {

std::string in(std::string_view language, std::string_view amount) {
  return describe_amount({{fact::kLocale, language}}, amount, "EUR");
}

TEST(Amount, IsGroupedAsTheLanguageOfTheLoginDoes) {
  EXPECT_EQ(in("en", "1234567.50"), "1,234,567.50 EUR");
  EXPECT_EQ(in("de", "1234567.50"), "1.234.567,50 EUR");
  EXPECT_EQ(in("fr", "1234567.50"), "1\u202f234\u202f567,50 EUR");
  EXPECT_EQ(in("es", "1234567.50"), "1.234.567,50 EUR");
  EXPECT_EQ(in("pt", "1234567.50"), "1.234.567,50 EUR");
}

TEST(Amount, HasTheDigitsOfTheRequestAndNoOthers) {
  EXPECT_EQ(in("en", "5"), "5 EUR");
  EXPECT_EQ(in("en", "999.9"), "999.9 EUR");
  EXPECT_EQ(in("en", "1000"), "1,000 EUR");
  EXPECT_EQ(in("de", "0.01"), "0,01 EUR");
  EXPECT_EQ(in("en", "123456789012.34"), "123,456,789,012.34 EUR");
}

TEST(PayeeAccount, OfAnIbanStandsInGroupsOfFour) {
  EXPECT_EQ(describe_payee_account("DE89370400440532013000"), "DE89 3704 0044 0532 0130 00");
  EXPECT_EQ(describe_payee_account("NO9386011117947"), "NO93 8601 1117 947");
  EXPECT_EQ(describe_payee_account("uk.sort:12345612345678"), "uk.sort:12345612345678");
}

}  // namespace
}  // namespace signet::server::authn
