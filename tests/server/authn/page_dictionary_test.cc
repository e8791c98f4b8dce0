#include "server/authn/page_dictionary.h"

#include <gtest/gtest.h>

#include "server/authn/page_template.h"

namespace signet::server::authn {
namespace {

std::string expand(const std::string& body, const PageDictionary& dictionary) {
  return PageTemplate::parse("{{%AUTOESCAPE context=\"HTML\"}}" + body).value().expand(dictionary);
}

TEST(PageDictionary, WhatIsNotSetIsEmptyAndWhatIsNotShownIsLeftOut) {
  PageDictionary page;
  page.show("SHOWN");
  page.show_if("NOT_SHOWN", false);
  page.show_with("EMPTY", "VALUE", "");
  EXPECT_EQ(expand("<p>{{UNKNOWN}}{{#SHOWN}}a{{/SHOWN}}{{#NOT_SHOWN}}b{{/NOT_SHOWN}}{{#EMPTY}}c{{/EMPTY}}</p>", page),
            "<p>a</p>");
}

TEST(PageDictionary, ASectionIsRepeatedForEachEntryAndKnowsWhatIsOutside) {
  PageDictionary page;
  page.set("NAME", "n");
  page.set("SAME", "outside");
  page.add_section("ENTRY").set("SAME", "1");
  page.add_section("ENTRY").set("OWN", "2");
  EXPECT_EQ(expand("{{#ENTRY}}<i>{{NAME}} {{SAME}} {{OWN}}</i>{{/ENTRY}}", page), "<i>n 1 </i><i>n outside 2</i>");
}

TEST(PageDictionary, AnIncludedTemplateDoesNotKnowWhatIsOutside) {
  PageDictionary page;
  page.set("HREF", "/outside");
  page.add_include("FORM", kFormTemplate).set("METHOD", "post");
  const std::string html = expand("{{>FORM}}{{>LANGUAGES}}", page);
  EXPECT_TRUE(html.contains("method=\"post\""));
  EXPECT_TRUE(html.contains("action=\"\""));
  EXPECT_FALSE(html.contains("languages"));
}

TEST(PageDictionary, ValuesAreEscapedByThePlaceTheyStandAt) {
  PageDictionary page;
  page.set("VALUE", "<b> \"x\" javascript:");
  EXPECT_EQ(expand("<p title=\"{{VALUE}}\">{{VALUE}}</p>", page),
            "<p title=\"&lt;b&gt; &quot;x&quot; javascript:\">&lt;b&gt; &quot;x&quot; javascript:</p>");
  page.set("HREF", "javascript:alert(1)");
  EXPECT_FALSE(expand("<a href=\"{{HREF}}\">x</a>", page).contains("javascript"));
}

TEST(PageDictionary, ATemplateMayAskForWhiteSpaceThatWouldBeStripped) {
  EXPECT_EQ(expand("<pre>a{{BI_NEWLINE}}b{{BI_SPACE}}c</pre>", PageDictionary()), "<pre>a\nb c</pre>");
}

}  // namespace
}  // namespace signet::server::authn
