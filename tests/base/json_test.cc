#include "base/json.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(ParseJson, ARepeatedNameIsRefusedAtEveryDepth) {
  for (const auto text :
       {R"({"a":1,"a":2})", R"({"x":{"a":1,"a":1}})", R"([{"b":1},{"a":1,"a":2}])", R"({"a":{"a":1},"a":2})",
        R"({"a":1,"\u0061":2})", R"({"":1,"":2})", R"({"x":[{"y":{"a":[],"b":0,"a":{}}}]})"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(ParseJson, TheSameNameInDifferentObjectsIsAccepted) {
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
}

TEST(ParseJson, AnythingAfterTheValueIsRefused) {
  for (const auto text : {R"({} x)", R"({}{})", R"({},)", R"({"a":1}})", "1 2", R"({}/**/)"})
    EXPECT_FALSE(parse_json(text)) << text;
  EXPECT_FALSE(parse_json(std::string_view("{}\0", 3)));
  EXPECT_TRUE(parse_json(" {} \r\n\t"));
}

TEST(ParseJson, WhatIsNotJsonIsRefused) {
  for (const auto text :
       {"",           " ",       "{",           "[",   "{]",      R"({"a"})", R"({"a":})", R"({a:1})",
        R"({'a':1})", R"([1,])", R"({"a":1,})", "01",  "+1",      ".5",       "1.",        "NaN",
        "Infinity",   "nul",     "True",        "\"a", "\"\\x\"", "\"\n\"",   "// c\n1",   "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(ParseJson, MalformedUtf8AndLoneSurrogatesAreRefused) {
  for (const auto text :
       {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_EQ(parse_json(R"("\ud83d\udd11\u0000")").value().as_string(), std::string_view("\xf0\x9f\x94\x91\0", 5));
}

TEST(ParseJson, DepthIsLimited) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(16)));
  EXPECT_FALSE(parse_json(nested(17)));
  EXPECT_FALSE(parse_json(nested(30000)));
  EXPECT_FALSE(parse_json(R"({"a":[[1]]})", {.depth = 2}));
  EXPECT_TRUE(parse_json(R"({"a":[1]})", {.depth = 2}));
}

TEST(ParseJson, SizeIsLimited) {
  const auto refused = parse_json("[1,2,3]", {.bytes = 6});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::TooLarge);
  EXPECT_TRUE(parse_json("[1,2,3]", {.bytes = 7}));
}

TEST(ParseJson, LongTextsAndNamesComeThroughWhole) {
  const std::string name(5000, 'n');
  const std::string text(20000, 't');
  const json::object object = parse_json_object("{\"" + name + "\":\"" + text + "\\n\"}").value();
  EXPECT_EQ(find_string(object, name).value(), text + "\n");
}

TEST(ParseJson, AValueThatIsNoObjectIsRefusedWhereAnObjectIsNeeded) {
  for (const auto text : {"[]", "1", "\"a\"", "null", "true"}) EXPECT_FALSE(parse_json_object(text)) << text;
}

TEST(JsonMembers, AMemberOfTheWrongTypeIsAnErrorAndAnAbsentOneIsNot) {
  const json::object object = parse_json_object(R"({"s":"x","n":1,"b":true,"z":null,"l":["a",1],"o":{}})").value();
  EXPECT_FALSE(find_string(object, "n"));
  EXPECT_FALSE(find_string(object, "z"));
  EXPECT_FALSE(find_integer(object, "s"));
  EXPECT_FALSE(find_integer(object, "b"));
  EXPECT_FALSE(find_bool(object, "n"));
  EXPECT_FALSE(find_strings(object, "s"));
  EXPECT_FALSE(find_strings(object, "l"));
  EXPECT_EQ(find_string(object, "absent").value(), std::nullopt);
  EXPECT_EQ(find_strings(object, "absent").value(), std::nullopt);
  EXPECT_EQ(peek_string(object, "n"), "");
  EXPECT_EQ(peek_string(object, "s"), "x");
  EXPECT_EQ(find_bool(object, "b").value(), true);
}

TEST(JsonMembers, NumbersThatDoNotFitAreRefusedRatherThanBent) {
  for (const auto text : {R"({"n":9223372036854775808})", R"({"n":18446744073709551615})", R"({"n":1e300})",
                          R"({"n":-1e300})", R"({"n":99999999999999999999999999})"}) {
    const auto object = parse_json_object(text);
    EXPECT_TRUE(!object || !find_integer(*object, "n")) << text;
  }
  for (const auto text : {"1e999", "-1e999", "[1e400]"}) EXPECT_FALSE(parse_json(text)) << text;
}

// RFC7519-2
TEST(JsonMembers, AFractionOfASecondIsDropped) {
  const json::object object = parse_json_object(R"({"n":1700000000.75,"m":1.7e9,"max":9223372036854775807})").value();
  EXPECT_EQ(find_integer(object, "n").value(), 1'700'000'000);
  EXPECT_EQ(find_integer(object, "m").value(), 1'700'000'000);
  EXPECT_EQ(find_integer(object, "max").value(), std::numeric_limits<std::int64_t>::max());
}

TEST(JsonWriter, ValuesCannotBreakOutOfTheirQuotes) {
  JsonWriter writer;
  writer.text("a", "\",\"admin\":true,\"x\":\"\\\n\x01").text_if("none", "").number("n", -5).boolean("b", false);
  writer.strings("l", {"x\"", "y"}).raw("r", R"({"k":1})");
  const std::string text = std::move(writer).take();
  const json::object object = parse_json_object(text).value();
  EXPECT_EQ(object.size(), 5U);
  EXPECT_EQ(find_string(object, "a").value(), "\",\"admin\":true,\"x\":\"\\\n\x01");
  EXPECT_EQ(find_strings(object, "l").value(), (std::vector<std::string>{"x\"", "y"}));
}

TEST(JsonWriter, AnEmptyObjectIsWellFormed) {
  EXPECT_EQ(std::move(JsonWriter()).take(), "{}");
}

}  // namespace
}  // namespace signet
