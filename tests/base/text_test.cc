#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Utf8, MalformedSequencesAreRefused) {
  const std::string_view malformed[] = {
      "\x80",              // continuation alone
      "\xc3",              // truncated
      "\xc0\xaf",          // overlong "/"
      "\xe0\x80\xaf",      // overlong "/"
      "\xf0\x80\x80\xaf",  // overlong "/"
      "\xed\xa0\x80",      // surrogate
      "\xf4\x90\x80\x80",  // beyond U+10FFFF
      "\xf8\x88\x80\x80\x80",
      "\xff",
      "ok\xc3(",
  };
  for (const auto text : malformed) EXPECT_FALSE(is_valid_utf8(text));
}

TEST(Utf8, EveryLengthOfSequenceIsAccepted) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91"));
}

TEST(Utf8, CharactersAreCountedAndNotTheirBytes) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91"), 4U);
}

TEST(Decimal, SignsSpacesLeadingZerosAndOverflowAreRefused) {
  for (const auto text : {"", "+1", "-1", " 1", "1 ", "01", "00", "1.0", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(VisibleAscii, SpacesControlsAndBytesAbove127AreRefused) {
  for (const auto text : {"", "a b", "a\tb", "a\nb", "\x7f", "\xc3\xa9"}) EXPECT_FALSE(is_visible_ascii(text));
  EXPECT_FALSE(is_visible_ascii(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_visible_ascii("!~azAZ09"));
}

TEST(Case, OnlyAsciiLettersAreFolded) {
  EXPECT_EQ(to_lower_ascii("ABZ[\xc3\x89"), "abz[\xc3\x89");
  EXPECT_TRUE(equals_ignoring_ascii_case("DPoP", "dpop"));
  EXPECT_FALSE(equals_ignoring_ascii_case("dpop", "dpo"));
  EXPECT_FALSE(equals_ignoring_ascii_case("@", "`"));
}

TEST(Trim, OnlyTheEndsLoseSpacesAndTabs) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("\n"), "\n");
}

TEST(Split, EmptyPartsAreKept) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(SplitWords, EmptyWordsAreDropped) {
  EXPECT_THAT(split_words("  openid   profile "), ElementsAre("openid", "profile"));
  EXPECT_THAT(split_words(""), IsEmpty());
}

TEST(Join, PartsStandBetweenSeparators) {
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({}, ","), "");
  EXPECT_TRUE(contains({"a", "b"}, "b"));
  EXPECT_FALSE(contains({"a", "b"}, "B"));
}

}  // namespace
}  // namespace signet
