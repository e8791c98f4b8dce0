#include "server/authn/texts.h"

#include "base/json.h"
#include "server/authn/facts.h"
#include "server/authn/language.h"
#include "server/authn/pages/pages.h"
#include "server/authn/plural.h"

namespace signet::server::authn {
namespace {

using testing::HasSubstr;

std::map<std::string, std::string> read(const TextDocument& document) {
  std::map<std::string, std::string> texts;
  const auto object = parse_json_object(document.text, {.bytes = 256 * 1024, .depth = 2});
  EXPECT_TRUE(object) << document.language;
  if (!object) return texts;
  for (const auto& [name, text] : *object) texts.emplace(std::string_view(name), std::string_view(text.as_string()));
  return texts;
}

std::map<std::string, std::map<std::string, std::string>> read_all() {
  std::map<std::string, std::map<std::string, std::string>> all;
  for (const TextDocument& document : text_documents()) all.emplace(document.language, read(document));
  return all;
}

TEST(Texts, EveryLanguageSaysEverythingAndNothingMore) {
  auto all = read_all();
  std::set<std::string> names;
  for (std::size_t id = 0; id < static_cast<std::size_t>(Text::Count_); ++id) {
    names.emplace(name_of(static_cast<Text>(id)));
  }
  for (const auto& [name, text] : all.at("en")) {
    if (name.contains('.')) names.insert(name);
  }
  ASSERT_THAT(all, testing::SizeIs(5));
  for (const auto& [language, texts] : all) {
    std::set<std::string> said;
    for (const auto& [name, text] : texts) {
      said.insert(name);
      EXPECT_FALSE(text.empty()) << language << " " << name;
    }
    EXPECT_EQ(said, names) << language;
  }
}

TEST(Texts, EveryLanguageHasThePlacesThatEnglishHas) {
  const auto all = read_all();
  for (const auto& [language, texts] : all) {
    for (const auto& [name, text] : texts) {
      EXPECT_EQ(count_places(text), count_places(all.at("en").at(name))) << language << " " << name;
    }
  }
}

TEST(Texts, EveryLanguageIsReadAsItStands) {
  for (const TextDocument& document : text_documents()) {
    const Language* language = Language::find_built_in(document.language);
    ASSERT_NE(language, nullptr);
    EXPECT_EQ(language->text(Text::SignInTitle), read(document).at("SignInTitle"));
    EXPECT_EQ(language->find("scope.email"), read(document).at("scope.email"));
    EXPECT_FALSE(language->is_right_to_left());
  }
  EXPECT_EQ(Language::built_in().front(), &Language::english());
}

TEST(Texts, AreSaidInTheLanguageOfTheLogin) {
  const workflow::Facts german{{fact::kLocale, "de"}};
  EXPECT_EQ(text(german, Text::SignInFor, {"Acme"}), "um fortzufahren mit Acme");
  EXPECT_EQ(describe_scope(german, "email").title, "Ihre E-Mail-Adresse sehen");
  EXPECT_EQ(describe_scope(german, "invoices").title, "„invoices“ in Ihrem Namen nutzen");
  EXPECT_EQ(describe_claim(german, "birthdate"), "Ihr Geburtsdatum");
  EXPECT_EQ(describe_duration(german, days{90}), "90 Tage");
  EXPECT_EQ(describe_duration({{fact::kLocale, "fr"}}, hours{1}), "1 heure");
  EXPECT_EQ(describe_duration({{fact::kLocale, "pt"}}, minutes{10}), "10 minutos");
}

TEST(Texts, ALanguageThatIsNotThereIsEnglish) {
  EXPECT_EQ(text({{fact::kLocale, "xx"}, {fact::kTexts, "gone"}}, Text::CancelAction), "Cancel");
  EXPECT_EQ(text({}, Text::CancelAction), "Cancel");
}

TEST(Texts, AnArgumentWithAPlaceIsNotFilledAgain) {
  EXPECT_EQ(fill("{} and {}", {"{}", "b"}), "{} and b");
  EXPECT_EQ(fill("{} and {}", {"a"}), "a and {}");
  EXPECT_EQ(fill("none", {"a"}), "none");
}

std::string problem_of(std::string_view document) {
  const auto language = Language::load("de", document, *Language::find_built_in("de"));
  return language ? std::string() : language.error().detail + std::string(language.error().public_text.view());
}

TEST(OperatorsTexts, AreSaidInsteadOfTheProgramsOwn) {
  const auto language =
      Language::load("de", R"({"SignInTitle": "Willkommen", "scope.invoices": "Ihre Rechnungen sehen"})",
                     *Language::find_built_in("de"));
  ASSERT_TRUE(language);
  const workflow::Facts facts{{fact::kLocale, "de"}, {fact::kTexts, (*language)->name()}};
  EXPECT_EQ(text(facts, Text::SignInTitle), "Willkommen");
  EXPECT_EQ(text(facts, Text::CancelAction), "Abbrechen");
  EXPECT_EQ(describe_scope(facts, "invoices").title, "Ihre Rechnungen sehen");
  EXPECT_EQ(text({{fact::kLocale, "de"}}, Text::SignInTitle), "Anmelden");
}

TEST(OperatorsTexts, AMisspeltNameOrAWrongNumberOfPlacesIsRefused) {
  EXPECT_THAT(problem_of(R"({"SignInTitel": "a"})"), HasSubstr("\"SignInTitel\" is not a text"));
  EXPECT_THAT(problem_of(R"({"SignInFor": "a"})"), HasSubstr("\"SignInFor\" must have the place {} 1 times"));
  EXPECT_THAT(problem_of(R"({"SignInTitle": "a {}"})"), HasSubstr("0 times"));
  EXPECT_THAT(problem_of(R"({"scope.a": "a {}"})"), HasSubstr("0 times"));
  EXPECT_THAT(problem_of(R"({"duration.day.other": "days"})"), HasSubstr("1 times"));
  EXPECT_THAT(problem_of(R"({"duration.week.other": "{}"})"), HasSubstr("is not a text"));
  EXPECT_THAT(problem_of(R"({"duration.day.all": "{}"})"), HasSubstr("is not a text"));
  EXPECT_THAT(problem_of(R"({"duration.day.one": "{}"})"), HasSubstr("\"duration.day.other\" is needed"));
  EXPECT_THAT(problem_of(R"({"SignInTitle": ""})"), HasSubstr("1 to 2000 bytes"));
  EXPECT_THAT(problem_of(R"({"SignInTitle": 1})"), HasSubstr("must be a text"));
  EXPECT_THAT(problem_of(R"({"SignInTitle": "a", "SignInTitle": "b"})"), testing::Not(""));
  EXPECT_THAT(problem_of("[]"), testing::Not(""));
}

/// English forms must not remain where a language says "day" in another way.
TEST(OperatorsTexts, TheFormsOfAUnitAreReplacedTogether) {
  const auto japanese = Language::load("ja", R"({"duration.day.other": "{}日"})", Language::english());
  ASSERT_TRUE(japanese);
  EXPECT_EQ((*japanese)->count("day", 1), "1日");
  const auto arabic = Language::load(
      "ar",
      R"({"duration.day.one": "يوم واحد", "duration.day.two": "يومان", "duration.day.few": "{} أيام", "duration.day.many": "{} يومًا", "duration.day.other": "{} يوم"})",
      Language::english());
  ASSERT_TRUE(arabic);
  EXPECT_TRUE((*arabic)->is_right_to_left());
  EXPECT_EQ((*arabic)->count("day", 1), "يوم واحد");
  EXPECT_EQ((*arabic)->count("day", 2), "يومان");
  EXPECT_EQ((*arabic)->count("day", 7), "7 أيام");
  EXPECT_EQ((*arabic)->count("day", 90), "90 يومًا");
  EXPECT_EQ((*arabic)->count("day", 100), "100 يوم");
}

TEST(PluralForm, FollowsTheRulesOfTheLanguage) {
  EXPECT_EQ(plural_form("de", 1), "one");
  EXPECT_EQ(plural_form("de", 2), "other");
  EXPECT_EQ(plural_form("pl", 22), "few");
  EXPECT_EQ(plural_form("pl", 12), "many");
  EXPECT_EQ(plural_form("ru", 21), "one");
  EXPECT_EQ(plural_form("ru", 11), "many");
  EXPECT_EQ(plural_form("cs", 4), "few");
  EXPECT_EQ(plural_form("he", 2), "two");
  EXPECT_EQ(plural_form("ja", 1), "other");
}

}  // namespace
}  // namespace signet::server::authn
