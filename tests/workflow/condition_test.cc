#include "workflow/condition.h"

#include <gtest/gtest.h>

#include <limits>

namespace signet::workflow {
namespace {

json::value value_of(std::string_view text) {
  const auto value = parse_json(text, {.bytes = 256 * 1024, .depth = 32});
  if (!value) throw std::runtime_error("not JSON: " + std::string(text));
  return *value;
}
Condition condition(std::string_view text) {
  auto parsed = Condition::parse(value_of(text));
  if (!parsed) throw std::runtime_error(std::string(parsed.error().public_text.view()));
  return *parsed;
}
std::optional<bool> evaluate(std::string_view text, std::string_view facts) {
  return condition(text).evaluate(value_of(facts).as_object());
}
std::string refusal(std::string_view text) {
  const auto parsed = Condition::parse(value_of(text));
  if (parsed) return "(accepted)";
  EXPECT_EQ(parsed.error().code, ErrorCode::Malformed);
  return std::string(parsed.error().public_text.view());
}

constexpr auto kUnknown = std::optional<bool>();

TEST(Condition, ComparesNumbersOfEveryKind) {
  EXPECT_EQ(evaluate(R"({"fact":"n","at_least":1000})", R"({"n":1000})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"n","at_least":1000})", R"({"n":999.99})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"n","at_most":3})", R"({"n":3})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"n","more_than":3})", R"({"n":3})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"n","less_than":3.5})", R"({"n":3})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"n","more_than":9223372036854775807})", R"({"n":18446744073709551615})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"n","is":3})", R"({"n":3.0})"), true);
}

TEST(Condition, ComparesLargeNumbersWithoutRounding) {
  EXPECT_EQ(evaluate(R"({"fact":"n","more_than":9007199254740992})", R"({"n":9007199254740993})"), true);
}

TEST(Condition, ComparesScalarsOfOneType) {
  EXPECT_EQ(evaluate(R"({"fact":"country","is":"DE"})", R"({"country":"DE"})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","is":"DE"})", R"({"country":"de"})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"country","is_not":"DE"})", R"({"country":"FR"})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"known_device","is":false})", R"({"known_device":false})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","in":["DE","FR"]})", R"({"country":"FR"})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","not_in":["DE","FR"]})", R"({"country":"FR"})"), false);
}

TEST(Condition, LooksIntoArrays) {
  EXPECT_EQ(evaluate(R"({"fact":"scope","contains":"payments"})", R"({"scope":["openid","payments"]})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"scope","contains":"payments"})", R"({"scope":[]})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"scope","contains":"payments"})", R"({"scope":[null,{"a":1},7]})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"scope","contains_any":["a","b"]})", R"({"scope":["b","c"]})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"scope","contains_any":["a","b"]})", R"({"scope":["c"]})"), false);
}

TEST(Condition, ARangeExcludesItsEndAndMayWrap) {
  constexpr auto kNight = R"({"fact":"hour","from":22,"to":6})";
  EXPECT_EQ(evaluate(kNight, R"({"hour":22})"), true);
  EXPECT_EQ(evaluate(kNight, R"({"hour":0})"), true);
  EXPECT_EQ(evaluate(kNight, R"({"hour":6})"), false);
  EXPECT_EQ(evaluate(kNight, R"({"hour":21})"), false);
  EXPECT_EQ(evaluate(R"({"fact":"hour","from":9,"to":17})", R"({"hour":16.9})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"hour","from":9,"to":17})", R"({"hour":17})"), false);
}

TEST(Condition, AFactAloneIsTrueNotEmptyNotZero) {
  for (const std::string_view set : {"true", "\"x\"", "1", "-0.5", "[null]", R"({"a":null})"})
    EXPECT_EQ(evaluate(R"({"fact":"f"})", "{\"f\":" + std::string(set) + "}"), true) << set;
  for (const std::string_view unset : {"false", "\"\"", "0", "0.0", "[]", "{}"})
    EXPECT_EQ(evaluate(R"({"fact":"f"})", "{\"f\":" + std::string(unset) + "}"), false) << unset;
}

TEST(Condition, AFactThatIsAbsentOrNullIsUnknown) {
  for (const std::string_view test :
       {R"({"fact":"f"})", R"({"fact":"f","at_least":1})", R"({"fact":"f","is":"x"})", R"({"fact":"f","is_not":"x"})",
        R"({"fact":"f","in":["x"]})", R"({"fact":"f","not_in":["x"]})", R"({"fact":"f","contains":"x"})",
        R"({"fact":"f","contains_any":["x"]})", R"({"fact":"f","from":1,"to":2})"}) {
    EXPECT_EQ(evaluate(test, "{}"), kUnknown) << test;
    EXPECT_EQ(evaluate(test, R"({"f":null})"), kUnknown) << test;
    EXPECT_FALSE(condition(test).holds({})) << test;
  }
}

TEST(Condition, AFactOfAnotherTypeIsUnknown) {
  for (const std::string_view test :
       {R"({"fact":"f","at_least":1})", R"({"fact":"f","is":1})", R"({"fact":"f","is_not":true})",
        R"({"fact":"f","in":[1,2]})", R"({"fact":"f","not_in":[1,2]})", R"({"fact":"f","contains":"1"})",
        R"({"fact":"f","contains_any":["1"]})", R"({"fact":"f","from":1,"to":2})"}) {
    EXPECT_EQ(evaluate(test, R"({"f":"1"})"), kUnknown) << test;
    EXPECT_EQ(evaluate(test, R"({"f":{"1":1}})"), kUnknown) << test;
  }
}

TEST(Condition, KnownIsNeverUnknown) {
  EXPECT_EQ(evaluate(R"({"fact":"country","known":false})", "{}"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","known":false})", R"({"country":null})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","known":true})", R"({"country":""})"), true);
  EXPECT_EQ(evaluate(R"({"fact":"country","known":false})", R"({"country":"DE"})"), false);
}

TEST(Condition, ADotLeadsIntoAnObject) {
  constexpr auto kLarge = R"({"fact":"payment.amount","at_least":1000})";
  EXPECT_EQ(evaluate(kLarge, R"({"payment":{"amount":2000}})"), true);
  EXPECT_EQ(evaluate(kLarge, R"({"payment":{}})"), kUnknown);
  EXPECT_EQ(evaluate(kLarge, R"({"payment":null})"), kUnknown);
  EXPECT_EQ(evaluate(kLarge, R"({"payment":2000})"), kUnknown);
  EXPECT_EQ(evaluate(kLarge, R"({"payment.amount":2000})"), kUnknown);
}

TEST(Condition, AnUnknownPartIsDecidedByTheOthersWhereTheyCan) {
  constexpr auto kFacts = R"({"yes":true,"no":false})";
  EXPECT_EQ(evaluate(R"({"all":[{"fact":"absent"},{"fact":"no"}]})", kFacts), false);
  EXPECT_EQ(evaluate(R"({"all":[{"fact":"absent"},{"fact":"yes"}]})", kFacts), kUnknown);
  EXPECT_EQ(evaluate(R"({"any":[{"fact":"absent"},{"fact":"yes"}]})", kFacts), true);
  EXPECT_EQ(evaluate(R"({"any":[{"fact":"absent"},{"fact":"no"}]})", kFacts), kUnknown);
  EXPECT_EQ(evaluate(R"({"not":{"fact":"absent"}})", kFacts), kUnknown);
  EXPECT_EQ(evaluate(R"({"not":{"fact":"no"}})", kFacts), true);
  EXPECT_EQ(evaluate(R"({"all":[{"fact":"yes"},{"not":{"fact":"no"}}]})", kFacts), true);
}

TEST(Condition, RefusesMembersThatAreUnknownMissingOrTooMany) {
  constexpr auto kShape = "A condition has one of the members fact, all, any and not.";
  EXPECT_EQ(refusal("7"), "A condition is an object.");
  EXPECT_EQ(refusal("null"), "A condition is an object.");
  EXPECT_EQ(refusal("{}"), kShape);
  EXPECT_EQ(refusal(R"({"and":[{"fact":"a"}]})"), kShape);
  EXPECT_EQ(refusal(R"({"all":[{"fact":"a"}],"any":[{"fact":"b"}]})"), kShape);
  EXPECT_EQ(refusal(R"({"fact":"a","atleast":1})"), "A condition has a member that is unknown.");
  EXPECT_EQ(refusal(R"({"fact":"a","not":{"fact":"b"}})"), "A condition has a member that is unknown.");
  EXPECT_EQ(refusal(R"({"fact":"a","at_least":1,"at_most":2})"), "A condition looks at its fact in one way only.");
  EXPECT_EQ(refusal(R"({"fact":"a","from":1,"to":2,"is":1})"), "A condition looks at its fact in one way only.");
}

TEST(Condition, RefusesOperandsOfAnotherType) {
  EXPECT_EQ(refusal(R"({"fact":"a","at_least":"1000"})"), "at_least takes a number.");
  EXPECT_EQ(refusal(R"({"fact":"a","less_than":null})"), "less_than takes a number.");
  EXPECT_EQ(refusal(R"({"fact":"a","is":["DE"]})"), "is takes a text, a number, true or false.");
  EXPECT_EQ(refusal(R"({"fact":"a","is_not":null})"), "is_not takes a text, a number, true or false.");
  EXPECT_EQ(refusal(R"({"fact":"a","in":"DE"})"), "in takes 1 to 300 texts or numbers, all of one type.");
  EXPECT_EQ(refusal(R"({"fact":"a","in":[]})"), "in takes 1 to 300 texts or numbers, all of one type.");
  EXPECT_EQ(refusal(R"({"fact":"a","not_in":["DE",1]})"), "not_in takes 1 to 300 texts or numbers, all of one type.");
  EXPECT_EQ(refusal(R"({"fact":"a","contains_any":[["x"]]})"),
            "contains_any takes 1 to 300 texts or numbers, all of one type.");
  EXPECT_EQ(refusal(R"({"fact":"a","known":"yes"})"), "known takes true or false.");
  for (const std::string_view range :
       {R"({"fact":"a","from":1})", R"({"fact":"a","to":1})", R"({"fact":"a","from":"1","to":"2"})",
        R"({"fact":"a","from":6,"to":6})", R"({"fact":"a","from":6,"to":6.0})"})
    EXPECT_EQ(refusal(range), "from and to take two different numbers.") << range;
  for (const std::string_view group : {R"({"all":[]})", R"({"any":[]})", R"({"all":{"fact":"a"}})", R"({"any":"a"})"})
    EXPECT_EQ(refusal(group), "all and any take a list of at least one condition.") << group;
}

TEST(Condition, RefusesNamesThatCanBeNoFact) {
  for (const std::string& name : {std::string(), std::string("."), std::string("a."), std::string("a..b"),
                                  std::string("a b"), std::string(101, 'x')})
    EXPECT_EQ(refusal(R"({"fact":")" + name + R"("})"), "fact takes the name of a fact, with dots between its parts.");
  EXPECT_EQ(refusal(R"({"fact":7})"), "fact takes the name of a fact, with dots between its parts.");
}

std::string nested(int depth) {
  std::string text = R"({"fact":"a"})";
  for (int i = 1; i < depth; ++i) text = R"({"not":)" + text + "}";
  return text;
}
std::string wide(int parts) {
  std::string text = R"({"any":[{"fact":"a"})";
  for (int i = 2; i < parts; ++i) text += R"(,{"fact":"a"})";
  return text + "]}";
}

TEST(Condition, IsBoundedInDepthAndSize) {
  EXPECT_EQ(refusal(nested(8)), "(accepted)");
  EXPECT_EQ(refusal(nested(9)), "A condition is at most 8 deep.");
  EXPECT_EQ(refusal(wide(64)), "(accepted)");
  EXPECT_EQ(refusal(wide(65)), "A condition has at most 64 parts.");
  EXPECT_EQ(refusal(R"({"fact":"a","in":[1)" +
                    [] {
                      std::string more;
                      for (int i = 0; i < 300; ++i) more += ",1";
                      return more;
                    }() +
                    "]}"),
            "in takes 1 to 300 texts or numbers, all of one type.");
}

TEST(Condition, DescribesItselfInWords) {
  EXPECT_EQ(condition(R"({"fact":"payment.amount","at_least":1000})").describe(), "payment.amount at least 1000");
  EXPECT_EQ(condition(R"({"fact":"n","less_than":0.1})").describe(), "n less than 0.1");
  EXPECT_EQ(condition(R"({"fact":"country","in":["DE","FR"]})").describe(), "country in DE, FR");
  EXPECT_EQ(condition(R"({"fact":"name","is":"a b"})").describe(), R"(name is "a b")");
  EXPECT_EQ(condition(R"({"fact":"known_device","is":true})").describe(), "known_device is true");
  EXPECT_EQ(condition(R"({"fact":"hour","from":22,"to":6})").describe(), "hour from 22 to 6");
  EXPECT_EQ(condition(R"({"fact":"country","known":false})").describe(), "country unknown");
  EXPECT_EQ(condition(R"({"not":{"fact":"known_device"}})").describe(), "not (known_device)");
  EXPECT_EQ(condition(R"({"all":[{"fact":"a"},{"any":[{"fact":"b"},{"fact":"c"}]}]})").describe(), "a and (b or c)");
}

TEST(Condition, NamesItsFactsOnce) {
  const auto names = condition(R"({"all":[{"fact":"b"},{"not":{"fact":"a.b"}},{"fact":"b","is":1}]})").fact_names();
  EXPECT_EQ(names, (std::vector<std::string>{"b", "a.b"}));
}

}  // namespace
}  // namespace signet::workflow
