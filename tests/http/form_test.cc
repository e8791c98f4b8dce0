#include "http/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::http {
namespace {

using testing::ElementsAre;

TEST(Form, BrokenEscapesNulAndBadUtf8AreRefused) {
  for (const auto text : {"a=%", "a=%4", "a=%zz", "%zz=a", "a=%00", "a%00=b", "a=%ff", "a=b&c=%c0%af", "a=\xff"}) {
    const auto form = Form::parse(text);
    ASSERT_FALSE(form) << text;
    EXPECT_EQ(form.error().code, ErrorCode::Malformed);
  }
  EXPECT_FALSE(Form::parse(std::string_view("a=\0", 3)));
}

TEST(Form, TooMuchOfAnythingIsRefused) {
  const FormLimits limits{.bytes = 40, .parameters = 2, .name_bytes = 4, .value_bytes = 8};
  for (const auto text : {"a=1&b=2&c=3", "abcde=1", "a=123456789", "a=1&b=2&a=3"}) {
    EXPECT_EQ(Form::parse(text, limits).error().code, ErrorCode::TooLarge) << text;
  }
  EXPECT_EQ(Form::parse(std::string(41, '&'), limits).error().code, ErrorCode::TooLarge);
  EXPECT_TRUE(Form::parse("abcd=12345678&b=%31%32%33%34%35%36", limits));
}

TEST(Form, AParameterThatStandsTwiceIsNamed) {
  // RFC6749-3.1, RFC6749-3.2: request parameters must not be included more than once.
  EXPECT_EQ(Form::parse("code=1&state=2&code=3")->duplicated(), "code");
  EXPECT_EQ(Form::parse("code=1&%63ode=1")->duplicated(), "code");
  EXPECT_EQ(Form::parse("code=&code=1")->duplicated(), "code");
  EXPECT_EQ(Form::parse("code&code")->duplicated(), "code");
  EXPECT_EQ(Form::parse("resource=a&resource=b&x=1")->duplicated({"resource"}), "");
  EXPECT_EQ(Form::parse("resource=a&resource=b&x=1&x=1")->duplicated({"resource"}), "x");
  EXPECT_EQ(Form::parse("a=1&A=1")->duplicated(), "");
}

TEST(Form, AParameterWithoutAValueCountsAsOmitted) {
  const Form form = Form::parse("scope=&state&code=x").value();
  EXPECT_EQ(form.find("scope"), std::nullopt);
  EXPECT_EQ(form.find("state"), std::nullopt);
  EXPECT_EQ(form.find("absent"), std::nullopt);
  EXPECT_EQ(form.find("code"), "x");
  EXPECT_TRUE(form.all("scope").empty());
}

TEST(Form, ValuesAreDecodedOnceAndSplitAtTheFirstEqualsSign) {
  const Form form = Form::parse("a=b=c&d=%2526+%3D&&e=1&").value();
  EXPECT_EQ(form.find("a"), "b=c");
  EXPECT_EQ(form.find("d"), "%26 =");
  EXPECT_EQ(form.parameters().size(), 3U);
}

TEST(Form, ARepeatableParameterGivesAllItsValuesInOrder) {
  EXPECT_THAT(Form::parse("resource=a&x=1&resource=b")->all("resource"), ElementsAre("a", "b"));
}

TEST(Form, AnEmptyTextIsAnEmptyForm) {
  EXPECT_TRUE(Form::parse("")->parameters().empty());
}

TEST(RenderForm, WhatIsWrittenIsReadBack) {
  const std::vector<Form::Entry> entries{{"a b", "c&d=e"}, {"\xc3\xa9", "+%"}, {"empty", ""}};
  const std::string text = render_form(entries);
  EXPECT_EQ(text, "a+b=c%26d%3De&%C3%A9=%2B%25&empty=");
  const Form form = Form::parse(text).value();
  EXPECT_EQ(form.find("a b"), "c&d=e");
  EXPECT_EQ(form.find("\xc3\xa9"), "+%");
}

}  // namespace
}  // namespace signet::http
