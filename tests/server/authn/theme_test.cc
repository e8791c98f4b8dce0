#include "server/authn/theme.h"

#include <filesystem>
#include <fstream>

#include "server/authn/pages/pages.h"
#include "server/authn/render_html.h"
#include "support/database.h"

namespace signet::server::authn {
namespace {

using testing::HasSubstr;

class ThemeFolder : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    const std::filesystem::path file = folder_.file(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  Themes load() { return test::value_of(Themes::load(folder_.file("."))); }
  std::string problem() {
    const auto themes = Themes::load(folder_.file("."));
    return themes ? "none" : themes.error().detail;
  }
  /// The problem of a theme whose template is the program's with one text in the place of another.
  std::string problem_with_template(std::string_view from, std::string_view to) {
    std::string source(page_template());
    const auto at = source.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write("page.tpl", source.replace(at, from.size(), to));
    return problem();
  }

  test::TemporaryDirectory folder_;
};

TEST_F(ThemeFolder, AnEmptyOneIsTheProgramsOwnLook) {
  const Themes themes = load();
  EXPECT_EQ(themes.find().stylesheet, Themes().find().stylesheet);
  EXPECT_EQ(themes.find_asset(themes.find().stylesheet)->body, stylesheet());
  EXPECT_EQ(themes.find_asset(themes.script())->media_type(), "text/javascript; charset=utf-8");
  EXPECT_EQ(themes.find().languages.size(), 5U);
}

TEST_F(ThemeFolder, ItsStyleStandsBehindTheProgramsOwnUnderAnotherName) {
  write("theme.css", ":root { --brand: red; }");
  const Themes themes = load();
  const Asset* style = themes.find_asset(themes.find().stylesheet);
  ASSERT_NE(style, nullptr);
  EXPECT_EQ(style->body, std::string(stylesheet()) + ":root { --brand: red; }");
  EXPECT_TRUE(style->name.starts_with("theme-"));
  EXPECT_EQ(style->media_type(), "text/css; charset=utf-8");
}

TEST_F(ThemeFolder, AClientHasWhatItsFolderSaysAndTheRestOfItsIssuer) {
  write("theme.css", ":root { --brand: red; }");
  write("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  write("texts/de.json", R"({"SignInTitle": "Willkommen", "LoginAction": "Los"})");
  write("clients/acme/theme.css", ":root { --brand: blue; }");
  write("clients/acme/texts/de.json", R"({"LoginAction": "Weiter"})");
  const Themes themes = load();
  const Theme& acme = themes.find("acme");
  EXPECT_TRUE(themes.find_asset(acme.stylesheet)->body.ends_with(":root { --brand: red; }:root { --brand: blue; }"));
  EXPECT_EQ(acme.logo, themes.find().logo);
  EXPECT_EQ(themes.find_asset(acme.logo)->media_type(), "image/svg+xml");
  EXPECT_EQ(acme.find_language("de")->text(Text::SignInTitle), "Willkommen");
  EXPECT_EQ(acme.find_language("de")->text(Text::LoginAction), "Weiter");
  EXPECT_EQ(themes.find().find_language("de")->text(Text::LoginAction), "Los");
  EXPECT_EQ(&themes.find("../acme"), &themes.find());
  EXPECT_EQ(&themes.find("other"), &themes.find());
}

TEST_F(ThemeFolder, AddsLanguagesThatBeginWithTheirRelative) {
  write("texts/ar.json", R"({"SignInTitle": "تسجيل الدخول"})");
  write("texts/de-CH.json", R"({"SignInTitle": "Grüezi"})");
  const Themes themes = load();
  EXPECT_TRUE(themes.find().find_language("ar")->is_right_to_left());
  EXPECT_EQ(themes.find().find_language("ar")->text(Text::CancelAction), "Cancel");
  EXPECT_EQ(themes.find().find_language("de-CH")->text(Text::CancelAction), "Abbrechen");
  // what is said in English on a page that is read from right to left is counted
  EXPECT_EQ(themes.find().find_language("ar")->count_missing(), static_cast<std::size_t>(Text::Count_) - 1);
  EXPECT_EQ(themes.find().find_language("de-CH")->count_missing(), 0U);
  for (const Language* language : Language::built_in()) EXPECT_EQ(language->count_missing(), 0U) << language->tag();
}

TEST_F(ThemeFolder, AssetsAreFoundByTheirNamesAndThoseOfOtherContentByTheirPurpose) {
  write("clients/my-app/theme.css", "a{}");
  const Themes themes = load();
  EXPECT_EQ(themes.find_asset("signet-000000000000.css"), nullptr);
  EXPECT_EQ(themes.find_current_asset("signet-000000000000.css")->name, themes.find().stylesheet);
  EXPECT_EQ(themes.find_current_asset("theme.my-app-000000000000.css")->name, themes.find("my-app").stylesheet);
  for (const auto* name :
       {"", "signet", "other-000000000000.css", "signet-0.svg", "../theme.css", "page.tpl", "theme.css"}) {
    EXPECT_EQ(themes.find_asset(name), nullptr) << name;
    EXPECT_EQ(themes.find_current_asset(name), nullptr) << name;
  }
}

TEST_F(ThemeFolder, WhatIsMisspeltOrTooLargeIsRefused) {
  write("themes.css", "a{}");
  EXPECT_THAT(problem(), HasSubstr("themes.css: is no file of a theme"));
  std::filesystem::remove(folder_.file("themes.css"));
  write("theme.css", std::string(6 * 1024 + 1, ' '));
  EXPECT_THAT(problem(), HasSubstr("theme.css: must be at most 6144 bytes"));
  write("theme.css", "a{}");
  write("texts/de.json", R"({"SignInTitel": "a"})");
  EXPECT_THAT(problem(), HasSubstr("de.json: \"SignInTitel\" is not a text of the pages"));
  std::filesystem::remove(folder_.file("texts/de.json"));
  write("texts/de_DE.json", "{}");
  EXPECT_THAT(problem(), HasSubstr("must be named like de.json"));
  std::filesystem::remove(folder_.file("texts/de_DE.json"));
  write("clients/a b/theme.css", "a{}");
  EXPECT_THAT(problem(), HasSubstr("a b: must be a folder with a name of letters"));
  std::filesystem::remove_all(folder_.file("clients"));
  write("clients/acme/clients/x/theme.css", "a{}");
  EXPECT_THAT(problem(), HasSubstr("clients: is no file of a theme"));
}

TEST_F(ThemeFolder, ThatIsNotThereIsAMistake) {
  const auto themes = Themes::load(folder_.file("none"));
  ASSERT_FALSE(themes);
  EXPECT_THAT(themes.error().detail, HasSubstr("none: is not a folder"));
}

TEST_F(ThemeFolder, ItsTemplateIsUsedWithTheSameEscaping) {
  ASSERT_EQ(problem_with_template("<main class=\"card\">", "<main class=\"card\" data-own=\"{{TITLE}}\">"), "none");
  const Themes themes = load();
  const std::string html = render_html(
      {.type = "a", .title = "\"><b>"},
      {.owner = "o", .notice = "n", .stylesheet = "/a", .script = "/b", .page_template = themes.find().page_template});
  EXPECT_THAT(html, HasSubstr("data-own=\"&quot;&gt;&lt;b&gt;\""));
}

TEST_F(ThemeFolder, ATemplateThatWouldUndoTheEscapingIsRefused) {
  EXPECT_THAT(problem_with_template("{{%AUTOESCAPE context=\"HTML\"}}", ""), HasSubstr("must begin with"));
  EXPECT_THAT(problem_with_template("<h1>{{TITLE}}", "<h1>{{TITLE:none}}"), HasSubstr("must not have a modifier"));
  EXPECT_THAT(problem_with_template("<h1>", "{{=<% %>=}}<h1>"), HasSubstr("must not change its markers"));
  EXPECT_THAT(problem_with_template("<h1>", "{{>/etc/passwd}}<h1>"), HasSubstr("must include nothing but"));
  EXPECT_THAT(problem_with_template("<h1>", "{{%AUTOESCAPE context=\"NONE\"}}<h1>"), HasSubstr("another pragma"));
}

TEST_F(ThemeFolder, ATemplateThatThePolicyOfThePagesWouldBreakIsRefused) {
  EXPECT_THAT(problem_with_template("<h1>", "<script>alert(1)</script><h1>"), HasSubstr("must have no script"));
  EXPECT_THAT(problem_with_template("<h1>", "<SCRIPT SRC=\"https://a.example/a.js\"></SCRIPT><h1>"),
              HasSubstr("must have no script"));
  EXPECT_THAT(problem_with_template("<h1>", "<h1 style=\"color: red\">"), HasSubstr("must have no style"));
  EXPECT_THAT(problem_with_template("<h1>", "<h1 onclick=\"a()\">"), HasSubstr("must have no event handler"));
  EXPECT_THAT(problem_with_template("<h1>", "<form action=\"/\"></form><h1>"), HasSubstr("a form of its own"));
}

TEST_F(ThemeFolder, ATemplateThatLeavesSomethingOutIsRefusedByName) {
  EXPECT_THAT(problem_with_template("{{NOTICE}}", ""), HasSubstr("does not show {{NOTICE}}"));
  EXPECT_THAT(problem_with_template("{{PARTY_HOST}}", ""), HasSubstr("does not show {{PARTY_HOST}}"));
  EXPECT_THAT(
      problem_with_template("<p>{{PROBLEM_TEXT}}</p>{{/PROBLEM_HAS_TEXT}}</div>", "{{/PROBLEM_HAS_TEXT}}</div>"),
      HasSubstr("{{PROBLEM_TEXT}}"));
  EXPECT_THAT(problem_with_template("{{#CHOICE}}<li>{{>FORM}}</li>", "{{#CHOICE}}"), HasSubstr("{{#CHOICE}}"));
  EXPECT_THAT(problem_with_template("{{/GROUP}}", ""), HasSubstr("is not a template"));
}

}  // namespace
}  // namespace signet::server::authn
