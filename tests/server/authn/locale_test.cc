#include "server/authn/locale.h"

#include "crypto/random.h"

namespace signet::server::authn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Locale : public testing::Test {
 protected:
  void offer(const std::string& tag) { offered_.push_back(*Language::load(tag, "{}", Language::english())); }
  std::string choose(const std::vector<std::string>& ui_locales, std::string_view accept_language,
                     std::string_view fallback = "en") {
    return choose_language(offered_, ui_locales, accept_language, fallback).tag();
  }

  std::vector<const Language*> offered_{Language::built_in().begin(), Language::built_in().end()};
};

TEST_F(Locale, TheClientsWishComesBeforeTheBrowsersAndTheOperators) {
  EXPECT_EQ(choose({"fr"}, "de", "es"), "fr");
  EXPECT_EQ(choose({"it", "pt-PT", "fr"}, "de", "es"), "pt");
  EXPECT_EQ(choose({}, "de", "es"), "de");
  EXPECT_EQ(choose({"it"}, "da, sv;q=0.5", "es"), "es");
  EXPECT_EQ(choose({}, "", "xx"), "en");
}

TEST_F(Locale, ALanguageIsCalledByItsOwnName) {
  EXPECT_EQ(Language::find_built_in("pt")->own_name(), "Português");
  EXPECT_EQ((*Language::load("nl", R"({"LanguageName": "Nederlands"})", Language::english()))->own_name(),
            "Nederlands");
  EXPECT_EQ((*Language::load("nl", "{}", Language::english()))->own_name(), "nl");
  EXPECT_EQ((*Language::load("de-CH", "{}", *Language::find_built_in("de")))->own_name(), "Deutsch");
}

/// RFC4647-3.4
TEST_F(Locale, ARegionIsServedByItsLanguageAndTheOtherWayRound) {
  offer("zh-Hant-TW");
  offer("de-CH");
  EXPECT_EQ(choose({}, "DE-ch-1996"), "de-CH");
  EXPECT_EQ(choose({}, "de-AT"), "de");
  EXPECT_EQ(choose({}, "zh"), "zh-Hant-TW");
  EXPECT_EQ(choose({}, "zh-Hant"), "zh-Hant-TW");
  EXPECT_EQ(choose({}, "fr-x-a"), "fr");
  EXPECT_EQ(choose({}, "e"), "en");
}

/// RFC9110-12.4.2, RFC9110-12.5.4
TEST_F(Locale, WeightsDecideAndEqualOnesKeepTheirOrder) {
  EXPECT_THAT(parse_accept_language("de;q=0.5, fr;q=0.9 , es, pt;q=0.9"), ElementsAre("es", "fr", "pt", "de"));
  EXPECT_THAT(parse_accept_language("de;q=0, fr;q=0.000"), IsEmpty());
  EXPECT_EQ(choose({}, "de;q=0, *", "es"), "es");
  EXPECT_EQ(choose({}, "it, *;q=0.9, fr;q=0.1", "es"), "es");
}

TEST_F(Locale, WhatCannotBeReadIsSkipped) {
  EXPECT_THAT(parse_accept_language("de;q=2, fr;q=1.001, es;q=-1, pt;q=0.1234, it;q=, nl;x=1, sv;q=a, da;q=1.000"),
              ElementsAre("da"));
  EXPECT_THAT(parse_accept_language(",,;,;q=1,*-de,d,a_b,<script>,\xff\xff, ../../etc/passwd, 12"), IsEmpty());
  EXPECT_THAT(parse_accept_language("de-, -de, de--ch, abcdefghi"), IsEmpty());
}

TEST_F(Locale, ALongFieldCostsNoMoreThanAShortOne) {
  std::string field;
  while (field.size() < 10 * 1024) field += "xx-yy;q=0.9,";
  EXPECT_EQ(parse_accept_language(field + "de").size(), 32U);
  EXPECT_EQ(choose({}, field + "de"), "en");
  EXPECT_THAT(parse_accept_language(std::string(10 * 1024, 'a')), IsEmpty());
  EXPECT_THAT(parse_accept_language(std::string(10 * 1024, ',')), IsEmpty());
  EXPECT_EQ(choose(std::vector<std::string>(5000, std::string(100, '-')), "fr"), "fr");
}

TEST_F(Locale, RandomBytesAreNoLanguage) {
  crypto::SystemRandom random;
  for (int i = 0; i < 200; ++i) {
    Bytes bytes(static_cast<std::size_t>(i));
    random.fill(bytes);
    for (const auto& tag : parse_accept_language(as_text(bytes))) EXPECT_TRUE(tag == "*" || is_language_tag(tag));
  }
}

/// RFC5646-2.1
TEST_F(Locale, OnlyWhatIsATagCanNameAFile) {
  for (const auto* tag : {"de", "pt-BR", "zh-Hant-TW", "ckb"}) EXPECT_TRUE(is_language_tag(tag)) << tag;
  for (const auto* text : {"", "d", "de_AT", "../de", "de/", "1de", "de-", "abcdefghi"})
    EXPECT_FALSE(is_language_tag(text)) << text;
}

}  // namespace
}  // namespace signet::server::authn
